//! AES-256-GCM with a 96-bit nonce and a 128-bit tag.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};

/// The bytes do not open: another key, nonce or AAD, or they were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("does not open")]
pub struct DoesNotOpen;

/// Seals; the result is 16 bytes longer than the plain text.
pub fn seal(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], plain: &[u8]) -> Vec<u8> {
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key));
    let Ok(sealed) = cipher.encrypt(&Nonce::from(*nonce), Payload { msg: plain, aad }) else {
        unreachable!("AES-GCM seals anything below 64 GiB")
    };
    sealed
}

/// Opens, or says only that it does not.
pub fn open(
    key: &[u8; 32],
    nonce: &[u8; 12],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, DoesNotOpen> {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key))
        .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad })
        .map_err(|_| DoesNotOpen)
}

/// `0x01 || nonce || GCM(..)`, the form of a wrapped client and of a vault.
pub(crate) fn seal_blob(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], plain: &[u8]) -> Vec<u8> {
    [&[1][..], nonce, &seal(key, nonce, aad, plain)].concat()
}

/// Opens what [`seal_blob`] made.
pub(crate) fn open_blob(key: &[u8; 32], aad: &[u8], blob: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
    let rest = blob.strip_prefix(&[1]).ok_or(DoesNotOpen)?;
    let (nonce, sealed) = rest.split_first_chunk::<12>().ok_or(DoesNotOpen)?;
    open(key, nonce, aad, sealed)
}
