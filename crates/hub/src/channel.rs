//! What is said, and to whom.

use std::sync::Arc;

use domain::paging::Page;
use domain::{CaseId, EscId, Lane, OpeningId};
use protocol::StoredMessage;

/// Whom a signal concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Everybody who has to do with a case now.
    Case(CaseId),
    /// Every desk.
    Desks,
    /// The desk of every supervisor.
    Supervisors,
}

/// Something that happened, published after it was stored.
///
/// Ids and ciphertext only: a signal may leave the machine. One that is lost is healed from storage,
/// and one that comes twice changes nothing: receivers count places and epochs.
#[derive(Debug, Clone)]
pub enum Signal {
    /// A message was stored.
    Message {
        /// Of this case.
        case: CaseId,
        /// In this lane.
        lane: Lane,
        /// The message.
        message: Arc<StoredMessage>,
    },
    /// A message stands at this place, told before or not: who lacks it fetches it.
    Stored {
        /// Of this case.
        case: CaseId,
        /// In this lane.
        lane: Lane,
        /// Its place.
        seq: u64,
    },
    /// Records were stored from this epoch on; each receiver fetches them with its own boxes.
    Records {
        /// Of this case.
        case: CaseId,
        /// In this lane.
        lane: Lane,
        /// The first new one.
        epoch: u32,
    },
    /// The newest session of a case changed; each receiver fetches it as it then stands.
    Session {
        /// Of this case.
        case: CaseId,
    },
    /// A read mark rose.
    Read {
        /// Of this case.
        case: CaseId,
        /// In this lane.
        lane: Lane,
        /// To this place.
        seq: u64,
        /// Whether the client read, else staff.
        by_client: bool,
    },
    /// An escalation is new or changed; each receiver fetches it as it then stands.
    Escalation {
        /// Of this case.
        case: CaseId,
        /// Which.
        escalation: EscId,
    },
    /// An opening is new or changed; each receiver fetches it as it then stands.
    Opening {
        /// Of this case.
        case: CaseId,
        /// Which.
        opening: OpeningId,
    },
    /// A page was written for one supervisor.
    Paged(Page),
    /// Supervisors came or went.
    Supervisors,
    /// The live board was counted and differs.
    Board,
    /// Orgkeys, roster, groups or the waiting enrolments changed.
    OrgChanged,
}
