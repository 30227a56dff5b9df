//! A database with its writing and reading connections, and one transaction on it.

use sqlx::{Pool, Transaction};
use storage::{Result, StorageError};

use crate::dialect::Dialect;
use crate::error::from_sqlx;
use crate::value::{Row, Value};

/// One database.
pub(crate) struct Db<DB: Dialect> {
    /// Where transactions that write begin; on SQLite a single connection.
    pub(crate) write: Pool<DB>,
    /// Where single statements read.
    pub(crate) read: Pool<DB>,
}

impl<DB: Dialect> Db<DB> {
    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<Tx<DB>> {
        self.write.begin_with(DB::BEGIN_WRITE).await.map(Tx).map_err(from_sqlx)
    }

    /// The rows of one statement that reads.
    pub(crate) async fn rows(&self, sql: &'static str, args: &[Value]) -> Result<Vec<Row>> {
        let mut connection = self.read.acquire().await.map_err(from_sqlx)?;
        DB::rows(&mut connection, sql, args).await.map_err(from_sqlx)
    }

    /// The first row of a read.
    pub(crate) async fn first(&self, sql: &'static str, args: &[Value]) -> Result<Option<Row>> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// The row of a read that must give one.
    pub(crate) async fn one(&self, sql: &'static str, args: &[Value]) -> Result<Row> {
        self.first(sql, args).await?.ok_or(StorageError::NotFound)
    }

    /// One statement that writes, in a transaction of its own.
    pub(crate) async fn execute(&self, sql: &'static str, args: &[Value]) -> Result<u64> {
        let mut tx = self.begin().await?;
        let changed = tx.execute(sql, args).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// One statement that no transaction may surround.
    pub(crate) async fn rows_outside(&self, sql: &'static str) -> Result<Vec<Row>> {
        let mut connection = self.write.acquire().await.map_err(from_sqlx)?;
        DB::rows(&mut connection, sql, &[]).await.map_err(from_sqlx)
    }

    /// Closes every connection.
    pub(crate) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

impl<DB: Dialect> Clone for Db<DB> {
    fn clone(&self) -> Self {
        Self { write: self.write.clone(), read: self.read.clone() }
    }
}

/// A transaction that writes; dropped without a commit it never happened.
pub(crate) struct Tx<DB: Dialect>(Transaction<'static, DB>);

impl<DB: Dialect> Tx<DB> {
    pub(crate) async fn rows(&mut self, sql: &'static str, args: &[Value]) -> Result<Vec<Row>> {
        DB::rows(&mut self.0, sql, args).await.map_err(from_sqlx)
    }

    pub(crate) async fn first(&mut self, sql: &'static str, args: &[Value]) -> Result<Option<Row>> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    pub(crate) async fn one(&mut self, sql: &'static str, args: &[Value]) -> Result<Row> {
        self.first(sql, args).await?.ok_or(StorageError::NotFound)
    }

    pub(crate) async fn execute(&mut self, sql: &'static str, args: &[Value]) -> Result<u64> {
        DB::execute(&mut self.0, sql, args).await.map_err(from_sqlx)
    }

    pub(crate) async fn commit(self) -> Result<()> {
        self.0.commit().await.map_err(from_sqlx)
    }
}
