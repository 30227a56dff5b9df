//! The ceremony: the root of an organisation, held offline as 24 words on paper.

use bip39::Mnemonic;
use zeroize::Zeroizing;

use crate::encode::c;
use crate::hash::hkdf;
use crate::kem::KemKey;
use crate::sign::SigningKey;
use crate::{Id, Secret};

/// The root seed.
#[derive(Debug, Clone)]
pub struct RootSeed(Secret<32>);

/// The words are not 24 BIP-39 words with a right checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not 24 words of a root seed; check the spelling and the order")]
pub struct NotASeed;

impl RootSeed {
    /// The seed of 32 fresh random bytes.
    pub fn new(random: Secret<32>) -> Self {
        Self(random)
    }

    /// The 24 English BIP-39 words, to be written on paper.
    pub fn words(&self) -> Zeroizing<String> {
        let Ok(words) = Mnemonic::from_entropy(self.0.expose()) else {
            unreachable!("32 bytes always make 24 words")
        };
        Zeroizing::new(words.words().collect::<Vec<_>>().join(" "))
    }

    /// Reads the words back; case and extra spaces don't matter.
    pub fn parse(words: &str) -> Result<Self, NotASeed> {
        let words = Zeroizing::new(words.to_lowercase());
        let words: Vec<&str> = words.split_whitespace().collect();
        let words = Zeroizing::new(words.join(" "));
        let entropy = Mnemonic::parse_normalized(&words).map_err(|_| NotASeed)?.to_entropy();
        Secret::from_slice(&Zeroizing::new(entropy)).map(Self).ok_or(NotASeed)
    }

    /// Signs `orgkeys`.
    pub fn root_key(&self, org_id: &Id) -> SigningKey {
        SigningKey::from_seed(&hkdf(self.0.expose(), b"", &c("root/sig", &[org_id])))
    }

    /// Opens the escalation halves when no supervisor is left.
    pub fn recovery_key(&self, org_id: &Id) -> KemKey {
        KemKey::new(hkdf(self.0.expose(), b"", &c("root/recovery", &[org_id])))
    }
}
