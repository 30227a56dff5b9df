//! The audit, as supervisors and admins read it and hold it against itself.

use serde::{Deserialize, Serialize};

use crate::{Blob, Hash, Id, Kid, PublicKey};

/// A point of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AuditPoint {
    /// Number of the entry; 0 before the first.
    pub n: u64,
    /// `a_n`; zeros before the first.
    pub a: Hash,
}

/// A signed point of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AuditCheckpoint {
    /// Number of the entry.
    pub n: u64,
    /// `a_n`.
    pub a: Hash,
    /// Which audit key signed.
    pub kid: Kid,
    /// The signature over `C("sig/checkpoint", org_id, u64 n, a_n)`, 64 bytes.
    pub sig: Blob,
}

/// A stretch of the chain, without what its entries say: `GET /api/staff/audit/chain?after=n`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AuditChain {
    /// `H(entry)` of the entries after `n`, 32 bytes each, in their order and without a gap; none
    /// where nothing follows.
    pub links: Blob,
    /// The chain's end.
    pub head: AuditPoint,
    /// The newest signed point, never after the end.
    pub checkpoint: Option<AuditCheckpoint>,
    /// The public audit keys, newest first; a checkpoint names its key by kid.
    pub keys: Vec<PublicKey>,
}

/// Which entries are asked for: `POST /api/staff/audit`. What is none does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AuditQuery {
    /// Only entries with a lower number.
    pub before: Option<u64>,
    /// Only these events, by their codes; an empty list is all.
    pub events: Vec<String>,
    /// Only what this member of staff did, or what was done to them.
    pub staff: Option<Id>,
    /// Only what was done to this case.
    pub case: Option<Id>,
    /// Only from this moment on, ms since 1970.
    pub from: Option<i64>,
    /// Only before this moment, ms since 1970.
    pub to: Option<i64>,
}

/// Entries, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AuditPage {
    /// Those that were asked for.
    pub entries: Vec<AuditEntry>,
    /// The lowest number that was looked at: the next page's `before`. At 1 and below there is no
    /// more.
    pub reached: u64,
}

/// An entry as the chain holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AuditEntry {
    /// Its number.
    pub n: u64,
    /// `C("srv/audit", ..)`: who reads these bytes reads what the chain holds.
    pub entry: Blob,
}
