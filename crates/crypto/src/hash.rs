//! SHA-256, HKDF-SHA-256 and HMAC-SHA-256.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::{Hash, Secret};

/// `H`: SHA-256.
pub fn h(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// The first sixteen bytes of `H`, the form of every derived id.
pub fn h16(bytes: &[u8]) -> [u8; 16] {
    let hash = h(bytes);
    let mut first = [0; 16];
    for (to, from) in first.iter_mut().zip(hash) {
        *to = from;
    }
    first
}

/// `HKDF(ikm, salt, info, L)`: HKDF-SHA-256.
pub fn hkdf<const L: usize>(ikm: &[u8], salt: &[u8], info: &[u8]) -> Secret<L> {
    const { assert!(L <= 255 * 32, "HKDF-SHA-256 gives at most 8160 bytes") }
    let mut out = [0; L];
    if Hkdf::<Sha256>::new(Some(salt), ikm).expand(info, &mut out).is_err() {
        unreachable!("the length is bounded above");
    }
    Secret::new(out)
}

/// HMAC-SHA-256.
pub fn hmac(key: &[u8], bytes: &[u8]) -> Hash {
    keyed(key, bytes).finalize().into_bytes().into()
}

/// Whether a tag is the HMAC-SHA-256 of the bytes, compared in constant time.
pub fn hmac_is(key: &[u8], bytes: &[u8], tag: &[u8]) -> bool {
    keyed(key, bytes).verify_slice(tag).is_ok()
}

fn keyed(key: &[u8], bytes: &[u8]) -> Hmac<Sha256> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        unreachable!("HMAC takes a key of any length")
    };
    mac.update(bytes);
    mac
}
