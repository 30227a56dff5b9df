//! A service: its store, and the state that requests, sockets and jobs share.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use domain::policy::LevelThenFirstCome;
use hub::{Hub, MemoryBroker};
use sealing::KeyRing;
use storage_sql::{Engine, Opened, Options};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::Auth;
use crate::board::LiveBoard;
use crate::buckets::Addresses;
use crate::clock::{Clock, Random};
use crate::exits::Exits;
use crate::org_cache::OrgCache;
use crate::queue::Queue;
use crate::secrets::Secrets;
use crate::settings::Settings;
use crate::state::{App, Shared};

/// How long a write waits for another process that holds the database.
const WAIT: Duration = Duration::from_secs(5);

/// An open service; nothing of it listens yet.
pub struct Service {
    /// What requests share.
    pub app: Shared,
    opened: Opened,
}

impl Service {
    /// Opens the store of a data folder and reads the organisation.
    ///
    /// # Errors
    /// Says what cannot be opened.
    pub async fn open(
        data: &Path,
        settings: Settings,
        secrets: Secrets,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> anyhow::Result<Self> {
        let opened = open_store(data, &settings, &secrets).await?;
        let mut source_key = [0; 32];
        random.fill(&mut source_key)?;
        let app = App {
            auth: Auth::new(&secrets, source_key)?,
            settings,
            secrets,
            store: opened.store.clone(),
            hub: Hub::new(Arc::new(MemoryBroker::default())),
            clock,
            random,
            org: OrgCache::default(),
            queue: Queue::default(),
            board: LiveBoard::default(),
            exits: Exits::default(),
            addresses: Addresses::default(),
            policy: Box::new(LevelThenFirstCome),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
        };
        app.org.reload(&app.store).await?;
        Ok(Self { app: Arc::new(app), opened })
    }

    /// Waits for what runs beside requests, then closes the store.
    pub async fn close(self) {
        self.app.stopping.cancel();
        self.app.tasks.close();
        self.app.tasks.wait().await;
        drop(self.app);
        self.opened.close().await;
    }
}

/// Opens the store alone, for commands that need no running service.
///
/// # Errors
/// Says what cannot be opened.
pub async fn open_store(
    data: &Path,
    settings: &Settings,
    secrets: &Secrets,
) -> anyhow::Result<Opened> {
    let keys = secrets.kek.iter().map(|key| (key.id, *key.expose()));
    let options = Options {
        engine: engine(data, settings),
        ring: KeyRing::new(keys)?,
        times: settings.times.rules(),
        wait: WAIT,
    };
    storage_sql::open(options).await.context("cannot open the database")
}

fn engine(data: &Path, settings: &Settings) -> Engine {
    if settings.database_url.is_empty() {
        Engine::Sqlite {
            database: data.join("teduh.sqlite"),
            keystore: data.join("keystore.sqlite"),
            max_pages: Some(settings.limits.sqlite_pages).filter(|pages| *pages > 0),
        }
    } else {
        Engine::Postgres {
            database: settings.database_url.clone(),
            keystore: settings.keystore_url.clone(),
        }
    }
}
