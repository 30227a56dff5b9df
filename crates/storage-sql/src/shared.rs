//! What every aggregate shares: the database, the keys, the waiting times.

use std::sync::Arc;

use domain::{CaseId, StaffId, Times};
use sealing::{KeyRing, Place};
use storage::{Result, StorageError};

use crate::db::{Db, Tx};
use crate::dialect::Dialect;
use crate::error::from_sealing;
use crate::keystore::Keystore;
use crate::value::args;

/// The aggregates are implemented on this.
pub(crate) struct Shared<DB: Dialect> {
    pub(crate) db: Db<DB>,
    pub(crate) keys: Keystore<DB>,
    pub(crate) ring: Arc<KeyRing>,
    pub(crate) times: Times,
}

/// Whoever holds several of these took them in this order, so that nobody waits in a ring: pages, what
/// statements stand on, a staff member, cases by their ids, the end of the audit chain.
impl<DB: Dialect> Shared<DB> {
    /// Begins a transaction that stores records: no roster is published until its end.
    pub(crate) async fn begin_records(&self) -> Result<Tx<DB>> {
        let mut tx = self.db.begin().await?;
        tx.execute(DB::HOLD_ROSTER, args![]).await?;
        Ok(tx)
    }

    /// Begins a transaction that holds a case until its end.
    ///
    /// # Errors
    /// `NotFound` when there is no such case.
    pub(crate) async fn begin_case(&self, case: CaseId) -> Result<Tx<DB>> {
        let mut tx = self.db.begin().await?;
        tx.one(DB::LOCK_CASE, args![case]).await?;
        Ok(tx)
    }

    /// The same for a transaction that stores records.
    pub(crate) async fn begin_case_for_records(&self, case: CaseId) -> Result<Tx<DB>> {
        let mut tx = self.begin_records().await?;
        tx.one(DB::LOCK_CASE, args![case]).await?;
        Ok(tx)
    }

    /// Begins a transaction that holds a staff member until its end.
    pub(crate) async fn begin_staff(&self, staff: StaffId) -> Result<Tx<DB>> {
        let mut tx = self.db.begin().await?;
        tx.one(DB::LOCK_STAFF, args![staff]).await?;
        Ok(tx)
    }

    /// Seals a value of a staff or organisation row.
    pub(crate) fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>> {
        self.ring.seal(place, plain).map_err(from_sealing)
    }

    /// Opens it.
    pub(crate) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>> {
        self.ring.open(place, sealed).map_err(from_sealing)
    }

    /// Opens a value that is text.
    pub(crate) fn open_text(&self, place: Place<'_>, sealed: &[u8]) -> Result<String> {
        String::from_utf8(self.open(place, sealed)?).map_err(|_| StorageError::Sealed)
    }
}
