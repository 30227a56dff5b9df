//! A service with its sockets, on a clock that the story turns.

use std::net::SocketAddr;
use std::sync::Arc;

use actors::{Browser, Client, Counselor, Credentials, Http, Intake, Line};
use server::clock::System;
use server::secrets::Secrets;
use server::service::Service;
use server::settings::Settings;
use server::state::Shared;
use tempfile::TempDir;

use crate::teduh::{Organisation, Teduh, TestClock};

/// A service that nobody belongs to yet.
pub(crate) struct House {
    pub(crate) app: Shared,
    pub(crate) clock: TestClock,
    pub(crate) http: Http,
    pub(crate) address: SocketAddr,
    _folder: TempDir,
}

impl House {
    pub(crate) async fn open(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        "Rumah Aman".clone_into(&mut settings.org.name);
        change(&mut settings);
        let clock = TestClock::default();
        let secrets = Secrets::draw().unwrap();
        let times = Arc::new(clock.clone());
        let service =
            Service::open(folder.path(), settings, secrets, times, Arc::new(System)).await.unwrap();
        let app = service.app.clone();
        let address = serve(&app).await;
        let http = Http::new(&format!("http://{address}"));
        Self { app, clock, http, address, _folder: folder }
    }

    pub(crate) async fn line(&self) -> Line {
        Line::connect(&self.http).await.unwrap()
    }
}

/// An organisation at work: jobs run, sockets are taken.
pub(crate) struct Office {
    pub(crate) org: Organisation,
    pub(crate) address: SocketAddr,
}

impl Office {
    pub(crate) async fn open() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let org = Box::pin(Organisation::of(Teduh::with(settings).await)).await;
        let address = serve(&org.teduh.app).await;
        server::jobs::start(&org.teduh.app);
        Self { org, address }
    }

    pub(crate) fn app(&self) -> &Shared {
        &self.org.teduh.app
    }

    pub(crate) fn browser(&self) -> Browser {
        let clock = self.org.teduh.clock.clone();
        Browser::new(&format!("http://{}", self.address))
            .with_clock(actors::Clock::new(move || clock.millis()))
    }

    /// A client who waits, connected.
    pub(crate) async fn client(&self, words: &str) -> Client {
        let mut client =
            Client::open(&self.browser(), self.org.root, &Intake::saying(words)).await.unwrap();
        client.connect().await.unwrap();
        client
    }

    /// The counselor at her desk, available.
    pub(crate) async fn counselor(&self) -> Counselor {
        self.desk(self.org.counselor.credentials()).await
    }

    /// Somebody at their desk.
    pub(crate) async fn desk(&self, credentials: &Credentials) -> Counselor {
        self.org.teduh.clock.turn(90);
        let member = actors::StaffMember::sign_in(&self.browser(), credentials.clone()).await;
        Counselor::at_desk(member.unwrap()).await.unwrap()
    }
}

async fn serve(app: &Shared) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = server::web::router(app).unwrap();
    let make = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopped = app.stopping.clone().cancelled_owned();
    let serving = axum::serve(listener, make).with_graceful_shutdown(stopped);
    app.tasks.spawn(async move { serving.await.unwrap() });
    address
}
