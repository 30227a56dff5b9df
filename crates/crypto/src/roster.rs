//! Rosters: who is on the staff, for how long, and with which keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base64url;
use crate::hash::h;
use crate::sign::{kid_kem, kid_sig};
use crate::statement::{OrgKeys, Payload, Statement, StatementError};
use crate::{Hash, Id, PublicKey};

/// What a person of the staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Talks to clients.
    Counselor,
    /// Helps counselors, opens cases in danger.
    Supervisor,
    /// Changes the staff list; holds no case key.
    Admin,
}

/// A group that shares one key a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupKind {
    /// Every active counselor and supervisor.
    Team,
    /// Every active supervisor, and recovery.
    Escalation,
}

impl GroupKind {
    /// The word that stands in records, infos and rosters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Escalation => "escalation",
        }
    }

    /// Whether a person with these roles belongs to the group.
    pub fn fits(self, roles: &[Role]) -> bool {
        roles.contains(&Role::Supervisor)
            || (self == Self::Team && roles.contains(&Role::Counselor))
    }
}

/// A generation of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Which group.
    pub kind: GroupKind,
    /// Counts up from 1.
    #[serde(rename = "gen")]
    pub generation: u32,
    /// The group's public X25519 key.
    #[serde(with = "base64url::array")]
    pub kem_pk: PublicKey,
}

/// The staff list, signed by a roster key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// The organisation.
    #[serde(with = "base64url::array")]
    pub org_id: Id,
    /// Counts up from 1.
    pub version: u64,
    /// The version of `orgkeys` that certifies its signer.
    pub orgkeys_version: u64,
    /// `H(previous payload)`, zeros for version 1.
    #[serde(with = "base64url::array")]
    pub prev: Hash,
    /// When it was signed, Unix milliseconds.
    pub issued: u64,
    /// `H(entry)` of everybody on the staff.
    #[serde(with = "base64url::arrays")]
    pub staff: Vec<Hash>,
    /// Living generations of the groups.
    pub groups: Vec<Group>,
}

/// One person; the bytes travel with the records that name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffEntry {
    /// The person.
    #[serde(with = "base64url::array")]
    pub staff_id: Id,
    /// The number in "Konselor 7".
    pub alias: u32,
    /// What the person may do.
    pub roles: Vec<Role>,
    /// The person's signing key.
    #[serde(with = "base64url::array")]
    pub sig_pk: PublicKey,
    /// The person's encryption key.
    #[serde(with = "base64url::array")]
    pub kem_pk: PublicKey,
    /// Active in rosters issued from then on, Unix milliseconds.
    pub not_before: u64,
    /// Active in rosters issued before then, Unix milliseconds.
    pub not_after: u64,
}

impl StaffEntry {
    /// The entry's bytes; hash and send these, never a second writing of the same entry.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StatementError> {
        serde_json::to_vec(self).map_err(|_| StatementError::S2Payload)
    }

    /// Whether the person has the role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the person may read cases at all.
    pub fn reads_cases(&self) -> bool {
        GroupKind::Team.fits(&self.roles)
    }
}

impl Payload for Roster {
    const TYPE: &'static str = "roster";

    fn org_id(&self) -> &Id {
        &self.org_id
    }
}

impl Roster {
    /// Opens a roster signed by a roster key of the `orgkeys` that it names.
    pub fn open(statement: &Statement, orgkeys: &OrgKeys) -> Result<Self, StatementError> {
        let roster: Self = statement.verify_any(&orgkeys.roster_keys, &orgkeys.org_id)?;
        if roster.orgkeys_version == orgkeys.version {
            Ok(roster)
        } else {
            Err(StatementError::S4Signer)
        }
    }

    /// Opens a roster and checks that it is the next one, as the server does before it stores it.
    pub fn verify(
        statement: &Statement,
        orgkeys: &OrgKeys,
        previous: Option<(&Self, &Hash)>,
    ) -> Result<Self, StatementError> {
        let roster = Self::open(statement, orgkeys)?;
        roster.follows(previous).map(|()| roster)
    }

    /// Checks that it may be stored after the previous roster, or as the very first.
    pub fn follows(&self, previous: Option<(&Self, &Hash)>) -> Result<(), StatementError> {
        let (version, prev) = previous.map_or((0, [0; 32]), |(p, hash)| (p.version, *hash));
        if version.checked_add(1) != Some(self.version) {
            return Err(StatementError::S5Version);
        }
        if self.prev != prev {
            return Err(StatementError::S6Prev);
        }
        if previous.is_some_and(|(before, _)| self.falls_behind(before)) {
            return Err(StatementError::S7Falls);
        }
        Ok(())
    }

    /// Checks that whoever trusts one roster may take this one, also several versions later.
    pub fn replaces(&self, hash: &Hash, trusted: (&Self, &Hash)) -> Result<(), StatementError> {
        let (before, before_hash) = trusted;
        if self.version < before.version {
            return Err(StatementError::S5Version);
        }
        if self.version == before.version {
            return if hash == before_hash { Ok(()) } else { Err(StatementError::S6Prev) };
        }
        if before.version.checked_add(1) == Some(self.version) {
            return self.follows(Some(trusted));
        }
        if self.falls_behind(before) { Err(StatementError::S7Falls) } else { Ok(()) }
    }

    fn falls_behind(&self, before: &Self) -> bool {
        let generation = |of: &Self, kind| of.newest(kind).map(|group| group.generation);
        self.orgkeys_version < before.orgkeys_version
            || [GroupKind::Team, GroupKind::Escalation]
                .iter()
                .any(|kind| generation(self, *kind) < generation(before, *kind))
    }

    /// The newest generation of a group.
    pub fn newest(&self, kind: GroupKind) -> Option<&Group> {
        let of_kind = self.groups.iter().filter(|group| group.kind == kind);
        of_kind.max_by_key(|group| group.generation)
    }

    /// Whether the entry is active in this roster.
    pub fn has_active(&self, entry: &StaffEntry) -> bool {
        (entry.not_before..entry.not_after).contains(&self.issued)
    }
}

/// A verified roster with the entries of it that are known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRoster {
    /// The roster.
    pub roster: Roster,
    entries: Vec<StaffEntry>,
}

impl KnownRoster {
    /// Takes the entries whose bytes the roster lists; refuses any other.
    pub fn new<'a>(
        roster: Roster,
        entries: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, StatementError> {
        let mut known = Self { roster, entries: Vec::new() };
        for bytes in entries {
            known.learn(bytes)?;
        }
        Ok(known)
    }

    /// Takes one more entry.
    pub fn learn(&mut self, bytes: &[u8]) -> Result<(), StatementError> {
        if !self.roster.staff.contains(&h(bytes)) {
            return Err(StatementError::S8Entry);
        }
        let entry: StaffEntry =
            serde_json::from_slice(bytes).map_err(|_| StatementError::S2Payload)?;
        if !self.entries.contains(&entry) {
            self.entries.push(entry);
        }
        Ok(())
    }

    /// Everyone known who is active in this roster.
    pub fn active(&self) -> impl Iterator<Item = &StaffEntry> {
        self.entries.iter().filter(|entry| self.roster.has_active(entry))
    }

    /// The active person.
    pub fn person(&self, staff_id: &Id) -> Option<&StaffEntry> {
        self.active().find(|entry| entry.staff_id == *staff_id)
    }

    /// The active person with this signing key.
    pub fn by_sig_kid(&self, kid: &Id) -> Option<&StaffEntry> {
        self.active().find(|entry| kid_sig(&entry.sig_pk) == *kid)
    }

    /// The active person with this encryption key.
    pub fn by_kem_kid(&self, kid: &Id) -> Option<&StaffEntry> {
        self.active().find(|entry| kid_kem(&entry.kem_pk) == *kid)
    }

    /// The group whose generation has this key.
    pub fn group_by_kid(&self, kind: GroupKind, kid: &Id) -> Option<&Group> {
        let of_kind = self.roster.groups.iter().filter(|group| group.kind == kind);
        of_kind.into_iter().find(|group| kid_kem(&group.kem_pk) == *kid)
    }
}

/// Every roster that a chain of records names, by version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rosters(BTreeMap<u64, KnownRoster>);

impl Rosters {
    /// Adds a roster, or puts it in place of what was known under its version.
    pub fn insert(&mut self, roster: KnownRoster) {
        self.0.insert(roster.roster.version, roster);
    }

    /// The roster of a version.
    pub fn get(&self, version: u64) -> Option<&KnownRoster> {
        self.0.get(&version)
    }

    /// The roster of the highest version.
    pub fn newest(&self) -> Option<&KnownRoster> {
        self.0.last_key_value().map(|(_, roster)| roster)
    }
}

/// A word that the roster still holds, made quietly at a supervisor's sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// The organisation.
    #[serde(with = "base64url::array")]
    pub org_id: Id,
    /// The roster's version.
    pub roster_version: u64,
    /// `H(payload)` of the roster.
    #[serde(with = "base64url::array")]
    pub hash: Hash,
    /// When it was signed, Unix milliseconds.
    pub issued: u64,
}

impl Payload for Renewal {
    const TYPE: &'static str = "renew";

    fn org_id(&self) -> &Id {
        &self.org_id
    }
}

impl Renewal {
    /// Verifies a renewal of this roster, by a roster key or by a supervisor in it.
    pub fn verify(
        statement: &Statement,
        roster: &KnownRoster,
        roster_hash: &Hash,
        roster_keys: &[PublicKey],
    ) -> Result<Self, StatementError> {
        let supervisors = roster.active().filter(|entry| entry.is(Role::Supervisor));
        let keys: Vec<PublicKey> =
            roster_keys.iter().copied().chain(supervisors.map(|entry| entry.sig_pk)).collect();
        let renewal: Self = statement.verify_any(&keys, &roster.roster.org_id)?;
        if renewal.roster_version != roster.roster.version {
            return Err(StatementError::S5Version);
        }
        if renewal.hash == *roster_hash { Ok(renewal) } else { Err(StatementError::S6Prev) }
    }
}

const DAY_MS: u64 = 86_400_000;

/// How a roster stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It holds.
    Holds,
    /// It holds for less than 72 hours more: staff are warned.
    EndsSoon,
    /// It has ended; clients go on for 14 days with a note.
    Lapsed,
    /// Clients see phone numbers in place of the chat.
    Expired,
}

/// When a roster ends: 7 days from its newest renewal, at most 60 days after its issue.
pub fn holds_until(issued: u64, newest_renewal: Option<u64>) -> u64 {
    let renewed = newest_renewal.unwrap_or(issued).max(issued);
    renewed.saturating_add(7 * DAY_MS).min(issued.saturating_add(60 * DAY_MS))
}

/// How a roster stands at `now`; all times are Unix milliseconds.
pub fn standing(now: u64, issued: u64, newest_renewal: Option<u64>) -> Standing {
    let end = holds_until(issued, newest_renewal);
    if now >= end.saturating_add(14 * DAY_MS) {
        Standing::Expired
    } else if now >= end {
        Standing::Lapsed
    } else if now.saturating_add(3 * DAY_MS) >= end {
        Standing::EndsSoon
    } else {
        Standing::Holds
    }
}
