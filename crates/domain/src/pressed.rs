//! The danger button, pressed again while an escalation is open.

use std::time::Duration;

use crate::Timestamp;

/// A sign by the client's button within so much of her last one, for each that she gave before,
/// belongs to it.
const PRESS_STEP: Duration = Duration::from_secs(10);
/// But never one that comes so long after.
const PRESS_MOST: Duration = Duration::from_mins(5);

/// What the client has said by her button while an escalation is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pressed {
    /// How many signs were kept.
    pub times: u32,
    /// When the last of them was given.
    pub last: Timestamp,
}

impl Pressed {
    /// Whether a press now belongs to the sign that was kept last. So a shaking finger is one sign,
    /// and a flood is few: the more there were, the longer it takes until the next.
    pub fn covers(&self, now: Timestamp) -> bool {
        let lasts = PRESS_STEP.saturating_mul(self.times).min(PRESS_MOST);
        self.last <= now && now < self.last.plus(lasts)
    }
}
