//! A service inside the test's process, on a folder and a clock of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use actors::{Http, Line};
use domain::Timestamp;
use server::clock::{Clock, System};
use server::secrets::Secrets;
use server::service::Service;
use server::settings::Settings;
use server::state::Shared;
use tempfile::TempDir;

/// A clock that stands until it is moved.
pub struct Hands(AtomicI64);

impl Hands {
    pub fn forward(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// A service that nobody belongs to yet.
pub struct House {
    pub app: Shared,
    pub clock: Arc<Hands>,
    pub http: Http,
    pub address: SocketAddr,
    _folder: TempDir,
}

impl House {
    pub async fn open(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.org.name = "Rumah Aman".to_owned();
        change(&mut settings);
        let clock = Arc::new(Hands(AtomicI64::new(1_790_000_000_000)));
        let secrets = Secrets::draw().unwrap();
        let service =
            Service::open(folder.path(), settings, secrets, clock.clone(), Arc::new(System))
                .await
                .unwrap();
        let app = service.app;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = server::web::router(&app).unwrap();
        let make = router.into_make_service_with_connect_info::<SocketAddr>();
        app.tasks.spawn(async move { axum::serve(listener, make).await.unwrap() });
        let http = Http::new(&format!("http://{address}"));
        Self { app, clock, http, address, _folder: folder }
    }

    pub async fn line(&self) -> Line {
        Line::connect(&self.http).await.unwrap()
    }
}
