//! A file in a temporary folder.

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, SqlitePool};
use storage::Store;
use storage::contract::{Engine, Fixture};
use storage_sql::Opened;
use tempfile::TempDir;

pub(crate) struct Files;

struct File {
    folder: TempDir,
    opened: Option<Opened>,
    raw: SqlitePool,
}

#[async_trait]
impl Engine for Files {
    async fn fixture(&self) -> Box<dyn Fixture> {
        let folder = tempfile::tempdir().unwrap();
        let opened = crate::store::open(engine(&folder, None), crate::store::WAIT).await;
        let file = SqliteConnectOptions::new().filename(folder.path().join("service.sqlite"));
        let raw = SqlitePoolOptions::new().connect_with(file).await.unwrap();
        Box::new(File { folder, opened: Some(opened), raw })
    }
}

fn engine(folder: &TempDir, max_pages: Option<u32>) -> storage_sql::Engine {
    let path = |name| folder.path().join(name);
    storage_sql::Engine::Sqlite {
        database: path("service.sqlite"),
        keystore: path("keystore.sqlite"),
        max_pages,
    }
}

impl File {
    async fn reopen(&mut self, max_pages: Option<u32>) {
        drop(self.opened.take());
        self.opened =
            Some(crate::store::open(engine(&self.folder, max_pages), crate::store::WAIT).await);
    }
}

/// Commits in a write-ahead log: the last frame of each says how large the database is then.
///
/// A header of 32 bytes with the page size and two salts; each frame has 24 bytes and a page.
fn commit_frames(log: &[u8]) -> u64 {
    let Some(header) = log.get(..32) else { return 0 };
    let page = u32::from_be_bytes(header[8..12].try_into().unwrap());
    let frames = log[32..].chunks_exact(24 + usize::try_from(page).unwrap());
    // Frames of an earlier turn of the log have other salts.
    let commits = frames.filter(|frame| frame[8..16] == header[16..24] && frame[4..8] != [0; 4]);
    u64::try_from(commits.count()).unwrap()
}

#[async_trait]
impl Fixture for File {
    fn store(&self) -> Store {
        self.opened.as_ref().unwrap().store.clone()
    }

    async fn execute(&self, sql: &'static str) -> u64 {
        sqlx::query(sql).execute(&self.raw).await.unwrap().rows_affected()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.raw).await.unwrap()
    }

    async fn commits(&self) -> u64 {
        commit_frames(&std::fs::read(self.folder.path().join("service.sqlite-wal")).unwrap())
    }

    async fn logs(&self) -> Option<u64> {
        let logs = ["service.sqlite-wal", "keystore.sqlite-wal"];
        let size = |log| std::fs::metadata(self.folder.path().join(log)).unwrap().len();
        Some(logs.map(size).iter().sum())
    }

    async fn fill(&mut self) {
        let pages = self.count("PRAGMA page_count").await;
        self.reopen(Some(u32::try_from(pages).unwrap())).await;
    }

    async fn free(&mut self) {
        self.reopen(None).await;
    }

    async fn lock(&self) -> Box<dyn Send> {
        Box::new(self.raw.begin_with("BEGIN IMMEDIATE").await.unwrap())
    }

    async fn hold(&self, sql: &'static str) -> Box<dyn Send> {
        let mut tx = self.raw.begin_with("BEGIN IMMEDIATE").await.unwrap();
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        Box::new(tx)
    }

    async fn restart(&mut self) {
        self.reopen(None).await;
    }

    async fn close(mut self: Box<Self>) {
        self.raw.close().await;
        self.opened.take().unwrap().close().await;
    }
}

/// Tables with their columns, for the parity of both schemas.
pub(crate) async fn columns(folder: &TempDir) -> Vec<(String, String)> {
    let opened = crate::store::open(engine(folder, None), crate::store::WAIT).await;
    opened.close().await;
    let mut columns = Vec::new();
    for file in ["service.sqlite", "keystore.sqlite"] {
        let file = SqliteConnectOptions::new().filename(folder.path().join(file));
        let raw = SqlitePoolOptions::new().connect_with(file).await.unwrap();
        let tables: Vec<String> =
            sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'")
                .fetch_all(&raw)
                .await
                .unwrap();
        for table in tables {
            let sql = format!("SELECT name FROM pragma_table_info('{table}')");
            let names: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&raw).await.unwrap();
            columns.extend(names.into_iter().map(|name| (table.clone(), name)));
        }
        raw.close().await;
    }
    columns.sort();
    columns
}
