//! Who works here.

use crate::{Kid, StaffId, Timestamp};

/// What a staff member may do; a person may hold several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Talks to clients.
    Counselor,
    /// Opens cases for a stated reason.
    Supervisor,
    /// Keeps the staff list; holds no case key.
    Admin,
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Roles(u8);

impl Roles {
    /// The same set with one more role.
    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | Self::bit(role))
    }

    /// Whether the role is in the set.
    pub const fn has(self, role: Role) -> bool {
        self.0 & Self::bit(role) != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set as stored: counselor 1, supervisor 2, admin 4.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set from its stored form, unless a bit is unknown.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits <= 7 { Some(Self(bits)) } else { None }
    }

    /// Whether group halves of this kind belong in these hands.
    pub const fn fit(self, kind: GroupKind) -> bool {
        match kind {
            GroupKind::Team => self.has(Role::Counselor) || self.has(Role::Supervisor),
            GroupKind::Escalation => self.has(Role::Supervisor),
        }
    }

    const fn bit(role: Role) -> u8 {
        match role {
            Role::Counselor => 1,
            Role::Supervisor => 2,
            Role::Admin => 4,
        }
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::default(), Self::with)
    }
}

/// Which group key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupKind {
    /// Waiting cases and lane 2.
    Team,
    /// Every case, for supervisors.
    Escalation,
}

/// What a counselor says about taking clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Takes the next client.
    Available,
    /// Goes on with those there, takes no new one.
    Busy,
    /// Not working just now.
    Pause,
}

/// A person as one roster names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    /// Who.
    pub staff: StaffId,
    /// The number that clients read until the name comes sealed.
    pub alias: u32,
    /// What they may do.
    pub roles: Roles,
    /// Signing key.
    pub sig_kid: Kid,
    /// Box key.
    pub kem_kid: Kid,
    /// Active from (inclusive).
    pub not_before: Timestamp,
    /// Active until (exclusive).
    pub not_after: Timestamp,
}

impl RosterEntry {
    /// Whether the person is active in a roster issued at that time.
    pub fn active(&self, issued: Timestamp) -> bool {
        self.not_before <= issued && issued < self.not_after
    }
}
