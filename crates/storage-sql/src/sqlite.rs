//! SQLite: one file, one writer, many readers.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteRow, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection as _, Pool, Row as _, TypeInfo as _, ValueRef as _};

use crate::db::Db;
use crate::dialect::{Dialect, Schema, bind};
use crate::error::from_sqlx;
use crate::value::{Row, Value};

/// Reading connections; each costs a thread and a page cache.
const READERS: u32 = 4;

/// How a file is opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileOptions {
    /// The file never grows beyond so many pages of 4 KiB.
    pub(crate) max_pages: Option<u32>,
    /// How long a statement waits for another process that writes.
    pub(crate) wait: Duration,
}

/// Opens or makes a database file.
pub(crate) async fn open(
    path: &Path,
    schema: Schema,
    options: FileOptions,
) -> storage::Result<Db<Sqlite>> {
    let mut connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Nobody is told "stored" before the log is on the disk.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(options.wait)
        // What is deleted is overwritten at once.
        .pragma("secure_delete", "ON")
        .disable_statement_logging();
    if let Some(pages) = options.max_pages {
        connect = connect.pragma("max_page_count", pages.to_string());
    }
    let wait = options.wait.max(Duration::from_secs(1));
    let pool = |size| PoolOptions::new().max_connections(size).acquire_timeout(wait * 4);
    let write = pool(1)
        // A full disk makes SQLite end the transaction by itself. The driver then fails to roll it
        // back, counts it as open for ever and begins no other: that connection is replaced.
        .before_acquire(|connection: &mut SqliteConnection, _| {
            Box::pin(async { Ok(!connection.is_in_transaction()) })
        })
        .connect_with(connect.clone())
        .await
        .map_err(from_sqlx)?;
    Sqlite::migrate(&write, schema).await.map_err(from_migration)?;
    let read = pool(READERS).connect_lazy_with(connect.pragma("query_only", "ON"));
    Ok(Db { write, read })
}

pub(crate) fn from_migration(error: MigrateError) -> storage::StorageError {
    match error {
        MigrateError::Execute(error) => from_sqlx(error),
        other => storage::StorageError::Engine(Box::new(other)),
    }
}

impl Dialect for Sqlite {
    const BEGIN_WRITE: &'static str = "BEGIN IMMEDIATE";
    // The one writer holds everything already.
    const LOCKS_CASES: bool = false;
    const LOCK_CASE: &'static str = "SELECT id FROM cases WHERE id = $1";
    const LOCK_STAFF: &'static str = "SELECT id FROM staff WHERE id = $1";
    const LOCK_ORG: &'static str = "SELECT 1";
    const HOLD_ROSTER: &'static str = "SELECT 1";
    const LOCK_PAGES: &'static str = "SELECT 1";
    const TRUNCATE_LOG: &'static str = "PRAGMA wal_checkpoint(TRUNCATE)";

    async fn rows<'a>(
        connection: &'a mut Self::Connection,
        sql: &'static str,
        args: &'a [Value],
    ) -> Result<Vec<Row>, sqlx::Error> {
        bind::<Self>(sql, args).fetch_all(connection).await?.iter().map(read).collect()
    }

    async fn execute<'a>(
        connection: &'a mut Self::Connection,
        sql: &'static str,
        args: &'a [Value],
    ) -> Result<u64, sqlx::Error> {
        Ok(bind::<Self>(sql, args).execute(connection).await?.rows_affected())
    }

    async fn migrate(pool: &Pool<Self>, schema: Schema) -> Result<(), MigrateError> {
        match schema {
            Schema::Service => sqlx::migrate!("../../migrations/sqlite").run(pool).await,
            Schema::Keystore => sqlx::migrate!("../../migrations/keystore/sqlite").run(pool).await,
        }
    }
}

fn read(row: &SqliteRow) -> Result<Row, sqlx::Error> {
    let value = |index| {
        let raw = row.try_get_raw(index)?;
        if raw.is_null() {
            return Ok(Value::Bytes(None));
        }
        Ok(match raw.type_info().name() {
            "BLOB" => Value::Bytes(row.try_get(index)?),
            "TEXT" => Value::Text(row.try_get(index)?),
            _ => Value::Int(row.try_get_unchecked(index)?),
        })
    };
    (0..row.len()).map(value).collect::<Result<_, _>>().map(Row)
}
