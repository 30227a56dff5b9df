//! A service of its own for each story, with a clock that the story turns.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actors::{Browser, Credentials, Enrolling, StaffMember};
use crypto::Secret;
use crypto::ceremony::RootSeed;
use crypto::enrol::Invite;
use domain::audit::Actor;
use domain::staff::Role;
use domain::{Hash, StaffId, Timestamp};
use protocol::ErrorCode;
use server::ceremony::{self, CeremonyRequest};
use server::clock::{Clock, System};
use server::secrets::Secrets;
use server::service::Service;
use server::settings::Settings;
use server::state::Shared;
use tokio::net::TcpListener;

pub(crate) const PASSPHRASE: &str = "kopi pagi hujan sore";

/// The service's and everybody's clock.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<AtomicI64>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(1_780_000_000_000)))
    }
}

impl TestClock {
    pub(crate) fn turn(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    pub(crate) fn millis(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) struct Teduh {
    pub(crate) app: Shared,
    pub(crate) clock: TestClock,
    pub(crate) address: SocketAddr,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) service: Service,
}

impl Teduh {
    /// A new service that listens on loopback.
    pub(crate) async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = TestClock::default();
        let secrets = Secrets::draw().unwrap();
        secrets.write_new(folder.path()).unwrap();
        let times = Arc::new(clock.clone());
        let service =
            Service::open(folder.path(), settings, secrets, times, Arc::new(System)).await.unwrap();
        let app = service.app.clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = server::api::router().with_state(app.clone());
        let serving =
            axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
                .with_graceful_shutdown(app.stopping.clone().cancelled_owned());
        app.tasks.spawn(async move { serving.await.unwrap() });
        Self { app, clock, address, folder, service }
    }

    pub(crate) fn browser(&self) -> Browser {
        let clock = self.clock.clone();
        let browser = Browser::new(&format!("http://{}", self.address));
        browser.with_clock(actors::Clock::new(move || clock.millis()))
    }

    /// An invite as `teduh init` makes it.
    pub(crate) async fn bootstrap_invite(&self) -> String {
        let invite = Invite::new(Secret::new(self.app.draw().unwrap()));
        let now = self.app.now();
        let stored = storage::staff::Invite {
            iid_hash: Hash::new(invite.id_hash()),
            staff: StaffId::new(self.app.draw().unwrap()),
            roles: domain::Roles::default().with(Role::Admin),
            expires_at: now.plus(std::time::Duration::from_hours(72)),
        };
        let by = Actor::Cli("root".to_owned());
        self.app.store.staff.invite(stored, by, now).await.unwrap();
        invite.to_text()
    }

    pub(crate) async fn enrol(
        &self,
        invite: &str,
        email: &str,
        root: Option<crypto::PublicKey>,
    ) -> Credentials {
        // People are listed in the order in which they enrolled.
        self.clock.turn(1);
        self.try_enrol(invite, email, root).await.unwrap()
    }

    pub(crate) async fn try_enrol(
        &self,
        invite: &str,
        email: &str,
        root: Option<crypto::PublicKey>,
    ) -> actors::Result<Credentials> {
        let name = email.split('@').next().unwrap();
        let person = Enrolling { invite, email, passphrase: PASSPHRASE, name, root };
        StaffMember::enrol(&self.browser(), person).await
    }

    /// Signs in half a minute later, so that no code was used before.
    pub(crate) async fn sign_in(&self, credentials: &Credentials) -> StaffMember {
        self.clock.turn(90);
        StaffMember::sign_in(&self.browser(), credentials.clone()).await.unwrap()
    }

    /// The first admin, signed in, before the ceremony.
    pub(crate) async fn first_admin(&self) -> StaffMember {
        let invite = self.bootstrap_invite().await;
        let credentials = self.enrol(&invite, "admin@aman.example", None).await;
        self.sign_in(&credentials).await
    }
}

/// The root that every story's ceremony holds.
pub(crate) fn root_seed() -> RootSeed {
    RootSeed::new(Secret::new([7; 32]))
}

pub(crate) fn ceremony(admin: &StaffMember) -> protocol::OrgKeysPut {
    let wanted = admin.ceremony_request().unwrap();
    let request = CeremonyRequest {
        org_id: wanted.org_id,
        roster_keys: vec![wanted.roster_pk],
        opaque_pk: wanted.opaque_pk,
    };
    ceremony::first(&request, &root_seed(), [5; 16]).unwrap()
}

/// An organisation as the flows of its start leave it: roster 2, both groups.
pub(crate) struct Organisation {
    pub(crate) teduh: Teduh,
    pub(crate) root: crypto::PublicKey,
    pub(crate) admin: StaffMember,
    pub(crate) supervisor: StaffMember,
    pub(crate) counselor: StaffMember,
}

impl Organisation {
    pub(crate) async fn start() -> Self {
        Self::of(Teduh::start().await).await
    }

    pub(crate) async fn of(teduh: Teduh) -> Self {
        let mut admin = teduh.first_admin().await;
        let orgkeys = ceremony(&admin);
        let root = orgkeys.root_pk.0;
        admin.load_orgkeys(&orgkeys).await.unwrap();
        assert_eq!(admin.sign_roster().await.unwrap(), 1);
        let invite = admin.invite(&[protocol::Role::Supervisor]).await.unwrap();
        let dewi = teduh.enrol(&invite, "dewi@aman.example", Some(root)).await;
        let invite = admin.invite(&[protocol::Role::Counselor]).await.unwrap();
        let sari = teduh.enrol(&invite, "sari@aman.example", Some(root)).await;
        let mut supervisor = teduh.sign_in(&dewi).await;
        supervisor.settle().await.unwrap();
        admin.refresh().await.unwrap();
        assert_eq!(admin.sign_roster().await.unwrap(), 2);
        teduh.clock.turn(1);
        supervisor.settle().await.unwrap();
        let mut counselor = teduh.sign_in(&sari).await;
        counselor.settle().await.unwrap();
        admin.refresh().await.unwrap();
        admin.fetch_org().await.unwrap();
        Self { teduh, root, admin, supervisor, counselor }
    }
}

/// The code that a deed was refused with.
pub(crate) fn refused<T: std::fmt::Debug>(result: actors::Result<T>) -> ErrorCode {
    let error = result.unwrap_err();
    error.code().unwrap_or_else(|| panic!("not a refusal: {error}"))
}

/// The rule that a statement was refused by, its number only.
pub(crate) fn rule<T: std::fmt::Debug>(result: actors::Result<T>) -> String {
    match result.unwrap_err() {
        actors::Error::Refused { code: ErrorCode::StatementRefused, rule: Some(rule) } => {
            rule.split(':').next().unwrap().to_owned()
        }
        other => panic!("not refused by a rule: {other}"),
    }
}
