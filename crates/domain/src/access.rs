//! Who may read and write a lane now.
//!
//! Staff need two things at once: to be a reader of the epoch, which storage knows from its
//! records, and to be assigned or joined now, which these rules tell from the **newest** session of
//! the case. So a person of an earlier session gets nothing of a later one.

use crate::session::State;
use crate::{Lane, Opening, Session, StaffId, Times, Timestamp};

/// Whether a staff member is there now: assigned, joined, or the last one until the wrap-up is
/// sent. Who is there reads and writes both lanes.
///
/// `newest` is the newest session of the case. A claimer who is still opening is not there yet.
pub fn is_there(newest: &Session, who: StaffId, now: Timestamp, times: &Times) -> bool {
    match newest.state {
        State::Active { .. } => newest.is_attended_by(who),
        State::Ended { at, last, wrapped_up, .. } => {
            last == Some(who) && !wrapped_up && now < at.plus(times.wrap_up)
        }
        State::Waiting | State::Opening { .. } => false,
    }
}

/// Whether a staff member may have the records and headers of a case: also while opening it.
pub fn staff_may_see_records(
    newest: &Session,
    who: StaffId,
    now: Timestamp,
    times: &Times,
) -> bool {
    newest.is_opening(who, now) || is_there(newest, who, now, times)
}

/// Whether a supervisor's own opening lets them read the records and both lanes of a case; it
/// never lets anybody write.
pub fn opening_lets_read(
    opening: &Opening,
    newest: &Session,
    who: StaffId,
    now: Timestamp,
) -> bool {
    opening.case == newest.case && opening.by == who && opening.is_live(now)
}

/// Whether the client may write: in the chat, while the newest session is theirs and open.
pub fn client_may_write(newest: &Session, lane: Lane) -> bool {
    lane == Lane::Chat && newest.is_open()
}
