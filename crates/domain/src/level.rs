//! How urgent a case is.

/// A risk level: 0 none, 1 a mark, 2 urgent, 3 danger now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Level(u8);

/// A level above 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a level is 0, 1, 2 or 3")]
pub struct InvalidLevel;

impl Level {
    /// Nothing known. Not the same as safe.
    pub const NONE: Self = Self(0);
    /// Urgent.
    pub const URGENT: Self = Self(2);
    /// Danger now.
    pub const DANGER: Self = Self(3);

    /// The number, 0 to 3.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Whether supervisors are called; 1 is a mark.
    pub const fn escalates(self) -> bool {
        self.0 >= Self::URGENT.0
    }

    /// The class of the queue: levels 3 and 2 have their own, the others share one.
    pub const fn class(self) -> u8 {
        if self.escalates() { self.0 } else { 0 }
    }
}

impl TryFrom<u8> for Level {
    type Error = InvalidLevel;

    fn try_from(level: u8) -> Result<Self, InvalidLevel> {
        if level <= 3 { Ok(Self(level)) } else { Err(InvalidLevel) }
    }
}
