//! The few things that the two engines say differently.

use std::future::Future;

use sqlx::migrate::MigrateError;
use sqlx::query::Query;
use sqlx::{Encode, Pool, Type};

use crate::value::{Row, Value};

/// An engine. Everything else is one SQL text for both.
pub(crate) trait Dialect: sqlx::Database {
    /// Begins a transaction that writes: on SQLite it takes the one writer's lock at once.
    const BEGIN_WRITE: &'static str;
    /// Whether a case can be held while others are written.
    const LOCKS_CASES: bool;
    /// Holds a case until the transaction ends: `$1` its id; a row if it is there.
    const LOCK_CASE: &'static str;
    /// Holds a staff member until the transaction ends: `$1` the id; a row if it is there.
    const LOCK_STAFF: &'static str;
    /// Holds what every published statement stands on, so that versions follow without a gap.
    const LOCK_ORG: &'static str;
    /// Holds off whoever would publish, while others may hold it off too.
    const HOLD_ROSTER: &'static str;
    /// Lets one node after the other write pages.
    const LOCK_PAGES: &'static str;
    /// Empties the write-ahead log, where the engine does not do so by itself: a row that begins
    /// with 0 when that is done.
    const TRUNCATE_LOG: &'static str;

    /// Runs one statement and gives its rows.
    fn rows<'a>(
        connection: &'a mut Self::Connection,
        sql: &'static str,
        args: &'a [Value],
    ) -> impl Future<Output = Result<Vec<Row>, sqlx::Error>> + Send + 'a;

    /// Runs one statement and gives how many rows it changed.
    fn execute<'a>(
        connection: &'a mut Self::Connection,
        sql: &'static str,
        args: &'a [Value],
    ) -> impl Future<Output = Result<u64, sqlx::Error>> + Send + 'a;

    /// Brings the schema to the newest version.
    fn migrate(
        pool: &Pool<Self>,
        schema: Schema,
    ) -> impl Future<Output = Result<(), MigrateError>> + Send;
}

/// Which tables a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    /// Everything but the shred keys.
    Service,
    /// The shred keys, in a database of their own.
    Keystore,
}

/// A statement with its values bound.
pub(crate) fn bind<'q, DB>(sql: &'static str, args: &[Value]) -> Query<'q, DB, DB::Arguments>
where
    DB: sqlx::Database,
    Option<i64>: Encode<'q, DB> + Type<DB>,
    Option<Vec<u8>>: Encode<'q, DB> + Type<DB>,
    Option<String>: Encode<'q, DB> + Type<DB>,
    bool: Encode<'q, DB> + Type<DB>,
    i64: Type<DB>,
{
    args.iter().fold(sqlx::query(sql), |query, value| match value.clone() {
        Value::Int(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bool(value) => query.bind(value),
    })
}
