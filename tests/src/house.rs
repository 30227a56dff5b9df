//! A service with its organisation, ready for a story.

use actors::{Browser, Client, Counselor, Intake, StaffMember, Supervisor};
use anyhow::{Context, Result};
use tempfile::TempDir;
use test_support::Durability;

use crate::snapshot::Snapshot;
use crate::{Engine, People, Postgres, Service};

/// Everything that one story runs on. The order of the fields is the order in which it stops.
#[derive(Debug)]
pub struct House {
    /// The service.
    pub service: Service,
    /// Its database server, on PostgreSQL.
    pub postgres: Option<Postgres>,
    /// Who belongs to the organisation.
    pub people: People,
    /// The engine.
    pub engine: Engine,
    folder: TempDir,
}

/// The service's database on PostgreSQL.
pub(crate) const DATABASE: &str = "service";
/// The shred keys' database.
pub(crate) const KEYSTORE: &str = "keystore";

/// A story talks faster than people do.
const UNHURRIED: [(&str, &str); 4] = [
    ("TEDUH_LIMITS__SOCKET_BURST", "100000"),
    ("TEDUH_LIMITS__SOCKET_PER_SECOND", "1000"),
    ("TEDUH_LIMITS__ADDRESS_BURST", "100000"),
    ("TEDUH_LIMITS__ADDRESS_PER_SECOND", "1000"),
];

/// The settings that a service gets as its environment.
pub(crate) fn settings(
    postgres: Option<&Postgres>,
    more: &[(&str, &str)],
) -> Vec<(String, String)> {
    let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let mut env: Vec<_> = UNHURRIED.iter().chain(more).map(pair).collect();
    if let Some(postgres) = postgres {
        env.push(("TEDUH_DATABASE_URL".to_owned(), postgres.address(DATABASE)));
        env.push(("TEDUH_KEYSTORE_URL".to_owned(), postgres.address(KEYSTORE)));
    }
    env
}

impl House {
    /// A house with the ordinary settings.
    pub async fn open(engine: Engine) -> Result<Self> {
        Self::with(engine, &[]).await
    }

    /// A house with other settings, as environment.
    pub async fn with(engine: Engine, more: &[(&str, &str)]) -> Result<Self> {
        Self::build(engine, Durability::Off, more).await
    }

    /// The same, and on PostgreSQL too what is committed is on the disk.
    pub async fn durable(engine: Engine, more: &[(&str, &str)]) -> Result<Self> {
        Self::build(engine, Durability::On, more).await
    }

    async fn build(engine: Engine, durability: Durability, more: &[(&str, &str)]) -> Result<Self> {
        let snapshot = Snapshot::of(engine).await?;
        let people = snapshot.people()?;
        let folder = tempfile::Builder::new().prefix("teduh-story-").tempdir()?;
        let data = folder.path().join("data");
        snapshot.copy_data(&data)?;
        let postgres = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Postgres::start_on(&snapshot.postgres(), durability)?),
        };
        let service = Service::start(&data, settings(postgres.as_ref(), more)).await?;
        Ok(Self { service, postgres, people, engine, folder })
    }

    /// The folder of this story, for files of its own.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A browser that knows nothing.
    pub fn browser(&self) -> Browser {
        self.service.browser()
    }

    /// A client who opens with a first text and waits, connected.
    pub async fn client(&self, first_text: &str) -> Result<Client> {
        open_to(&self.browser(), self, &Intake::saying(first_text)).await
    }

    /// A client who comes back with a code, connected.
    pub async fn returning(&self, code: &str) -> Result<Client> {
        let mut client =
            Client::come_back(&self.browser(), self.people.root, code).await.context("return")?;
        client.connect().await?;
        Ok(client)
    }

    /// A signed-in counselor at the desk.
    pub async fn counselor(&self, index: usize) -> Result<Counselor> {
        let credentials = self.people.counselors.get(index).context("only two counselors")?;
        let member = StaffMember::sign_in(&self.browser(), credentials.clone()).await?;
        Ok(Counselor::at_desk(member).await?)
    }

    /// A signed-in counselor who takes sessions.
    pub async fn available(&self, index: usize) -> Result<Counselor> {
        let mut counselor = self.counselor(index).await?;
        counselor.set_status(protocol::StaffStatus::Available).await?;
        Ok(counselor)
    }

    /// A signed-in supervisor at the desk.
    pub async fn supervisor(&self, index: usize) -> Result<Supervisor> {
        let credentials = self.people.supervisors.get(index).context("only two supervisors")?;
        let member = StaffMember::sign_in(&self.browser(), credentials.clone()).await?;
        Ok(Supervisor::at_desk(member).await?)
    }

    /// The signed-in admin.
    pub async fn admin(&self) -> Result<StaffMember> {
        let mut admin = StaffMember::sign_in(&self.browser(), self.people.admin.clone()).await?;
        admin.fetch_org().await?;
        Ok(admin)
    }
}

/// Opens with an intake and connects.
pub async fn open_to(browser: &Browser, house: &House, intake: &Intake) -> Result<Client> {
    let mut client = Client::open(browser, house.people.root, intake).await.context("open")?;
    client.connect().await?;
    Ok(client)
}
