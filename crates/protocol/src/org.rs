//! The organisation: signed statements, rosters, groups.

use serde::{Deserialize, Serialize};

use crate::redact::debug_only;
use crate::{Blob, Enrolment, Id, Kid, PublicKey};

/// A signed statement: payload bytes as they were signed, the key's id, the signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Statement {
    /// The payload: JSON, verified over these bytes.
    pub p: Blob,
    /// Which key signed.
    pub kid: Kid,
    /// The signature, 64 bytes.
    pub sig: Blob,
}

/// What anybody may know: `GET /api/org`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OrgState {
    /// The organisation's id.
    pub org_id: Id,
    /// The newest `orgkeys`; none before the ceremony.
    pub orgkeys: Option<Statement>,
    /// The newest roster; none before the first. A chat can begin once it names both groups.
    pub roster: Option<Statement>,
    /// The newest renewal of that roster.
    pub renewal: Option<Statement>,
    /// The roster's entry of the supervisor who signed that renewal; none where a roster key did.
    pub entries: Vec<Blob>,
    /// The server's clock, ms since 1970.
    pub now: i64,
}

/// Which group a key belongs to.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum GroupKind {
    /// Counselors and supervisors: waiting cases and lane 2.
    Team,
    /// Supervisors and recovery: every case.
    Escalation,
}

/// A group's private half, boxed to one member or to recovery (`grp/seal`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupBox {
    /// Which group.
    pub kind: GroupKind,
    /// Its generation.
    pub generation: u32,
    /// The reader's `kid(kem)`.
    pub rkid: Kid,
    /// HPKE's encapsulated key, 32 bytes.
    pub enc: Blob,
    /// The sealed half, 48 bytes.
    pub ct: Blob,
}

/// The asker's own box does not open, or gives another key than the roster's:
/// `POST /api/staff/group-boxes/bad`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BadGroupBox {
    /// Which group.
    pub kind: GroupKind,
    /// Its generation.
    pub generation: u32,
}

/// A generation of a group as a supervisor's browser made it: `POST /api/staff/groups`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewGroup {
    /// The `rec/group` bytes.
    pub record: Blob,
    /// The maker's signature over it.
    pub sig: Blob,
    /// A box for each member, and for recovery where the group is escalation.
    pub boxes: Vec<GroupBox>,
}

/// A generation of a group as a member sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupView {
    /// Which group.
    pub kind: GroupKind,
    /// Its generation.
    pub generation: u32,
    /// The `rec/group` bytes.
    pub record: Blob,
    /// The maker's signature over it.
    pub sig: Blob,
    /// Who has a box.
    pub holders: Vec<Kid>,
    /// The asker's own box.
    pub own: Option<GroupBox>,
}

/// A member who lacks a group's half that the role needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MissingBox {
    /// Which group.
    pub kind: GroupKind,
    /// Its generation.
    pub generation: u32,
    /// Who lacks it.
    pub staff_id: Id,
}

/// A colleague's name; it never goes to a client.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StaffName {
    /// Whose.
    pub staff_id: Id,
    /// The name that colleagues read.
    pub name: String,
}

/// What a signed-in member may know: `GET /api/staff/org`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StaffOrg {
    /// What anybody may know.
    pub org: OrgState,
    /// Every older `orgkeys`, oldest first, so that a change of root can be checked.
    pub orgkeys_before: Vec<Statement>,
    /// Every older roster, oldest first.
    pub rosters_before: Vec<Statement>,
    /// Each entry that a roster names: the JSON bytes whose hash the roster holds.
    pub entries: Vec<Blob>,
    /// Names of everybody enrolled.
    pub names: Vec<StaffName>,
    /// Every generation of both groups, oldest first.
    pub groups: Vec<GroupView>,
    /// Which halves are still to be boxed, by whoever holds them.
    pub missing: Vec<MissingBox>,
    /// Who waits to be signed into the roster; for admins, else empty.
    pub waiting: Vec<Enrolment>,
}

/// `PUT /api/staff/orgkeys`: the file that the ceremony printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OrgKeysPut {
    /// The root's public key, 32 bytes; the page carries it as `data-root`.
    pub root_pk: PublicKey,
    /// The signed `orgkeys`.
    pub orgkeys: Statement,
}

/// `PUT /api/staff/roster`: the next version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RosterPut {
    /// The signed roster.
    pub roster: Statement,
    /// Entries that no roster named before: the JSON bytes.
    pub entries: Vec<Blob>,
}

debug_only! {
    StaffName { staff_id }
}
