//! The live board as a supervisor's desk keeps it.

use std::collections::BTreeMap;

use crypto::Id;
use protocol::{BoardChange, CounselorView, WaitingClass};

/// The board, put together from what was told of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Board {
    /// Who waits, by class: 3, 2, 0.
    pub waiting: BTreeMap<u8, WaitingClass>,
    /// How many sessions are active.
    pub active: u32,
    /// Counselors who are here, and whoever holds a session.
    pub counselors: BTreeMap<Id, CounselorView>,
}

impl Board {
    /// All of it, as a welcome brings it.
    pub(crate) fn whole(all: BoardChange) -> Self {
        let mut board = Self::default();
        board.take(all);
        board
    }

    /// What changed.
    pub(crate) fn take(&mut self, change: BoardChange) {
        self.waiting.extend(change.waiting.into_iter().map(|one| (one.class, one)));
        self.active = change.active.unwrap_or(self.active);
        self.counselors.extend(change.counselors.into_iter().map(|one| (one.staff_id.0, one)));
        for gone in change.gone {
            self.counselors.remove(&gone.0);
        }
    }
}
