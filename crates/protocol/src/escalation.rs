//! Escalations: who has to answer for a danger, who does, and who was paged.

use serde::{Deserialize, Serialize};

use crate::{Blob, Id};

/// Where an escalation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum EscalationState {
    /// Nobody has answered for its level yet.
    Raised,
    /// A supervisor has seen it.
    Acknowledged,
    /// A supervisor answers for it.
    Owned,
    /// Over.
    Resolved,
}

/// Who raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum RaiseSource {
    /// The client, by the danger button.
    ClientButton,
    /// The client, by an answer of the intake.
    ClientIntake,
    /// The counselor, with a reason.
    Counselor,
}

/// Who did something, and when; the roster has the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DeedView {
    /// Who.
    pub by: Id,
    /// When, ms since 1970.
    pub at: i64,
}

/// One raise of an escalation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RaiseView {
    /// Its id; the first of an escalation has the escalation's.
    pub raise_id: Id,
    /// Who raised.
    pub source: RaiseSource,
    /// Which member of staff.
    pub by: Option<Id>,
    /// To which level: 2 or 3.
    pub level: u8,
    /// When, ms since 1970.
    pub at: i64,
    /// `rec/raise` with the sealed reason, to supervisors alone; clients give none.
    pub record: Option<Blob>,
    /// The raiser's signature over it.
    pub sig: Option<Blob>,
}

/// An escalation as one reader gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EscalationView {
    /// The escalation: the id of its first raise.
    pub escalation_id: Id,
    /// Of which case.
    pub case_id: Id,
    /// 2 or 3.
    pub level: u8,
    /// A member of staff has raised or joined it.
    pub by_staff: bool,
    /// Its level is the client's word alone and nobody has taken the case.
    pub not_yet_spoken_to: bool,
    /// When it was first raised, ms since 1970.
    pub opened_at: i64,
    /// Where it stands.
    pub state: EscalationState,
    /// To be acknowledged before this, ms since 1970; none once it is.
    pub due: Option<i64>,
    /// Who acknowledged its level, while it is open.
    pub acknowledged: Option<DeedView>,
    /// Who answers for it, or last did.
    pub owner: Option<DeedView>,
    /// Who resolved it.
    pub resolved: Option<DeedView>,
    /// How it ended: a code of the copy deck (`outcome.escalation`).
    pub outcome: Option<String>,
    /// When somebody is to ask again: `YYYY-MM-DD`.
    pub follow_up: Option<String>,
    /// Since when the client is gone, ms since 1970.
    pub client_left: Option<i64>,
    /// Its raises, oldest first.
    pub raises: Vec<RaiseView>,
}

/// A call to a supervisor because something is overdue; at most one a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PageView {
    /// In which minute since 1970.
    pub minute: i64,
    /// How many escalations were overdue then.
    pub count: u32,
    /// The oldest of their deadlines, ms since 1970; of the openings where there are none.
    pub oldest_due: i64,
    /// How many openings that somebody made alone wait for a countersignature.
    pub alone: u32,
}
