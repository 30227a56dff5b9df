//! An ephemeral server; every fixture has two databases of it.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::PgPool;
use storage::Store;
use storage::contract::{Engine, Fixture};
use storage_sql::Opened;
use test_support::Postgres;

pub(crate) struct Server {
    postgres: Postgres,
    wait: Duration,
}

struct Database {
    opened: Opened,
    engine: storage_sql::Engine,
    wait: Duration,
    raw: PgPool,
}

impl Server {
    /// Starts one whose stores wait so long for a lock.
    pub(crate) fn start(wait: Duration) -> Self {
        Self { postgres: Postgres::start().unwrap(), wait }
    }

    /// Addresses of two empty databases.
    pub(crate) fn databases(&self) -> (String, String) {
        (self.postgres.database().unwrap(), self.postgres.database().unwrap())
    }
}

#[async_trait]
impl Engine for Server {
    async fn fixture(&self) -> Box<dyn Fixture> {
        let (database, keystore) = self.databases();
        let raw = PgPool::connect(&database).await.unwrap();
        let engine = storage_sql::Engine::Postgres { database, keystore };
        let opened = crate::store::open(engine.clone(), self.wait).await;
        Box::new(Database { opened, engine, wait: self.wait, raw })
    }
}

#[async_trait]
impl Fixture for Database {
    fn store(&self) -> Store {
        self.opened.store.clone()
    }

    async fn execute(&self, sql: &'static str) -> u64 {
        sqlx::query(sql).execute(&self.raw).await.unwrap().rows_affected()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.raw).await.unwrap()
    }

    async fn commits(&self) -> u64 {
        // Each row names the transaction that wrote it.
        let sql = "SELECT COUNT(DISTINCT xmin::text) FROM messages";
        u64::try_from(self.count(sql).await).unwrap()
    }

    async fn logs(&self) -> Option<u64> {
        None
    }

    async fn fill(&mut self) {
        let full = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'disk full'; END $$";
        self.execute(full).await;
        self.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON messages
                FOR EACH ROW EXECUTE FUNCTION full_disk()",
        )
        .await;
    }

    async fn free(&mut self) {
        self.execute("DROP TRIGGER full_disk ON messages").await;
    }

    async fn lock(&self) -> Box<dyn Send> {
        self.hold("LOCK TABLE messages IN EXCLUSIVE MODE").await
    }

    async fn hold(&self, sql: &'static str) -> Box<dyn Send> {
        let mut tx = self.raw.begin().await.unwrap();
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        Box::new(tx)
    }

    async fn restart(&mut self) {
        self.opened = crate::store::open(self.engine.clone(), self.wait).await;
    }

    async fn close(self: Box<Self>) {
        self.raw.close().await;
        self.opened.close().await;
    }
}

/// Tables with their columns, for the parity of both schemas.
pub(crate) async fn columns(server: &Server) -> Vec<(String, String)> {
    let (database, keystore) = server.databases();
    let engine =
        storage_sql::Engine::Postgres { database: database.clone(), keystore: keystore.clone() };
    crate::store::open(engine, crate::store::WAIT).await.close().await;
    let mut columns = Vec::new();
    for address in [database, keystore] {
        let raw = PgPool::connect(&address).await.unwrap();
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT table_name::text, column_name::text FROM information_schema.columns
                WHERE table_schema = 'public'",
        )
        .fetch_all(&raw)
        .await
        .unwrap();
        columns.extend(rows);
        raw.close().await;
    }
    columns.sort();
    columns
}
