//! The vault: what a member's browser must find again at the next sign-in.

use crypto::base64url;
use crypto::enrol::Invite;
use crypto::kem::KemKey;
use crypto::sign::SigningKey;
use crypto::vault::VaultKey;
use crypto::{PublicKey, Secret};
use protocol::{Blob, VaultBlob};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::StaffMember;
use crate::{Browser, Error, Result};

/// What stands in a vault. The bytes are JSON: `docs/decisions/0430-what-stands-in-a-vault.md`.
#[derive(Debug, Clone)]
pub struct VaultKeys {
    /// Signs.
    pub sig: SigningKey,
    /// Opens boxes.
    pub kem: KemKey,
    /// The root, pinned; none for the first admin until the ceremony's file was loaded.
    pub root: Option<PublicKey>,
    /// The server's OPAQUE key, pinned.
    pub opaque_pk: PublicKey,
    /// An admin's key that signs rosters.
    pub roster: Option<SigningKey>,
    /// An admin's open invites, to check who answers them.
    pub invites: Vec<Invite>,
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Json {
    v: u8,
    sig: String,
    kem: String,
    root: Option<String>,
    opaque: String,
    roster: Option<String>,
    invites: Vec<String>,
}

impl VaultKeys {
    fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>> {
        let seed = |key: &SigningKey| base64url::encode(key.seed().expose());
        let json = Json {
            v: 1,
            sig: seed(&self.sig),
            kem: base64url::encode(self.kem.secret().expose()),
            root: self.root.map(base64url::encode),
            opaque: base64url::encode(self.opaque_pk),
            roster: self.roster.as_ref().map(seed),
            invites: self.invites.iter().map(Invite::to_text).collect(),
        };
        let bytes = serde_json::to_vec(&json);
        bytes.map(Zeroizing::new).map_err(|_| Error::BadAnswer("the vault's keys".to_owned()))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        // What a parser says of secret bytes is not repeated.
        let malformed = || Error::alarm("the vault opens, and is malformed");
        let json: Json = serde_json::from_slice(bytes).map_err(|_| malformed())?;
        if json.v != 1 {
            return Err(malformed());
        }
        let bytes = |text: &str| base64url::decode_array::<32>(text).map_err(|_| malformed());
        let key = |text: &str| Ok(SigningKey::from_seed(&Secret::new(bytes(text)?)));
        let invite = |text: &String| Invite::parse(text).map_err(|_| malformed());
        Ok(Self {
            sig: key(&json.sig)?,
            kem: KemKey::new(Secret::new(bytes(&json.kem)?)),
            root: json.root.as_deref().map(bytes).transpose()?,
            opaque_pk: bytes(&json.opaque)?,
            roster: json.roster.as_deref().map(key).transpose()?,
            invites: json.invites.iter().map(invite).collect::<Result<_>>()?,
        })
    }
}

/// An open vault.
#[derive(Debug)]
pub(super) struct Vault {
    pub(super) keys: VaultKeys,
    pub(super) version: u32,
    pub(super) key: VaultKey,
}

impl Vault {
    /// Seals keys as the version given.
    pub(super) fn seal(
        browser: &Browser,
        key: &VaultKey,
        version: u32,
        keys: &VaultKeys,
    ) -> Result<Blob> {
        Ok(Blob(key.seal(version, &browser.random.bytes()?, &keys.to_bytes()?)))
    }

    /// Opens what a sign-in brought.
    pub(super) fn open(key: VaultKey, sealed: &VaultBlob) -> Result<Self> {
        let bytes = key.open(sealed.version, &sealed.blob.0);
        let bytes = Zeroizing::new(bytes.map_err(|_| Error::alarm("the vault does not open"))?);
        Ok(Self { keys: VaultKeys::from_bytes(&bytes)?, version: sealed.version, key })
    }
}

impl StaffMember {
    /// Stores the vault as its next version.
    pub(super) async fn save_vault(&mut self, keys: VaultKeys) -> Result<()> {
        let version = self.vault.version + 1;
        let blob = Vault::seal(&self.browser, &self.vault.key, version, &keys)?;
        self.tell(Method::PUT, "/api/staff/vault", &VaultBlob { version, blob }).await?;
        self.vault.version = version;
        self.vault.keys = keys;
        Ok(())
    }
}
