//! The organisation: its keys, rosters, and group keys with their boxes.

use async_trait::async_trait;
use domain::staff::{GroupKind, RosterEntry};
use domain::{Hash, Kid, Session, StaffId, Timestamp};

use crate::Result;

/// A signed statement with the fields that storage needs; versions start at 1 without a gap.
#[derive(Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its version.
    pub version: u64,
    /// `H(payload)`.
    pub hash: Hash,
    /// The statement as it came, `{"p", "kid", "sig"}`.
    pub bytes: Vec<u8>,
}

/// A roster to be published, checked by the server before.
#[derive(Clone)]
pub struct NewRoster {
    /// The statement.
    pub statement: Statement,
    /// The organisation keys it stands on; must be the newest.
    pub orgkeys_version: u64,
    /// When it was issued, by its own words.
    pub issued_at: Timestamp,
    /// Every entry whose hash it lists.
    pub entries: Vec<NewEntry>,
    /// The newest generation of each group that it names: kind, generation, key.
    pub groups: Vec<(GroupKind, u32, Kid)>,
    /// Drops a person or key, or changes a generation: the previous version is not taken any more.
    pub strict: bool,
    /// The admin who posts it.
    pub by: StaffId,
    /// When.
    pub now: Timestamp,
}

/// An entry as it travels.
#[derive(Clone)]
pub struct NewEntry {
    /// `H(entry)`.
    pub hash: Hash,
    /// Parsed.
    pub entry: RosterEntry,
    /// As it travels.
    pub bytes: Vec<u8>,
}

/// A stored roster.
#[derive(Clone, PartialEq, Eq)]
pub struct Roster {
    /// The statement.
    pub statement: Statement,
    /// The organisation keys it stands on.
    pub orgkeys_version: u64,
    /// The newest renewal, as it came.
    pub renewal: Option<Vec<u8>>,
    /// When it holds from: its own issue, or the newest renewal's.
    pub renewed_at: Timestamp,
    /// When the server took it.
    pub published_at: Timestamp,
}

/// A new group generation, checked by the server before.
#[derive(Clone)]
pub struct NewGroup {
    /// Which group.
    pub kind: GroupKind,
    /// Its generation, from 1 without a gap.
    pub generation: u32,
    /// Public key.
    pub kem_pk: [u8; 32],
    /// Its id: what boxes name.
    pub kid: Kid,
    /// `C("rec/group", ..)`.
    pub statement: Vec<u8>,
    /// Signature of the maker.
    pub sig: [u8; 64],
    /// Signing key of the maker.
    pub maker: Kid,
    /// Its half, boxed to members and, for escalation, to recovery.
    pub boxes: Vec<GroupBox>,
    /// The supervisor who posts it.
    pub by: StaffId,
    /// When.
    pub now: Timestamp,
}

/// A group half in a box.
#[derive(Clone, PartialEq, Eq)]
pub struct GroupBox {
    /// Which group.
    pub kind: GroupKind,
    /// Which generation.
    pub generation: u32,
    /// Sealed to this key.
    pub rkid: Kid,
    /// `C("rcp", ..)`-like box: enc and ciphertext.
    pub bytes: Vec<u8>,
}

/// A stored group generation.
#[derive(Clone, PartialEq, Eq)]
pub struct Group {
    /// Which group.
    pub kind: GroupKind,
    /// Its generation.
    pub generation: u32,
    /// Public key.
    pub kem_pk: [u8; 32],
    /// Its id.
    pub kid: Kid,
    /// `C("rec/group", ..)`.
    pub statement: Vec<u8>,
    /// Signature of the maker.
    pub sig: [u8; 64],
    /// Signing key of the maker.
    pub maker: Kid,
}

/// Who holds which half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Holder {
    /// Which group.
    pub kind: GroupKind,
    /// Which generation.
    pub generation: u32,
    /// The key its half is boxed to.
    pub rkid: Kid,
}

/// The organisation.
#[async_trait]
pub trait Org: Send + Sync {
    /// Publishes organisation keys; the same statement again changes nothing. Audited.
    ///
    /// # Errors
    /// `StaleVersion` when the version does not follow.
    async fn publish_orgkeys(&self, keys: Statement, by: StaffId, now: Timestamp) -> Result<()>;

    /// All organisation keys, oldest first.
    async fn orgkeys(&self) -> Result<Vec<Statement>>;

    /// Publishes a roster with its entries; who is in it becomes a member, who is not, a former
    /// one. Whoever is no supervisor any more has left where they had joined, at once: gives those
    /// sessions. The same statement again changes nothing. Audited.
    ///
    /// # Errors
    /// `StaleVersion` when the version does not follow, or its organisation keys are not the newest.
    async fn publish_roster(&self, roster: NewRoster) -> Result<Vec<Session>>;

    /// The newest roster, if there is one.
    async fn newest_roster(&self) -> Result<Option<Roster>>;

    /// A roster that a record names.
    async fn roster(&self, version: u64) -> Result<Roster>;

    /// Entries by their hashes; unknown hashes are left out.
    async fn entries(&self, hashes: &[Hash]) -> Result<Vec<(Hash, Vec<u8>)>>;

    /// The parsed entries of a roster.
    async fn entries_of(&self, version: u64) -> Result<Vec<RosterEntry>>;

    /// Stores a renewal of the newest roster, if it is newer than the one that stands.
    ///
    /// # Errors
    /// `StaleRoster` when another roster is the newest.
    async fn renew(&self, version: u64, issued_at: Timestamp, bytes: Vec<u8>) -> Result<()>;

    /// Publishes a group generation with its boxes; the same again changes nothing. Audited.
    ///
    /// # Errors
    /// `StaleVersion` when the generation does not follow.
    async fn publish_group(&self, group: NewGroup) -> Result<()>;

    /// All group generations.
    async fn groups(&self) -> Result<Vec<Group>>;

    /// Stores boxes that were missing; those that stand already stay.
    ///
    /// # Errors
    /// `NotFound` for a generation that does not exist.
    async fn put_boxes(&self, boxes: Vec<GroupBox>) -> Result<()>;

    /// The boxes sealed to a key.
    async fn boxes_for(&self, rkid: Kid) -> Result<Vec<GroupBox>>;

    /// Forgets a box that its reader could not open, so that it is made again; one that is gone
    /// already changes nothing. Audited. Gives whether there was one.
    async fn drop_box(&self, holder: Holder, by: StaffId, now: Timestamp) -> Result<bool>;

    /// Every half and the key it is boxed to.
    async fn holders(&self) -> Result<Vec<Holder>>;
}
