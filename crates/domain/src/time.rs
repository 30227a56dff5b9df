//! Instants as numbers, and every duration that a rule waits for.

use std::time::Duration;

use crate::Level;

/// An instant, in milliseconds since 1970 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant this much later; stops at the end of time instead of wrapping.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// The instant this much earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A day of the calendar, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// How long an escalation may wait until a supervisor acknowledges it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Level 2.
    pub urgent: Duration,
    /// Level 3.
    pub danger: Duration,
}

impl Deadlines {
    /// The time of a level; none for one that does not escalate.
    pub fn of(&self, level: Level) -> Option<Duration> {
        level.escalates().then_some(if level == Level::DANGER { self.danger } else { self.urgent })
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { urgent: Duration::from_mins(15), danger: Duration::from_mins(2) }
    }
}

/// How long each step of a supervisor's opening of a case may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpeningTimes {
    /// An ask that nobody answers may be opened alone after this, while nobody else is there.
    pub alone_after: Duration,
    /// An ask ends after this, answered or not, unless it was opened.
    pub ask: Duration,
    /// What is open may be read this long.
    pub read: Duration,
    /// What was opened alone is to be countersigned within this.
    pub countersign: Duration,
}

impl Default for OpeningTimes {
    fn default() -> Self {
        Self {
            alone_after: Duration::from_mins(2),
            ask: Duration::from_mins(15),
            read: Duration::from_hours(1),
            countersign: Duration::from_hours(72),
        }
    }
}

/// How long each rule waits. All are settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// From a claim to its records (`crypto.md` 7.2).
    pub opening: Duration,
    /// A waiting client's place is kept this long after the connection is lost.
    pub away_waiting: Duration,
    /// A client away this long ends an active session.
    pub away_active: Duration,
    /// A counselor lost this long counts as gone.
    pub counselor_gone: Duration,
    /// A reloaded desk has this long to be unlocked before its counselor counts as gone.
    pub resuming: Duration,
    /// The last counselor reads and writes this long after the end, unless the wrap-up is sent.
    pub wrap_up: Duration,
    /// A client's token without any connection ends after this.
    pub token_idle: Duration,
    /// A client's token ends after this in any case.
    pub token_life: Duration,
    /// The predecessor of a refresh token is taken this long after its rotation.
    pub refresh_grace: Duration,
    /// The previous roster is taken this long in new records.
    pub previous_roster: Duration,
    /// An escalation is acknowledged within these.
    pub deadlines: Deadlines,
    /// A supervisor's opening of a case takes these.
    pub openings: OpeningTimes,
    /// A second factor counts as just given for this long.
    pub factor: Duration,
}

impl Default for Times {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        Self {
            opening: Duration::from_secs(20),
            away_waiting: Duration::from_secs(5 * MINUTE),
            away_active: Duration::from_secs(30 * MINUTE),
            counselor_gone: Duration::from_secs(MINUTE),
            resuming: Duration::from_secs(3 * MINUTE),
            wrap_up: Duration::from_secs(24 * HOUR),
            token_idle: Duration::from_secs(30 * MINUTE),
            token_life: Duration::from_secs(8 * HOUR),
            refresh_grace: Duration::from_secs(10),
            previous_roster: Duration::from_secs(10 * MINUTE),
            deadlines: Deadlines::default(),
            openings: OpeningTimes::default(),
            factor: Duration::from_secs(5 * MINUTE),
        }
    }
}
