//! The live board of supervisors: counts and levels, no case.

use serde::{Deserialize, Serialize};

use crate::{Id, StaffStatus};

/// The sessions of one class that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WaitingClass {
    /// 3, 2, or 0 for the others.
    pub class: u8,
    /// How many, also those whose client is away and keeps her place.
    pub people: u32,
    /// Since when the one waits who waits longest, ms since 1970; none where nobody waits.
    pub since: Option<i64>,
}

/// A counselor who is here, or whoever holds a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CounselorView {
    /// Who; the roster has the name.
    pub staff_id: Id,
    /// Whether they take sessions.
    pub status: StaffStatus,
    /// Whether an unlocked desk of theirs is connected.
    pub here: bool,
    /// How many sessions they take at once.
    pub limit: u32,
    /// The level of each session that they hold, highest first: 0 to 3.
    pub levels: Vec<u8>,
}

/// What changed on the live board since this desk heard of it; the first is all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BoardChange {
    /// The classes that changed, most urgent first.
    pub waiting: Vec<WaitingClass>,
    /// How many sessions are active, where that changed.
    pub active: Option<u32>,
    /// Who came or changed.
    pub counselors: Vec<CounselorView>,
    /// Who is not on the board any more.
    pub gone: Vec<Id>,
}
