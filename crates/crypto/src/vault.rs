//! The vault: a staff member's keys, sealed under what only their passphrase gives.

use crate::encode::c;
use crate::gcm::{self, DoesNotOpen};
use crate::hash::hkdf;
use crate::{Id, Secret};

/// The key of one person's vault.
#[derive(Debug, Clone)]
pub struct VaultKey {
    key: Secret<32>,
    org_id: Id,
    staff_id: Id,
}

impl VaultKey {
    /// `vk = HKDF(export_key, "", C("vault/key", org_id, staff_id), 32)`.
    pub fn new(export_key: &Secret<64>, org_id: &Id, staff_id: &Id) -> Self {
        let key = hkdf(export_key.expose(), b"", &c("vault/key", &[org_id, staff_id]));
        Self { key, org_id: *org_id, staff_id: *staff_id }
    }

    /// The raw key.
    pub fn secret(&self) -> &Secret<32> {
        &self.key
    }

    /// `0x01 || nonce || GCM(vk, nonce, C("vault", org_id, staff_id, u32 ver), keys)`.
    pub fn seal(&self, version: u32, nonce: &[u8; 12], keys: &[u8]) -> Vec<u8> {
        gcm::seal_blob(self.key.expose(), nonce, &self.aad(version), keys)
    }

    /// Opens the vault of exactly this version.
    pub fn open(&self, version: u32, blob: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        gcm::open_blob(self.key.expose(), &self.aad(version), blob)
    }

    fn aad(&self, version: u32) -> Vec<u8> {
        c("vault", &[&self.org_id, &self.staff_id, &version.to_be_bytes()])
    }
}
