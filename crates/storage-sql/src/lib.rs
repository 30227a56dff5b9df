//! The storage on SQLite and PostgreSQL, with one SQL text.
//!
//! Repositories are generic over `Dialect`; an engine is chosen once, in [`open`].
#![deny(missing_docs)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::Times;
use sealing::KeyRing;
use storage::{Result, Store};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::db::Db;
use crate::dialect::{Dialect, Schema};
use crate::keystore::Keystore;
use crate::messages::Transcripts;
use crate::shared::Shared;
use crate::sqlite::FileOptions;
use crate::writer::Writer;

mod audit;
mod cases;
mod claims;
mod codes;
mod db;
mod dialect;
mod each;
mod error;
mod escalations;
mod groups;
mod invites;
mod jobs;
mod joins;
mod keystore;
mod messages;
mod openings;
mod org;
mod pages;
mod postgres;
mod raises;
mod records;
mod rekeys;
mod rows;
mod sessions;
mod shared;
mod signins;
mod sqlite;
mod staff;
mod sweep;
mod transcript;
mod value;
mod writer;

/// Where the data lives.
#[derive(Debug, Clone)]
pub enum Engine {
    /// Files of this machine.
    Sqlite {
        /// Everything but the shred keys.
        database: PathBuf,
        /// The shred keys; backed up apart, for 7 days at most.
        keystore: PathBuf,
        /// The database never grows beyond so many pages of 4 KiB; `None` for no limit.
        max_pages: Option<u32>,
    },
    /// A server.
    Postgres {
        /// Everything but the shred keys.
        database: String,
        /// The shred keys, in another database.
        keystore: String,
    },
}

/// How a store is opened.
pub struct Options {
    /// Where the data lives.
    pub engine: Engine,
    /// The keys that seal rows.
    pub ring: KeyRing,
    /// How long each rule waits.
    pub times: Times,
    /// How long a write waits for another one before it is answered `Busy`.
    pub wait: Duration,
}

/// An open store.
pub struct Opened {
    /// What the service uses.
    pub store: Store,
    closing: Closing,
}

/// What ends when a store is closed.
struct Closing {
    stop: CancellationToken,
    tasks: TaskTracker,
    pools: Box<dyn FnOnce() -> Closed + Send + Sync>,
}

type Closed = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

impl Opened {
    /// Stores what has queued, and closes every connection; clones of the store fail from here on.
    pub async fn close(self) {
        self.closing.stop.cancel();
        self.closing.tasks.close();
        self.closing.tasks.wait().await;
        (self.closing.pools)().await;
    }
}

/// Opens the store and brings its schema to the newest version.
///
/// # Errors
/// `Engine` when the database cannot be reached or its schema is not ours; `Full`; `Busy`.
pub async fn open(options: Options) -> Result<Opened> {
    let Options { engine, ring, times, wait } = options;
    let ring = Arc::new(ring);
    match engine {
        Engine::Sqlite { database, keystore, max_pages } => {
            let database =
                sqlite::open(&database, Schema::Service, FileOptions { max_pages, wait }).await?;
            let keys = FileOptions { max_pages: None, wait };
            let keystore = sqlite::open(&keystore, Schema::Keystore, keys).await?;
            Ok(assemble(database, keystore, ring, times))
        }
        Engine::Postgres { database, keystore } => {
            let database = postgres::open(&database, Schema::Service, wait).await?;
            let keystore = postgres::open(&keystore, Schema::Keystore, wait).await?;
            Ok(assemble(database, keystore, ring, times))
        }
    }
}

fn assemble<DB: Dialect>(db: Db<DB>, keystore: Db<DB>, ring: Arc<KeyRing>, times: Times) -> Opened {
    let pools = [db.clone(), keystore.clone()];
    let keys = Keystore { db: keystore, ring: Arc::clone(&ring) };
    let shared = Arc::new(Shared { db, keys, ring, times });
    let tasks = TaskTracker::new();
    let stop = CancellationToken::new();
    let writer = Writer::start(Arc::clone(&shared), &tasks, stop.clone());
    let messages = Arc::new(Transcripts { shared: Arc::clone(&shared), writer });
    let store = Store {
        cases: shared.clone(),
        sessions: shared.clone(),
        records: shared.clone(),
        messages,
        escalations: shared.clone(),
        openings: shared.clone(),
        codes: shared.clone(),
        staff: shared.clone(),
        sign_ins: shared.clone(),
        org: shared.clone(),
        audit: shared.clone(),
        jobs: shared,
    };
    let close = || -> Closed {
        Box::pin(async move {
            for db in pools {
                db.close().await;
            }
        })
    };
    Opened { store, closing: Closing { stop, tasks, pools: Box::new(close) } }
}
