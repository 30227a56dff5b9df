//! Ed25519, verified strictly, and the ids and fingerprints of public keys.

use ed25519_dalek::{Signature as DalekSignature, Signer as _, VerifyingKey};
use sha2::{Digest as _, Sha512};

use crate::encode::c;
use crate::hash::h16;
use crate::{Id, PublicKey, Secret, Signature};

/// A private signing key; its seed is wiped on drop.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of a 32-byte seed.
    pub fn from_seed(seed: &Secret<32>) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed.expose()))
    }

    /// The seed, to be sealed into a vault or a wrap.
    pub fn seed(&self) -> Secret<32> {
        Secret::new(self.0.to_bytes())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        self.0.verifying_key().to_bytes()
    }

    /// The id of the public half.
    pub fn kid(&self) -> Id {
        kid_sig(&self.public())
    }

    /// Signs.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        self.0.sign(bytes).to_bytes()
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// The signature is not one of this key over these bytes, or the key is a weak one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("bad signature")]
pub struct BadSignature;

/// Verifies strictly: small-order keys and unreduced scalars are refused.
pub fn verify(key: &PublicKey, bytes: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
    let signature = DalekSignature::from_slice(signature).map_err(|_| BadSignature)?;
    VerifyingKey::from_bytes(key)
        .and_then(|key| key.verify_strict(bytes, &signature))
        .map_err(|_| BadSignature)
}

/// The id of a signing key.
pub fn kid_sig(key: &PublicKey) -> Id {
    h16(&c("kid/sig", &[key]))
}

/// The id of an encryption key.
pub fn kid_kem(key: &PublicKey) -> Id {
    h16(&c("kid/kem", &[key]))
}

/// The fingerprint that people compare: twelve groups of five digits.
pub fn fingerprint(key: &PublicKey) -> String {
    let digest = Sha512::digest(c("fp", &[key]));
    let groups = digest.chunks_exact(5).take(12).map(|chunk| {
        let number = chunk.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        format!("{:05}", number % 100_000)
    });
    groups.collect::<Vec<_>>().join(" ")
}
