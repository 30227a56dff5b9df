//! PostgreSQL: many writers, rows locked one by one.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgRow, Postgres};
use sqlx::{ConnectOptions, Pool, Row as _, TypeInfo as _, ValueRef as _};

use crate::db::Db;
use crate::dialect::{Dialect, Schema, bind};
use crate::error::from_sqlx;
use crate::sqlite::from_migration;
use crate::value::{Row, Value};

/// Connections of one node.
const CONNECTIONS: u32 = 16;

/// Connects, and brings the schema to the newest version.
pub(crate) async fn open(
    url: &str,
    schema: Schema,
    wait: Duration,
) -> storage::Result<Db<Postgres>> {
    let connect = PgConnectOptions::from_str(url)
        .map_err(from_sqlx)?
        .options([("lock_timeout", format!("{}ms", wait.as_millis()))])
        .disable_statement_logging();
    let pool = PoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(wait.max(Duration::from_secs(1)) * 4)
        .connect_with(connect)
        .await
        .map_err(from_sqlx)?;
    Postgres::migrate(&pool, schema).await.map_err(from_migration)?;
    Ok(Db { write: pool.clone(), read: pool })
}

impl Dialect for Postgres {
    const BEGIN_WRITE: &'static str = "BEGIN";
    const LOCKS_CASES: bool = true;
    const LOCK_CASE: &'static str = "SELECT id FROM cases WHERE id = $1 FOR UPDATE";
    // A row that names her, as a page, may be written meanwhile.
    const LOCK_STAFF: &'static str = "SELECT id FROM staff WHERE id = $1 FOR NO KEY UPDATE";
    const LOCK_ORG: &'static str = "LOCK TABLE rosters IN SHARE ROW EXCLUSIVE MODE";
    // Row exclusive: every record may have it at once, no publisher beside it.
    const HOLD_ROSTER: &'static str = "LOCK TABLE rosters IN ROW EXCLUSIVE MODE";
    const LOCK_PAGES: &'static str = "LOCK TABLE pages IN SHARE ROW EXCLUSIVE MODE";
    // PostgreSQL recycles its log by itself.
    const TRUNCATE_LOG: &'static str = "SELECT 0";

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
            Schema::Service => sqlx::migrate!("../../migrations/postgres").run(pool).await,
            Schema::Keystore => {
                sqlx::migrate!("../../migrations/keystore/postgres").run(pool).await
            }
        }
    }
}

fn read(row: &PgRow) -> Result<Row, sqlx::Error> {
    let value = |index| {
        let raw = row.try_get_raw(index)?;
        if raw.is_null() {
            return Ok(Value::Bytes(None));
        }
        Ok(match raw.type_info().name() {
            "BYTEA" => Value::Bytes(row.try_get(index)?),
            "TEXT" => Value::Text(row.try_get(index)?),
            "BOOL" => Value::Bool(row.try_get(index)?),
            "INT4" => Value::Int(Some(row.try_get::<i32, _>(index)?.into())),
            _ => Value::Int(row.try_get(index)?),
        })
    };
    (0..row.len()).map(value).collect::<Result<_, _>>().map(Row)
}
