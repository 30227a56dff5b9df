//! What changed on the live board, as supervisors are shown it.

use domain::StaffId;
use domain::board::{Change, Class, Counselor};
use protocol::{BoardChange, CounselorView, Id, WaitingClass};

use crate::wire;

/// A change of the board.
pub(crate) fn board(change: Change) -> BoardChange {
    BoardChange {
        waiting: change.waiting.into_iter().map(waiting).collect(),
        active: change.active,
        counselors: change.counselors.into_iter().map(counselor).collect(),
        gone: change.gone.into_iter().map(id).collect(),
    }
}

fn waiting((class, Class { people, since }): (u8, Class)) -> WaitingClass {
    WaitingClass { class, people, since: since.map(|since| since.0) }
}

fn counselor((staff, counselor): (StaffId, Counselor)) -> CounselorView {
    CounselorView {
        staff_id: id(staff),
        status: wire::status_out(counselor.status),
        here: counselor.here,
        limit: counselor.limit,
        levels: counselor.levels.into_iter().map(domain::Level::get).collect(),
    }
}

fn id(staff: StaffId) -> Id {
    Id(*staff.as_bytes())
}
