//! How long each rule waits, and how long things are kept.

use std::time::Duration;

use serde::{Deserialize, Serialize};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Durations in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// From a claim to its records.
    pub opening_s: u64,
    /// A counselor lost this long counts as gone.
    pub counselor_gone_s: u64,
    /// A reloaded desk has this long.
    pub resuming_s: u64,
    /// A waiting client's place is kept this long.
    pub client_away_waiting_s: u64,
    /// A client away this long ends an active session.
    pub client_away_active_s: u64,
    /// The last counselor is there this long after the end.
    pub wrap_up_s: u64,
    /// A client's token without a connection.
    pub token_idle_s: u64,
    /// A client's token in any case.
    pub token_life_s: u64,
    /// The roster before the newest.
    pub previous_roster_s: u64,
    /// An escalation of level 3 is acknowledged within this.
    pub acknowledge_level_3_s: u64,
    /// An escalation of level 2 is acknowledged within this.
    pub acknowledge_level_2_s: u64,
    /// An opening that nobody agreed to may be made alone after this.
    pub opening_alone_after_s: u64,
    /// An ask for an opening ends after this.
    pub opening_ask_s: u64,
    /// What was opened may be read this long.
    pub opening_read_s: u64,
    /// What was opened alone is countersigned within this.
    pub opening_countersign_s: u64,
    /// A second factor counts as just given this long.
    pub factor_s: u64,
    /// Between two pings.
    pub ping_s: u64,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            opening_s: 20,
            counselor_gone_s: MINUTE,
            resuming_s: 3 * MINUTE,
            client_away_waiting_s: 5 * MINUTE,
            client_away_active_s: 30 * MINUTE,
            wrap_up_s: DAY,
            token_idle_s: 30 * MINUTE,
            token_life_s: 8 * HOUR,
            previous_roster_s: 10 * MINUTE,
            acknowledge_level_3_s: 2 * MINUTE,
            acknowledge_level_2_s: 15 * MINUTE,
            opening_alone_after_s: 2 * MINUTE,
            opening_ask_s: 15 * MINUTE,
            opening_read_s: HOUR,
            opening_countersign_s: 3 * DAY,
            factor_s: 5 * MINUTE,
            ping_s: 15,
        }
    }
}

impl Times {
    /// As the rules take them.
    pub fn rules(&self) -> domain::Times {
        domain::Times {
            opening: Duration::from_secs(self.opening_s),
            away_waiting: Duration::from_secs(self.client_away_waiting_s),
            away_active: Duration::from_secs(self.client_away_active_s),
            counselor_gone: Duration::from_secs(self.counselor_gone_s),
            resuming: Duration::from_secs(self.resuming_s),
            wrap_up: Duration::from_secs(self.wrap_up_s),
            token_idle: Duration::from_secs(self.token_idle_s),
            token_life: Duration::from_secs(self.token_life_s),
            previous_roster: Duration::from_secs(self.previous_roster_s),
            deadlines: domain::Deadlines {
                urgent: Duration::from_secs(self.acknowledge_level_2_s),
                danger: Duration::from_secs(self.acknowledge_level_3_s),
            },
            openings: domain::OpeningTimes {
                alone_after: Duration::from_secs(self.opening_alone_after_s),
                ask: Duration::from_secs(self.opening_ask_s),
                read: Duration::from_secs(self.opening_read_s),
                countersign: Duration::from_secs(self.opening_countersign_s),
            },
            factor: Duration::from_secs(self.factor_s),
            ..domain::Times::default()
        }
    }
}

/// Days after the last session of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    /// The words of the chat.
    pub chat_days: u64,
    /// Notes under consent.
    pub notes_days: u64,
    /// Everything else.
    pub case_days: u64,
}

impl Default for Keep {
    fn default() -> Self {
        Self { chat_days: 30, notes_days: 365, case_days: 180 }
    }
}

impl Keep {
    /// As the rules take them.
    pub fn rules(&self) -> domain::retention::Retention {
        let days = |days: u64| Duration::from_secs(days.saturating_mul(DAY));
        domain::retention::Retention {
            chat: days(self.chat_days),
            notes_with_consent: days(self.notes_days),
            case: days(self.case_days),
        }
    }
}
