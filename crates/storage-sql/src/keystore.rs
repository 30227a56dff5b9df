//! Shred keys: three a case, in a database of their own, committed before the row that needs them.

use std::sync::Arc;

use domain::{CaseId, Lane, Timestamp};
use sealing::{KeyRing, Place, ShredKey};
use storage::{Result, StorageError};

use crate::db::Db;
use crate::dialect::Dialect;
use crate::error::from_sealing;
use crate::value::args;

/// What a shred key seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// Lane 1 envelopes.
    Chat,
    /// All of lane 2.
    Notes,
    /// Everything else of the case.
    Case,
}

impl KeyKind {
    /// The key for the envelopes of a lane.
    pub(crate) fn of_envelopes(lane: Lane) -> Self {
        match lane {
            Lane::Chat => Self::Chat,
            Lane::Notes => Self::Notes,
        }
    }

    /// The key for the records and boxes of a lane.
    pub(crate) fn of_records(lane: Lane) -> Self {
        match lane {
            Lane::Chat => Self::Case,
            Lane::Notes => Self::Notes,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Notes => "notes",
            Self::Case => "case",
        }
    }
}

/// The keystore.
pub(crate) struct Keystore<DB: Dialect> {
    pub(crate) db: Db<DB>,
    pub(crate) ring: Arc<KeyRing>,
}

impl<DB: Dialect> Keystore<DB> {
    /// A key that rows need which exist already.
    ///
    /// # Errors
    /// `NotFound` once it is shredded.
    pub(crate) async fn get(&self, case: CaseId, kind: KeyKind) -> Result<ShredKey> {
        const SQL: &str = "SELECT sealed FROM shred_keys WHERE case_id = $1 AND kind = $2";
        let row = self.db.one(SQL, args![case, kind.code()]).await?;
        self.open(case, kind, row.bytes(0)?)
    }

    /// A key for rows to come: the one that stands, or a new one, committed when this returns.
    pub(crate) async fn need(
        &self,
        case: CaseId,
        kind: KeyKind,
        now: Timestamp,
    ) -> Result<ShredKey> {
        const SQL: &str = "INSERT INTO shred_keys (case_id, kind, sealed, used_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (case_id, kind) DO UPDATE SET used_at = excluded.used_at
            RETURNING sealed";
        let drawn = ShredKey::draw().map_err(from_sealing)?;
        let id = row_key(case, kind);
        let sealed = self.ring.seal(place(&id), drawn.expose()).map_err(from_sealing)?;
        let mut tx = self.db.begin().await?;
        let row = tx.one(SQL, args![case, kind.code(), sealed, now]).await?;
        tx.commit().await?;
        self.open(case, kind, row.bytes(0)?)
    }

    /// Deletes a key, and with it everything that it seals.
    pub(crate) async fn shred(&self, case: CaseId, kind: KeyKind) -> Result<()> {
        const SQL: &str = "DELETE FROM shred_keys WHERE case_id = $1 AND kind = $2";
        self.db.execute(SQL, args![case, kind.code()]).await.map(drop)
    }

    /// Cases, in order of their ids, that have keys which no write has asked for since then.
    pub(crate) async fn idle(
        &self,
        since: Timestamp,
        after: CaseId,
        limit: u32,
    ) -> Result<Vec<CaseId>> {
        const SQL: &str = "SELECT DISTINCT case_id FROM shred_keys
            WHERE used_at < $1 AND case_id > $2 ORDER BY case_id LIMIT $3";
        let rows = self.db.rows(SQL, args![since, after, limit]).await?;
        rows.iter().map(|row| row.id(0)).collect()
    }

    /// Deletes the keys of a case that was never written, unless a write has just asked for them.
    pub(crate) async fn sweep(&self, case: CaseId, since: Timestamp) -> Result<u64> {
        const SQL: &str = "DELETE FROM shred_keys WHERE case_id = $1 AND used_at < $2";
        self.db.execute(SQL, args![case, since]).await
    }

    fn open(&self, case: CaseId, kind: KeyKind, sealed: &[u8]) -> Result<ShredKey> {
        let id = row_key(case, kind);
        let bytes = self.ring.open(place(&id), sealed).map_err(from_sealing)?;
        ShredKey::from_slice(&bytes).ok_or(StorageError::Sealed)
    }
}

fn row_key(case: CaseId, kind: KeyKind) -> Vec<u8> {
    [case.as_bytes(), kind.code().as_bytes()].concat()
}

fn place(row_key: &[u8]) -> Place<'_> {
    Place { table: "shred_keys", row_key, column: "sealed" }
}
