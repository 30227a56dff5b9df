//! Whom to page while an escalation is overdue: one supervisor first, then all, once a minute.

use std::time::Duration;

use crate::{StaffId, Timestamp};

/// So long after a deadline one supervisor is paged; from then on all are.
const ONE_ALONE: Duration = Duration::from_mins(1);

/// A minute, counted from 1970 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(pub i64);

impl Minute {
    /// The minute of an instant.
    pub const fn of(at: Timestamp) -> Self {
        Self(at.0.div_euclid(60_000))
    }
}

/// What is overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overdue {
    /// How many escalations.
    pub count: u32,
    /// The oldest of their deadlines; where a case opened alone is all there is, when that was.
    pub oldest_due: Timestamp,
    /// How many openings made alone wait for a countersignature.
    pub alone: u32,
}

/// A supervisor, as far as paging reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supervisor {
    /// Who.
    pub staff: StaffId,
    /// Signed in now.
    pub signed_in: bool,
    /// How often they were paged lately.
    pub pages: u64,
    /// Their last page: its minute, and the oldest deadline that it called for.
    pub last: Option<(Minute, Timestamp)>,
}

impl Supervisor {
    fn was_paged(&self, minute: Minute) -> bool {
        self.last.is_some_and(|(last, _)| last == minute)
    }

    fn was_paged_for(&self, minute: Minute, oldest_due: Timestamp) -> bool {
        self.last == Some((minute, oldest_due))
    }
}

/// One page: at most one a supervisor and minute, which are its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// To whom.
    pub staff: StaffId,
    /// In which minute.
    pub minute: Minute,
    /// What was overdue then.
    pub overdue: Overdue,
}

/// The pages that are to be written now.
///
/// In the first minute after the oldest deadline it is the next supervisor: signed in, with the
/// fewest pages, then the longest not paged. After it, and when nobody is signed in, it is all.
pub fn due_pages(overdue: Overdue, supervisors: &[Supervisor], now: Timestamp) -> Vec<Page> {
    if overdue.count == 0 || overdue.oldest_due > now {
        return Vec::new();
    }
    let minute = Minute::of(now);
    let page = |supervisor: &Supervisor| Page { staff: supervisor.staff, minute, overdue };
    let alone = now < overdue.oldest_due.plus(ONE_ALONE);
    if alone && supervisors.iter().any(|supervisor| supervisor.signed_in) {
        if supervisors.iter().any(|s| s.was_paged_for(minute, overdue.oldest_due)) {
            return Vec::new();
        }
        // Who was paged in this minute was called for what is answered by now.
        let next = supervisors.iter().filter(|s| s.signed_in && !s.was_paged(minute));
        return next.min_by_key(|s| (s.pages, s.last, s.staff)).map(page).into_iter().collect();
    }
    supervisors.iter().filter(|supervisor| !supervisor.was_paged(minute)).map(page).collect()
}
