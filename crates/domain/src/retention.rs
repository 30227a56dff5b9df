//! When what is kept must go (`crypto.md` 7.12).

use std::time::Duration;

use crate::Timestamp;

const DAY: u64 = 24 * 60 * 60;

/// How long each part of a case is kept after its last session. All are settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Lane 1 envelopes.
    pub chat: Duration,
    /// Lane 2, when the client consented to longer notes.
    pub notes_with_consent: Duration,
    /// Code, records and everything else.
    pub case: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            chat: Duration::from_secs(30 * DAY),
            notes_with_consent: Duration::from_secs(365 * DAY),
            case: Duration::from_secs(180 * DAY),
        }
    }
}

/// What the clocks of one case run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// When its last session ended, or its last escalation if later; `None` while one of either is
    /// open, and then no clock ends.
    pub ended_at: Option<Timestamp>,
    /// The client consented to longer notes.
    pub notes_consent: bool,
}

/// What is due to be shredded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Due {
    /// Lane 1 envelopes; their leaves stay.
    pub chat: bool,
    /// All of lane 2.
    pub notes: bool,
    /// Everything else.
    pub case: bool,
}

impl Clock {
    /// What is due now. Notes under consent outlive the case: they open without it.
    pub fn due(&self, retention: &Retention, now: Timestamp) -> Due {
        let Some(ended) = self.ended_at else { return Due::default() };
        let over = |kept: Duration| ended.plus(kept) <= now;
        let chat = over(retention.chat);
        let notes = if self.notes_consent { over(retention.notes_with_consent) } else { chat };
        Due { chat, notes, case: over(retention.case) }
    }
}
