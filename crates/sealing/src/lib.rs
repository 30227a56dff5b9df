//! The at-rest layer: sealed rows and shred keys.
//!
//! A sealed value is `u8 key || nonce || AES-256-GCM(key, C("srv/row",table,row_key,column))`
//! (`crypto.md` 8). The place is the AAD, so a value that was moved to another row or column does
//! not open. The first byte names a key of the ring; 0 is the shred key of the row's own case.
#![deny(missing_docs)]

use std::collections::BTreeMap;

use crypto::{Secret, encode, gcm};

/// Number that stands for a shred key; ring keys have 1 to 255.
const SHRED: u8 = 0;
const NONCE: usize = 12;

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The table.
    pub table: &'static str,
    /// An id of the row that is known before it is written.
    pub row_key: &'a [u8],
    /// The column.
    pub column: &'static str,
}

impl Place<'_> {
    fn aad(&self) -> Vec<u8> {
        encode::c("srv/row", &[self.table.as_bytes(), self.row_key, self.column.as_bytes()])
    }
}

/// Why a value is not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    /// Another key, another place, or changed bytes.
    #[error("a sealed value does not open")]
    DoesNotOpen,
    /// The ring has no such key: a key file of another service, or an old key was taken out.
    #[error("the ring has no key {0}")]
    UnknownKey(u8),
    /// A ring needs at least one key, numbered 1 to 255, each number once.
    #[error("a ring needs keys numbered 1 to 255, each number once")]
    BadRing,
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    NoRandomness,
}

/// The server's keys that seal rows; the newest seals, each opens.
pub struct KeyRing {
    newest: u8,
    keys: BTreeMap<u8, Secret<32>>,
}

impl KeyRing {
    /// A ring of numbered keys, newest first.
    ///
    /// # Errors
    /// [`SealingError::BadRing`].
    pub fn new(keys: impl IntoIterator<Item = (u8, [u8; 32])>) -> Result<Self, SealingError> {
        let mut newest = None;
        let mut ring = BTreeMap::new();
        for (id, key) in keys {
            newest = newest.or(Some(id));
            if id == SHRED || ring.insert(id, Secret::new(key)).is_some() {
                return Err(SealingError::BadRing);
            }
        }
        Ok(Self { newest: newest.ok_or(SealingError::BadRing)?, keys: ring })
    }

    /// Seals with the newest key.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, SealingError> {
        let key = self.keys.get(&self.newest).ok_or(SealingError::UnknownKey(self.newest))?;
        seal(self.newest, key, place, plain)
    }

    /// Opens with the key that the value names.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealingError> {
        let id = *sealed.first().ok_or(SealingError::DoesNotOpen)?;
        let key = self.keys.get(&id).ok_or(SealingError::UnknownKey(id))?;
        open(id, key, place, sealed)
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyRing({} keys)", self.keys.len())
    }
}

/// A key of one case that is deleted to delete what it seals.
#[derive(Clone, Debug)]
pub struct ShredKey(Secret<32>);

impl ShredKey {
    /// Draws a new one.
    pub fn draw() -> Result<Self, SealingError> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|_| SealingError::NoRandomness)?;
        Ok(Self(Secret::new(key)))
    }

    /// The key with these bytes, if there are 32.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Secret::from_slice(bytes).map(Self)
    }

    /// The bytes, for the keystore.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// Seals.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, SealingError> {
        seal(SHRED, &self.0, place, plain)
    }

    /// Opens.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealingError> {
        open(SHRED, &self.0, place, sealed)
    }
}

fn seal(id: u8, key: &Secret<32>, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, SealingError> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|_| SealingError::NoRandomness)?;
    let sealed = gcm::seal(key.expose(), &nonce, &place.aad(), plain);
    Ok([&[id][..], &nonce, &sealed].concat())
}

fn open(
    id: u8,
    key: &Secret<32>,
    place: Place<'_>,
    sealed: &[u8],
) -> Result<Vec<u8>, SealingError> {
    let rest = sealed.strip_prefix(&[id]).ok_or(SealingError::DoesNotOpen)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(SealingError::DoesNotOpen)?;
    gcm::open(key.expose(), nonce, &place.aad(), sealed).map_err(|_| SealingError::DoesNotOpen)
}

#[cfg(test)]
mod tests;
