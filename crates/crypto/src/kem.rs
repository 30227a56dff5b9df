//! HPKE base mode, one shot: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.

use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};

use crate::sign::kid_kem;
use crate::{Id, PublicKey, Secret};

type HpkeKem = X25519HkdfSha256;

/// A private X25519 key.
#[derive(Clone, Debug)]
pub struct KemKey(Secret<32>);

impl KemKey {
    /// The key of 32 raw bytes.
    pub fn new(bytes: Secret<32>) -> Self {
        Self(bytes)
    }

    /// The key that HPKE's `DeriveKeyPair` makes from input key material.
    pub fn derive(ikm: &[u8]) -> Self {
        let (private, _) = HpkeKem::derive_keypair(ikm);
        Self(Secret::new(private.to_bytes().into()))
    }

    /// The raw bytes, to be sealed into a vault, a wrap or a group box.
    pub fn secret(&self) -> &Secret<32> {
        &self.0
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        HpkeKem::sk_to_pk(&self.private()).to_bytes().into()
    }

    /// The id of the public half.
    pub fn kid(&self) -> Id {
        kid_kem(&self.public())
    }

    fn private(&self) -> <HpkeKem as hpke::Kem>::PrivateKey {
        let Ok(key) = <HpkeKem as hpke::Kem>::PrivateKey::from_bytes(self.0.expose()) else {
            unreachable!("any 32 bytes are an X25519 private key")
        };
        key
    }
}

/// What HPKE makes: the ephemeral public key and the sealed bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The ephemeral public key, 32 bytes.
    pub enc: PublicKey,
    /// The sealed bytes, 16 longer than the plain text.
    pub ct: Vec<u8>,
}

/// Why HPKE did not seal or open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KemError {
    /// The public key is of low order: everyone would know the shared secret.
    #[error("a low-order public key")]
    LowOrder,
    /// Another key, info or AAD, or the bytes were changed.
    #[error("does not open")]
    DoesNotOpen,
}

/// Seals to a public key with the ephemeral key that `ikm_e` gives.
///
/// `ikm_e` is either 32 fresh random bytes or derived as the protocol says.
pub fn seal(
    to: &PublicKey,
    info: &[u8],
    aad: &[u8],
    plain: &[u8],
    ikm_e: &Secret<32>,
) -> Result<Sealed, KemError> {
    let to = <HpkeKem as hpke::Kem>::PublicKey::from_bytes(to).map_err(|_| KemError::LowOrder)?;
    let (enc, ct) = hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, HpkeKem>(
        &OpModeS::Base,
        &to,
        info,
        plain,
        aad,
        &mut Given(ikm_e),
    )
    .map_err(|_| KemError::LowOrder)?;
    Ok(Sealed { enc: enc.to_bytes().into(), ct })
}

/// Opens what was sealed to this key.
pub fn open(
    key: &KemKey,
    enc: &PublicKey,
    info: &[u8],
    aad: &[u8],
    ct: &[u8],
) -> Result<Vec<u8>, KemError> {
    let enc =
        <HpkeKem as hpke::Kem>::EncappedKey::from_bytes(enc).map_err(|_| KemError::DoesNotOpen)?;
    hpke::single_shot_open::<AesGcm256, HkdfSha256, HpkeKem>(
        &OpModeR::Base,
        &key.private(),
        &enc,
        info,
        ct,
        aad,
    )
    .map_err(|_| KemError::DoesNotOpen)
}

/// Hands out the 32 given bytes: HPKE asks once, for `ikmE`.
struct Given<'a>(&'a Secret<32>);

impl TryRng for Given<'_> {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        unreachable!("HPKE draws ikmE as bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        unreachable!("HPKE draws ikmE as bytes")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        out.copy_from_slice(self.0.expose());
        Ok(())
    }
}

impl TryCryptoRng for Given<'_> {}
