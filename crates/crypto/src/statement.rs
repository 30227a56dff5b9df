//! Signed statements: `{"p": payload, "kid": .., "sig": ..}`, verified over the bytes as received.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::base64url;
use crate::code::CodeParams;
use crate::encode::c;
use crate::hash::h;
use crate::sign::{self, SigningKey, kid_sig};
use crate::{Hash, Id, PublicKey, Signature};

/// A payload as its bytes came, with the signature over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The payload's JSON bytes.
    #[serde(rename = "p", with = "base64url::bytes")]
    pub payload: Vec<u8>,
    /// The signer's key id.
    #[serde(with = "base64url::array")]
    pub kid: Id,
    /// Over `C("sig/stmt", type, H(payload))`.
    #[serde(with = "base64url::array")]
    pub sig: Signature,
}

/// Why a statement is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// The signature or its key id is not that of the given key and type.
    #[error("S1: not signed by this key for this use")]
    S1Signature,
    /// The payload is not the JSON that this type has.
    #[error("S2: a malformed payload")]
    S2Payload,
    /// Another organisation.
    #[error("S3: another organisation")]
    S3Org,
    /// No key that may sign this type has the key id named.
    #[error("S4: signed by a key that may not")]
    S4Signer,
    /// The version is not the one after the previous.
    #[error("S5: the version is not the next one")]
    S5Version,
    /// `prev` is not the hash of the previous payload.
    #[error("S6: does not follow the previous payload")]
    S6Prev,
    /// It names an older `orgkeys`, or an older group generation, than its predecessor.
    #[error("S7: falls behind its predecessor")]
    S7Falls,
    /// A staff entry whose hash the roster does not list.
    #[error("S8: an entry that the roster does not list")]
    S8Entry,
}

/// A payload type: what is signed, and for what.
pub trait Payload: Serialize + DeserializeOwned {
    /// The type as it stands in the signed text.
    const TYPE: &'static str;

    /// The organisation that the payload names.
    fn org_id(&self) -> &Id;
}

impl Statement {
    /// Signs a payload.
    pub fn sign<P: Payload>(key: &SigningKey, payload: &P) -> Result<Self, StatementError> {
        let payload = serde_json::to_vec(payload).map_err(|_| StatementError::S2Payload)?;
        Ok(Self::sign_bytes(key, P::TYPE, payload))
    }

    /// Signs payload bytes as they are.
    pub fn sign_bytes(key: &SigningKey, kind: &str, payload: Vec<u8>) -> Self {
        let sig = key.sign(&signed_text(kind, &payload));
        Self { payload, kid: key.kid(), sig }
    }

    /// Verifies type, key id and signature, and nothing of what the payload says.
    pub fn verify_bytes(&self, kind: &str, key: &PublicKey) -> Result<(), StatementError> {
        if self.kid != kid_sig(key) {
            return Err(StatementError::S1Signature);
        }
        sign::verify(key, &signed_text(kind, &self.payload), &self.sig)
            .map_err(|_| StatementError::S1Signature)
    }

    /// Verifies, and reads the payload of this organisation.
    pub fn verify<P: Payload>(&self, key: &PublicKey, org_id: &Id) -> Result<P, StatementError> {
        self.verify_bytes(P::TYPE, key)?;
        let payload: P =
            serde_json::from_slice(&self.payload).map_err(|_| StatementError::S2Payload)?;
        if payload.org_id() == org_id { Ok(payload) } else { Err(StatementError::S3Org) }
    }

    /// Verifies with whichever of the keys it names.
    pub fn verify_any<P: Payload>(
        &self,
        keys: &[PublicKey],
        org_id: &Id,
    ) -> Result<P, StatementError> {
        let key = keys.iter().find(|key| kid_sig(key) == self.kid);
        self.verify(key.ok_or(StatementError::S4Signer)?, org_id)
    }

    /// `H(payload)`, what the next of its chain names as `prev`.
    pub fn hash(&self) -> Hash {
        h(&self.payload)
    }
}

fn signed_text(kind: &str, payload: &[u8]) -> Vec<u8> {
    c("sig/stmt", &[kind.as_bytes(), &h(payload)])
}

/// The organisation's keys, signed by root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgKeys {
    /// The organisation.
    #[serde(with = "base64url::array")]
    pub org_id: Id,
    /// Counts up from 1.
    pub version: u64,
    /// The keys that may sign rosters.
    #[serde(with = "base64url::arrays")]
    pub roster_keys: Vec<PublicKey>,
    /// Argon2id parameters of the case code, newest first.
    pub code_params: Vec<CodeParams>,
    /// The salt of every case code; never changes.
    #[serde(with = "base64url::array")]
    pub org_salt: [u8; 16],
    /// The recovery X25519 key.
    #[serde(with = "base64url::array")]
    pub recovery_pk: PublicKey,
    /// The server's static OPAQUE key.
    #[serde(with = "base64url::array")]
    pub opaque_pk: [u8; 32],
    /// Roots before this one, whose chains stay valid.
    pub former: Vec<FormerRoot>,
}

/// A root that was replaced, with the last `orgkeys` it signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerRoot {
    /// Its public key.
    #[serde(with = "base64url::array")]
    pub root_pk: PublicKey,
    /// The version of its last `orgkeys`.
    pub version: u64,
    /// `H(payload)` of that.
    #[serde(with = "base64url::array")]
    pub hash: Hash,
}

/// The old root's word that another takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRoot {
    /// The organisation.
    #[serde(with = "base64url::array")]
    pub org_id: Id,
    /// The root to pin from now on.
    #[serde(with = "base64url::array")]
    pub root_pk: PublicKey,
}

impl Payload for OrgKeys {
    const TYPE: &'static str = "orgkeys";

    fn org_id(&self) -> &Id {
        &self.org_id
    }
}

impl Payload for NewRoot {
    const TYPE: &'static str = "root";

    fn org_id(&self) -> &Id {
        &self.org_id
    }
}

impl OrgKeys {
    /// The root to pin in place of `old`, which only the old root itself can name.
    pub fn accept_new_root(
        org_id: &Id,
        old: &PublicKey,
        by_old: &Statement,
    ) -> Result<PublicKey, StatementError> {
        Ok(by_old.verify::<NewRoot>(old, org_id)?.root_pk)
    }

    /// Verifies older `orgkeys` that a chain names: under `root`, or under a former root up to its
    /// last. Its version is lower than this one's, and its salt is the same.
    pub fn verify_older(
        &self,
        root: &PublicKey,
        statement: &Statement,
    ) -> Result<Self, StatementError> {
        let older = self.signed_by_a_root(root, statement)?;
        if older.version >= self.version {
            return Err(StatementError::S5Version);
        }
        if older.org_salt == self.org_salt { Ok(older) } else { Err(StatementError::S7Falls) }
    }

    fn signed_by_a_root(
        &self,
        root: &PublicKey,
        statement: &Statement,
    ) -> Result<Self, StatementError> {
        if statement.kid == kid_sig(root) {
            return statement.verify(root, &self.org_id);
        }
        let former = self.former.iter().find(|former| kid_sig(&former.root_pk) == statement.kid);
        let former = former.ok_or(StatementError::S4Signer)?;
        let older: Self = statement.verify(&former.root_pk, &self.org_id)?;
        let is_last = older.version == former.version && statement.hash() == former.hash;
        if older.version < former.version || is_last {
            Ok(older)
        } else {
            Err(StatementError::S4Signer)
        }
    }

    /// Checks that these keys may follow the previous ones: next version, same salt.
    pub fn follows(&self, previous: &Self) -> Result<(), StatementError> {
        if previous.version.checked_add(1) != Some(self.version) {
            return Err(StatementError::S5Version);
        }
        if self.org_salt == previous.org_salt { Ok(()) } else { Err(StatementError::S7Falls) }
    }
}
