//! Case codes: how a client comes back.

use async_trait::async_trait;
use domain::{CaseId, Hash, Timestamp};
use sealing::Place;
use storage::codes::Code;
use storage::{Codes, Result, StorageError};

use crate::dialect::Dialect;
use crate::error::from_sealing;
use crate::keystore::KeyKind;
use crate::shared::Shared;
use crate::value::args;

#[async_trait]
impl<DB: Dialect> Codes for Shared<DB> {
    async fn put(&self, case: CaseId, tag: Hash, wrapped: Vec<u8>, now: Timestamp) -> Result<()> {
        const STANDS: &str = "SELECT tag FROM codes WHERE case_id = $1";
        const SQL: &str = "INSERT INTO codes (case_id, tag, wrapped, at) VALUES ($1, $2, $3, $4)";
        let mut tx = self.begin_case(case).await?;
        if let Some(row) = tx.first(STANDS, args![case]).await? {
            return if row.id::<Hash>(0)? == tag { Ok(()) } else { Err(StorageError::Exists) };
        }
        let key = self.keys.get(case, KeyKind::Case).await?;
        let sealed = key.seal(place(&case), &wrapped).map_err(from_sealing)?;
        tx.execute(SQL, args![case, tag, sealed, now]).await?;
        tx.commit().await
    }

    async fn find(&self, tag: Hash) -> Result<Option<Code>> {
        const SQL: &str = "SELECT case_id, wrapped FROM codes WHERE tag = $1";
        let Some(row) = self.db.first(SQL, args![tag]).await? else { return Ok(None) };
        let case = row.id(0)?;
        let key = self.keys.get(case, KeyKind::Case).await?;
        let wrapped = key.open(place(&case), row.bytes(1)?).map_err(from_sealing)?;
        Ok(Some(Code { case, wrapped }))
    }

    async fn has(&self, case: CaseId) -> Result<bool> {
        Ok(self.db.first(OF_CASE, args![case]).await?.is_some())
    }
}

/// A row where the case `$1` has a code.
pub(crate) const OF_CASE: &str = "SELECT tag FROM codes WHERE case_id = $1";

fn place(case: &CaseId) -> Place<'_> {
    Place { table: "codes", row_key: case.as_bytes(), column: "wrapped" }
}
