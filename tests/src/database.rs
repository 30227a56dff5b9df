//! What goes on behind the service: another connection to its database.

use anyhow::Result;
use crypto::encode::{Len, parse_first};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};

use crate::House;

/// The pages that a story with a full disk gives to SQLite.
pub const FEW_PAGES: u32 = 2000;

/// A connection of the story's own to the service's database.
#[derive(Debug)]
pub enum Database {
    /// The file.
    Sqlite(SqliteConnection),
    /// The server.
    Postgres(PgConnection),
}

impl House {
    /// Connects to the database behind the service.
    pub async fn database(&self) -> Result<Database> {
        Ok(match &self.postgres {
            None => {
                let file = self.service.data().join("teduh.sqlite");
                let options = SqliteConnectOptions::new()
                    .filename(file)
                    .busy_timeout(std::time::Duration::from_mins(1))
                    .pragma("max_page_count", FEW_PAGES.to_string());
                Database::Sqlite(SqliteConnection::connect_with(&options).await?)
            }
            Some(postgres) => {
                let options: PgConnectOptions = postgres.address(crate::house::DATABASE).parse()?;
                Database::Postgres(PgConnection::connect_with(&options).await?)
            }
        })
    }
}

impl Database {
    /// From now on no message finds room.
    pub async fn fill_disk(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(file) => {
                file.execute("CREATE TABLE filler (bytes BLOB)").await?;
                let mut size = 1_i64 << 20;
                while size > 1 << 9 {
                    let filled = sqlx::query("INSERT INTO filler VALUES (zeroblob($1))")
                        .bind(size)
                        .execute(&mut *file)
                        .await;
                    if filled.is_err() {
                        size /= 2;
                    }
                }
                Ok(())
            }
            Self::Postgres(server) => {
                server
                    .execute(
                        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
                         BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$",
                    )
                    .await?;
                server
                    .execute(
                        "CREATE TRIGGER no_room BEFORE INSERT ON messages
                         FOR EACH ROW EXECUTE FUNCTION no_room()",
                    )
                    .await?;
                Ok(())
            }
        }
    }

    /// There is room again.
    pub async fn free_disk(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(file) => file.execute("DROP TABLE filler").await.map(drop)?,
            Self::Postgres(server) => {
                server.execute("DROP TRIGGER no_room ON messages").await.map(drop)?;
            }
        }
        Ok(())
    }

    /// Holds the lock that a writer needs.
    pub async fn lock(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(file) => file.execute("BEGIN IMMEDIATE").await.map(drop)?,
            Self::Postgres(server) => {
                server.execute("BEGIN").await?;
                server.execute("LOCK TABLE messages IN EXCLUSIVE MODE").await?;
            }
        }
        Ok(())
    }

    /// Lets it go.
    pub async fn unlock(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(file) => file.execute("ROLLBACK").await.map(drop)?,
            Self::Postgres(server) => server.execute("ROLLBACK").await.map(drop)?,
        }
        Ok(())
    }

    /// How often the audit names this event of a case.
    pub async fn audited(&mut self, case: crypto::Id, event: &str) -> Result<usize> {
        const ENTRIES: &str = "SELECT entry FROM audit ORDER BY n";
        let entries: Vec<Vec<u8>> = match self {
            Self::Sqlite(file) => sqlx::query_scalar(ENTRIES).fetch_all(file).await?,
            Self::Postgres(server) => sqlx::query_scalar(ENTRIES).fetch_all(server).await?,
        };
        let is_it = |entry: &Vec<u8>| {
            let fields = parse_first("srv/audit", [Len::Any; 5], entry);
            matches!(fields, Ok(([_, _, _, named, of], _))
                if named == event.as_bytes() && of == case.as_slice())
        };
        Ok(entries.iter().filter(|entry| is_it(entry)).count())
    }

    /// Changes something by hand.
    pub async fn by_hand(&mut self, sql: &'static str) -> Result<()> {
        match self {
            Self::Sqlite(file) => file.execute(sql).await.map(drop)?,
            Self::Postgres(server) => server.execute(sql).await.map(drop)?,
        }
        Ok(())
    }

    /// What a statement counts of the case that it names as `$1`.
    pub async fn count(&mut self, sql: &'static str, case: crypto::Id) -> Result<i64> {
        let case = case.to_vec();
        Ok(match self {
            Self::Sqlite(file) => sqlx::query_scalar(sql).bind(case).fetch_one(file).await?,
            Self::Postgres(server) => sqlx::query_scalar(sql).bind(case).fetch_one(server).await?,
        })
    }
}
