//! Invites and enrolment.

use serde::{Deserialize, Serialize};

use crate::redact::debug_only;
use crate::{Blob, Hash, Id, InviteId, Statement};

/// What a member of staff may do; a person may hold several.
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
pub enum Role {
    /// Takes sessions.
    Counselor,
    /// Handles escalations.
    Supervisor,
    /// Keeps the staff list.
    Admin,
}

/// `POST /api/staff/invites`: the admin's browser made the invite and tells only the id's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewInvite {
    /// H(iid).
    pub iid_hash: Hash,
    /// What the invited person will be.
    pub roles: Vec<Role>,
}

/// `POST /api/enrol/start`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EnrolStart {
    /// The id that the invite yields.
    pub iid: InviteId,
    /// The person's e-mail address, their name at sign-in.
    pub email: String,
    /// The OPAQUE registration request.
    pub request: Blob,
}

/// The answer to `POST /api/enrol/start`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EnrolStarted {
    /// The organisation.
    pub org_id: Id,
    /// The person's id from now on.
    pub staff_id: Id,
    /// What the invite says that they will be.
    pub roles: Vec<Role>,
    /// The OPAQUE registration response.
    pub response: Blob,
    /// The server's static OPAQUE key, as `orgkeys.opaque_pk` must name it.
    pub opaque_pk: Blob,
    /// The one-time codes' secret, base32.
    pub totp_secret: String,
    /// The newest `orgkeys`, once there is one: its root is pinned by the new member.
    pub orgkeys: Option<Statement>,
}

/// `POST /api/enrol/finish`: one use of the invite.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EnrolFinish {
    /// The id that the invite yields.
    pub iid: InviteId,
    /// The e-mail address of the start.
    pub email: String,
    /// The OPAQUE registration upload.
    pub upload: Blob,
    /// A current one-time code, so that nobody leaves without a working second factor.
    pub totp: String,
    /// The name that colleagues read.
    pub name: String,
    /// `rec/enrol`.
    pub q: Blob,
    /// The self-signature over it.
    pub sig: Blob,
    /// `HMAC(imac, q)`; the admin's browser checks it.
    pub mac: Blob,
    /// The vault, version 1.
    pub vault: Blob,
}

/// Somebody who waits to be signed into the roster.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Enrolment {
    /// Who.
    pub staff_id: Id,
    /// Which invite they used: H(iid).
    pub iid_hash: Hash,
    /// The name that colleagues will read.
    pub name: String,
    /// What the invite says that they will be.
    pub roles: Vec<Role>,
    /// `rec/enrol`.
    pub q: Blob,
    /// The self-signature over it.
    pub sig: Blob,
    /// `HMAC(imac, q)`.
    pub mac: Blob,
}

debug_only! {
    EnrolStart { request }
    EnrolStarted { org_id, staff_id, roles }
    EnrolFinish { q }
    Enrolment { staff_id, roles }
}
