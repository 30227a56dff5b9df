//! Who a member of staff is: sign-in, one-time codes, access tokens and refresh cookies.

mod attempts;
mod caller;
mod email;
pub(crate) mod factor;
mod living;
pub(crate) mod refresh;
mod slowdown;
mod source;
mod token;
mod totp;

pub use caller::Caller;
pub use source::{Source, SourceKey};

pub(crate) use attempts::STEP;
pub(crate) use email::Email;
pub(crate) use slowdown::Account;
pub(crate) use totp::{SECRET as TOTP_SECRET, TotpSecret};

use attempts::Attempts;
use crypto::opaque::{OpaqueError, Registration, ServerLogin, ServerSetup};
use domain::{StaffId, Timestamp};
use living::Living;
use slowdown::Slowdown;
use token::Tokens;

use crate::secrets::Secrets;

/// Everything that sign-in keeps in memory.
pub struct Auth {
    pub(crate) opaque: ServerSetup,
    pub(crate) tokens: Tokens,
    pub(crate) sign_ins: Attempts<SignIn>,
    pub(crate) unlocks: Attempts<Unlock>,
    pub(crate) slowdown: Slowdown,
    pub(crate) living: Living,
    pub(crate) sources: SourceKey,
}

/// A sign-in between its steps.
pub(crate) enum SignIn {
    /// Waits for OPAQUE's third message. Of an unknown address, or one that may not sign in, there
    /// is a login too; it cannot succeed.
    Passphrase { account: Account, staff: Option<StaffId>, login: ServerLogin },
    /// Waits for the one-time code.
    SecondFactor { account: Account, staff: StaffId, wrong: u8, ends: Timestamp },
}

/// An unlock between its steps.
pub(crate) struct Unlock {
    pub(crate) account: Account,
    pub(crate) staff: StaffId,
    pub(crate) login: ServerLogin,
}

impl Auth {
    /// Takes the keys from the secrets; `source_key` is 32 fresh random bytes.
    ///
    /// # Errors
    /// Refuses secrets whose OPAQUE setup is damaged.
    pub fn new(secrets: &Secrets, source_key: [u8; 32]) -> Result<Self, OpaqueError> {
        Ok(Self {
            opaque: secrets.opaque.open()?,
            tokens: Tokens::new(secrets),
            sign_ins: Attempts::default(),
            unlocks: Attempts::default(),
            slowdown: Slowdown::default(),
            living: Living::default(),
            sources: SourceKey::new(source_key),
        })
    }
}

/// A person's registration as it is stored: the credential id that it was made under goes first,
/// because an unlock knows the person but not the address.
pub(crate) struct StoredRegistration {
    pub(crate) credential_id: crypto::Hash,
    pub(crate) registration: Registration,
}

impl StoredRegistration {
    /// The bytes to store.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        [self.credential_id.as_slice(), self.registration.as_bytes()].concat()
    }

    /// Reads stored bytes.
    ///
    /// # Errors
    /// `O1` for bytes that nothing here wrote.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, OpaqueError> {
        let (id, rest) = bytes.split_first_chunk().ok_or(OpaqueError::O1Malformed)?;
        Ok(Self { credential_id: *id, registration: Registration::from_bytes(rest)? })
    }
}
