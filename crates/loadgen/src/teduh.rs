//! Teduh: the real binary with the stories' organisation, talked to by their actors.

use std::time::{Duration, Instant};

use actors::{Client, Counselor, Intake};
use anyhow::{Context, Result, bail, ensure};
use futures_util::{StreamExt, stream};
use protocol::{Reply, SessionState};
use stories::{Database, Engine, House, open_to};
use tokio::task::JoinSet;

use crate::plan::Plan;
use crate::subject::{READERS, Reader, Room, Sender, Subject};
use crate::syncs::{Syncs, Trace, Wal};

/// The load of a big organisation comes from two desks here. What one address or socket may ask at
/// once is lifted by the house itself, in the environment of this one process.
const CROWDED: [(&str, &str); 1] = [("TEDUH_LIMITS__COUNSELOR_LIMIT", "1000")];
/// An ordinary line of a chat.
const WORDS: &str = "Saya masih di sini. Boleh saya cerita pelan-pelan?";
/// So many open their session at the same time: each is answered with the next count of the queue,
/// of which there are about three a second.
const AT_THE_DOOR: usize = 64;

/// The service on one engine.
pub(crate) struct Teduh(House);

impl Teduh {
    /// Starts it; what is committed is on the disk.
    pub(crate) async fn start(engine: Engine) -> Result<Self> {
        House::durable(engine, &CROWDED).await.map(Self)
    }
}

impl Subject for Teduh {
    type Sender = Client;
    type Reader = Desk;

    fn pid(&self) -> Result<u32> {
        self.0.service.pid()
    }

    fn database_pid(&self) -> Option<u32> {
        self.0.postgres.as_ref().map(stories::Postgres::pid)
    }

    async fn rooms(&self, plan: &Plan) -> Result<Vec<Room<Client, Desk>>> {
        let mut rooms = Vec::new();
        for index in 0..READERS.get() {
            let senders = Plan::share(plan.senders.get(), READERS, index);
            rooms.push(self.room(usize::try_from(index)?, senders).await?);
        }
        Ok(rooms)
    }

    async fn idle(&self, sessions: u32) -> Result<JoinSet<()>> {
        // As an open page does: it answers pings and takes what is said of its place.
        self.open(sessions, |mut client| async move { while client.follow().await.is_ok() {} })
            .await
    }

    async fn syncs(&self) -> Result<Syncs> {
        match self.0.engine {
            Engine::Sqlite => Trace::attach(self.pid()?).await,
            Engine::Postgres => match self.0.database().await? {
                Database::Postgres(server) => Wal::begin(server).await,
                Database::Sqlite(_) => bail!("the house has another database than its engine"),
            },
        }
    }
}

impl Teduh {
    /// The house, for what is no talk.
    pub(crate) const fn house(&self) -> &House {
        &self.0
    }

    /// Opens so many sessions, and lets each client at once do something.
    pub(crate) async fn open<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        sessions: u32,
        then: impl Fn(Client) -> F,
    ) -> Result<JoinSet<T>> {
        let browser = self.0.browser();
        let intake = Intake::saying(WORDS);
        let mut opening = stream::iter(0..sessions)
            .map(|_| open_to(&browser, &self.0, &intake))
            .buffer_unordered(AT_THE_DOOR);
        let mut open = JoinSet::new();
        while let Some(client) = opening.next().await {
            open.spawn(then(client?));
        }
        Ok(open)
    }

    /// A counselor with so many clients, all of them talking.
    pub(crate) async fn room(&self, counselor: usize, clients: u32) -> Result<Room<Client, Desk>> {
        let mut counselor = self.0.counselor(counselor).await?;
        let browser = self.0.browser();
        let mut senders = Vec::new();
        for _ in 0..clients {
            let mut client = open_to(&browser, &self.0, &Intake::saying(WORDS)).await?;
            let case = counselor.claim_next().await?;
            ensure!(case == client.case_id(), "another session was next");
            client.until_state(SessionState::Active).await?;
            client.until(|c| c.chat.messages().any(|m| m.kind == actors::kind::HELLO)).await?;
            senders.push(client);
        }
        let before = held(&counselor);
        Ok(Room { reader: Desk { counselor, before }, senders })
    }
}

impl Sender for Client {
    async fn send(&mut self) -> Result<Duration> {
        self.write(WORDS)?;
        let id = self.post_next().await?.context("nothing waits to be sent")?;
        let posted = Instant::now();
        let answer = self.line()?.answer(id).await?;
        let took = posted.elapsed();
        ensure!(matches!(answer, Reply::Stored(_)), "a message was not stored");
        self.take_answer(answer).await?;
        Ok(took)
    }
}

/// A counselor who reads, and how many messages were there before.
pub(crate) struct Desk {
    pub(crate) counselor: Counselor,
    before: u64,
}

impl Reader for Desk {
    async fn read(&mut self, messages: u32) -> Result<()> {
        let all = self.before + u64::from(messages);
        Ok(self.counselor.until(|counselor| held(counselor) >= all).await?)
    }
}

fn held(counselor: &Counselor) -> u64 {
    counselor.cases.values().map(|case| case.chat.last_seq()).sum()
}
