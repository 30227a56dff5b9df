//! Sign-in, unlock, tokens and the vault.

use serde::{Deserialize, Serialize};

use crate::redact::debug_only;
use crate::{Blob, Id, Role};

/// `POST /api/sign-in/start`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SignInStart {
    /// The e-mail address.
    pub email: String,
    /// OPAQUE's first message.
    pub request: Blob,
}

/// The answer; a known and an unknown address look alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SignInStarted {
    /// This attempt.
    pub sign_in: Id,
    /// OPAQUE's second message.
    pub response: Blob,
}

/// `POST /api/sign-in/finish`; answered with 204 and followed by the second factor within 120 s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SignInFinish {
    /// This attempt.
    pub sign_in: Id,
    /// OPAQUE's third message.
    pub finalization: Blob,
}

/// `POST /api/sign-in/totp`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SignInTotp {
    /// This attempt.
    pub sign_in: Id,
    /// Six digits.
    pub code: String,
}

/// A sealed vault with its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct VaultBlob {
    /// Compare-and-set: a `PUT /api/staff/vault` names the version that it makes.
    pub version: u32,
    /// The sealed bytes.
    pub blob: Blob,
}

/// Signed in. The refresh token goes as a cookie.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SignedIn {
    /// Who.
    pub staff_id: Id,
    /// The name that colleagues read.
    pub name: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// This sign-in.
    pub sid: Id,
    /// The access token, a JWT of five minutes.
    pub token: String,
    /// When it ends, ms since 1970.
    pub expires: i64,
    /// The vault.
    pub vault: VaultBlob,
}

/// `POST /api/refresh`: a new access token by the cookie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RefreshStart {
    /// Which sign-in: it names the cookie.
    pub sid: Id,
}

/// The answer to `POST /api/refresh`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Refreshed {
    /// The access token.
    pub token: String,
    /// When it ends, ms since 1970.
    pub expires: i64,
}

/// `POST /api/staff/unlock/start`: the passphrase again after a reload, while the sign-in lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct UnlockStart {
    /// OPAQUE's first message.
    pub request: Blob,
}

/// The answer to `POST /api/staff/unlock/start`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct UnlockStarted {
    /// This attempt.
    pub unlock: Id,
    /// OPAQUE's second message.
    pub response: Blob,
}

/// `POST /api/staff/unlock/finish`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct UnlockFinish {
    /// This attempt.
    pub unlock: Id,
    /// OPAQUE's third message.
    pub finalization: Blob,
}

/// The answer to `POST /api/staff/unlock/finish`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Unlocked {
    /// Who.
    pub staff_id: Id,
    /// The name that colleagues read.
    pub name: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// The vault.
    pub vault: VaultBlob,
}

debug_only! {
    SignInStart { request }
    SignInTotp { sign_in }
    SignedIn { staff_id, roles, sid, expires }
    Refreshed { expires }
    Unlocked { staff_id, roles }
}
