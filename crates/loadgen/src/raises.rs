//! From a counselor's call to a supervisor's desk: on a quiet service, beside talk, and while many
//! clients press the danger button.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actors::{Client, Counselor, Supervisor};
use anyhow::{Context, Result};
use protocol::Id;
use stories::Engine;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep_until};

use crate::load;
use crate::measure::limited;
use crate::plan::Plan;
use crate::teduh::Teduh;
use crate::times::Times;

/// Messages a second beside which calls are measured.
const TALK: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);
/// The time in which the flood comes.
const MINUTE: Duration = Duration::from_mins(1);
/// A counselor's reason, of ordinary length.
const REASON: &str = "Pelaku sudah di depan pintu, klien bersembunyi di kamar bersama anaknya.";

/// From a call's write to its showing at a supervisor's desk.
#[derive(Debug)]
pub(crate) struct Raises {
    /// Nothing else happens.
    pub(crate) quiet: Times,
    /// Beside 500 messages a second.
    pub(crate) talk: Times,
    /// Beside so many danger buttons in a minute as the plan has.
    pub(crate) flood: Times,
}

/// Measures calls on one engine, each run with a service of its own.
pub(crate) async fn measure(engine: Engine, plan: &Plan) -> Result<Raises> {
    let phase = |what| format!("{}: calls {what}", engine.name());
    let quiet = Box::pin(quiet(engine, plan));
    let quiet = limited(plan, phase("on a quiet service"), quiet).await?;
    let talk = limited(plan, phase("beside talk"), Box::pin(talk(engine, plan))).await?;
    let flood = limited(plan, phase("beside a flood"), Box::pin(flood(engine, plan))).await?;
    Ok(Raises { quiet, talk, flood })
}

async fn quiet(engine: Engine, plan: &Plan) -> Result<Times> {
    let teduh = Teduh::start(engine).await?;
    let callers = Box::pin(Callers::at(&teduh, plan.calls.get())).await?;
    Box::pin(callers.call(talking(plan))).await
}

async fn talk(engine: Engine, plan: &Plan) -> Result<Times> {
    let teduh = Teduh::start(engine).await?;
    let callers = Box::pin(Callers::at(&teduh, plan.calls.get())).await?;
    let room = teduh.room(0, plan.senders.get()).await?;
    let plan = plan.at_pace(TALK);
    let (_, times) = tokio::try_join!(load::run(vec![room], &plan), callers.call(talking(&plan)))?;
    Ok(times)
}

/// How long the talk goes on.
fn talking(plan: &Plan) -> Duration {
    Duration::from_secs(1) * plan.messages.get() / TALK.get()
}

async fn flood(engine: Engine, plan: &Plan) -> Result<Times> {
    let teduh = Teduh::start(engine).await?;
    let callers = Box::pin(Callers::at(&teduh, plan.calls.get())).await?;
    let (clock, starts) = watch::channel(None);
    let among = plan.flood.get();
    let order = AtomicU32::new(0);
    let mut pressing = teduh
        .open(among, |client| {
            let after = MINUTE * order.fetch_add(1, Ordering::Relaxed) / among;
            press(client, starts.clone(), after)
        })
        .await?;
    clock.send_replace(Some(Instant::now()));
    let times = Box::pin(callers.call(MINUTE)).await?;
    match pressing.try_join_next() {
        Some(lost) => lost?.map(|()| times),
        None => Ok(times),
    }
}

/// Presses the danger button when it is time; before and after, the page is open.
async fn press(
    mut client: Client,
    mut starts: watch::Receiver<Option<Instant>>,
    after: Duration,
) -> Result<()> {
    let turn = async {
        let start = starts.wait_for(Option::is_some).await.map(|start| *start);
        sleep_until(start?.unwrap_or_else(Instant::now) + after).await;
        anyhow::Ok(())
    };
    tokio::select! {
        turn = turn => turn?,
        lost = follow(&mut client) => return lost,
    }
    client.raise_level(3).await?;
    follow(&mut client).await
}

/// As an open page does: it answers pings and takes what is said.
async fn follow(client: &mut Client) -> Result<()> {
    loop {
        client.follow().await?;
    }
}

/// A counselor with one client a call, and the supervisor whom the calls reach.
struct Callers {
    counselor: Counselor,
    supervisor: Supervisor,
    cases: Vec<Id>,
    /// The clients, each at an open page.
    _clients: JoinSet<Result<()>>,
}

impl Callers {
    async fn at(teduh: &Teduh, calls: u32) -> Result<Self> {
        let supervisor = teduh.house().supervisor(0).await?;
        let room = Box::pin(teduh.room(1, calls)).await?;
        let cases = room.senders.iter().map(|client| Id(client.case_id())).collect();
        let mut clients = JoinSet::new();
        for mut client in room.senders {
            clients.spawn(async move { follow(&mut client).await });
        }
        Ok(Self { counselor: room.reader.counselor, supervisor, cases, _clients: clients })
    }

    /// Calls once for each case, evenly within that time.
    async fn call(mut self, within: Duration) -> Result<Times> {
        let calls = u32::try_from(self.cases.len())?.max(1);
        let mut ticks = interval((within / calls).max(Duration::from_millis(1)));
        let mut times = Vec::new();
        for case in self.cases {
            ticks.tick().await;
            let (counselor, supervisor) = (&mut self.counselor, &mut self.supervisor);
            let called = Instant::now();
            let shown = async {
                supervisor.until_of(case.0, |_| true).await?;
                anyhow::Ok(called.elapsed())
            };
            let call = async { counselor.escalate(case.0, 3, REASON).await.context("a call") };
            let (_, took) = tokio::try_join!(call, shown)?;
            times.push(took);
        }
        let mut all = Times::default();
        all.extend(times);
        Ok(all)
    }
}
