//! Sign-ins of staff: refresh tokens that rotate, revocation, and one-time steps.

use async_trait::async_trait;
use domain::{Hash, SignInId, StaffId, Timestamp};

use crate::Result;

/// A refresh token with its hash; the hash is what it is found by.
#[derive(Clone)]
pub struct Refresh {
    /// 32 random bytes.
    pub token: [u8; 32],
    /// Its SHA-256.
    pub hash: Hash,
}

/// A sign-in to be stored, after both factors.
#[derive(Clone)]
pub struct NewSignIn {
    /// Drawn by the server.
    pub sid: SignInId,
    /// Who.
    pub staff: StaffId,
    /// First refresh token.
    pub refresh: Refresh,
    /// Over from here on (12 h).
    pub expires_at: Timestamp,
    /// When.
    pub now: Timestamp,
}

/// A sign-in as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIn {
    /// Which.
    pub sid: SignInId,
    /// Who.
    pub staff: StaffId,
    /// When both factors were given.
    pub made_at: Timestamp,
    /// When a second factor was last given: at sign-in, or at a confirmation.
    pub factor_at: Timestamp,
    /// Over from here on.
    pub expires_at: Timestamp,
}

/// What a second factor is used for; a TOTP step serves each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FactorUse {
    /// Signing in.
    SignIn,
    /// Confirming a deed.
    Confirmation,
}

/// Sign-ins.
#[async_trait]
pub trait SignIns: Send + Sync {
    /// Stores a sign-in; audited.
    ///
    /// # Errors
    /// `Disabled`.
    async fn sign_in(&self, new: NewSignIn) -> Result<SignIn>;

    /// A living sign-in.
    ///
    /// # Errors
    /// `NotFound` when it is over, revoked or unknown.
    async fn get(&self, sid: SignInId, now: Timestamp) -> Result<SignIn>;

    /// Rotates a refresh token. The current one gives `next`; its predecessor, shortly after a
    /// rotation, gives the same successor again.
    ///
    /// # Errors
    /// `NotFound` for an unknown, expired or revoked one; `Reused` for an older one: the sign-in is
    /// revoked and audited in that answer.
    async fn rotate(
        &self,
        presented: Hash,
        next: Refresh,
        now: Timestamp,
    ) -> Result<(SignIn, [u8; 32])>;

    /// Ends a sign-in; one that is over already stays so.
    async fn revoke(&self, sid: SignInId, now: Timestamp) -> Result<()>;

    /// The sign-ins revoked since then, for the nodes that hold their sockets.
    async fn revoked_since(&self, since: Timestamp) -> Result<Vec<SignInId>>;

    /// Uses a TOTP step.
    ///
    /// # Errors
    /// `Reused` when this person has used it for the same thing.
    async fn use_step(&self, staff: StaffId, step: u64, what: FactorUse) -> Result<()>;

    /// Notes that a second factor was given again.
    async fn confirm(&self, sid: SignInId, now: Timestamp) -> Result<()>;
}
