//! `kill -9` in the middle of a talk, twenty times.

use std::sync::atomic::{AtomicUsize, Ordering};

use actors::{Client, Counselor, Error};
use anyhow::{Context, Result, ensure};
use protocol::SessionState;
use stories::{Engine, House, on_both_engines};
use tokio::sync::Notify;

use crate::killing::{Seed, kill_after};

const ROUNDS: u64 = 20;
const EACH_SIDE: usize = 100;

/// Every acknowledged message is there once and in order; every other one is still *sending*, and
/// is stored after the restart. `TEDUH_SEED` replays a run.
async fn nothing_is_lost_when_the_service_is_killed(engine: Engine) -> Result<()> {
    let seed = Seed::of_run()?;
    let mut house = House::open(engine).await?;
    let mut dewi = house.counselor(0).await?;
    for round in 0..ROUNDS {
        let moment = Moment::of(seed.round(round));
        let done = one_round(&mut house, &mut dewi, &moment).await;
        done.with_context(|| format!("round {round}, {moment:?}, {seed}"))?;
    }
    Ok(())
}

/// When the kill comes: after so many answers, and so many turns of the runtime later.
#[derive(Debug)]
struct Moment {
    answers: usize,
    turns: u64,
}

impl Moment {
    fn of(seed: Seed) -> Self {
        let answers = usize::try_from(seed.draw(1) % (2 * EACH_SIDE as u64)).unwrap_or(0);
        Self { answers, turns: seed.draw(2) % 500 }
    }
}

/// Counts answers and wakes who waits for them.
#[derive(Default)]
struct Answers {
    count: AtomicUsize,
    more: Notify,
}

async fn one_round(house: &mut House, dewi: &mut Counselor, moment: &Moment) -> Result<()> {
    let mut client = house.client("Halo.").await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    let (by_client, by_dewi) = written(&mut client, dewi, case)?;

    let answers = Answers::default();
    let (client_end, dewi_end, killed) = tokio::join!(
        client_streams(&mut client, &answers),
        dewi_streams(dewi, case, &answers),
        kill_at(house, moment, &answers),
    );
    killed?;
    let (acked_client, acked_dewi) =
        (stopped_by_the_kill(client_end)?, stopped_by_the_kill(dewi_end)?);
    house.service.restart().await?;

    client.connect().await?;
    // A token is good for five minutes, the rounds of a slow machine take longer.
    dewi.member.refresh().await?;
    dewi.connect().await?;
    check(&client.chat.texts(), "klien", &by_client, acked_client)?;
    check(&dewi.case(case)?.chat.texts(), "konselor", &by_dewi, acked_dewi)?;
    ensure!(client.chat.unsent() == EACH_SIDE - acked_client, "the rest is still sending");
    ensure!(dewi.case(case)?.chat.unsent() == EACH_SIDE - acked_dewi, "the rest is still sending");

    let (one, other) = tokio::join!(client.flush(), dewi.flush(case));
    one?;
    other?;
    client.connect().await?;
    dewi.fetch_case(case).await?;
    ensure!(client.chat.texts() == dewi.case(case)?.chat.texts(), "both read the same");
    check(&client.chat.texts(), "klien", &by_client, EACH_SIDE)?;
    check(&client.chat.texts(), "konselor", &by_dewi, EACH_SIDE)?;
    client.end().await?;
    dewi.until(|desk| {
        desk.cases.get(&case).is_none_or(|held| held.session.state == SessionState::Ended)
    })
    .await?;
    Ok(())
}

fn written(
    client: &mut Client,
    dewi: &mut Counselor,
    case: crypto::Id,
) -> Result<(Vec<String>, Vec<String>)> {
    let texts = |who: &str| (0..EACH_SIDE).map(|n| format!("{who} {n}")).collect::<Vec<_>>();
    let (by_client, by_dewi) = (texts("klien"), texts("konselor"));
    for text in &by_client {
        client.write(text)?;
    }
    for text in &by_dewi {
        dewi.write(case, text)?;
    }
    Ok((by_client, by_dewi))
}

/// Streams until the end or until the service is gone; gives the acknowledged and what ended it.
async fn client_streams(client: &mut Client, answers: &Answers) -> (usize, Option<Error>) {
    for sent in 0..=EACH_SIDE {
        match client.send_next().await {
            Ok(true) => answers.one_more(),
            Ok(false) => return (sent, None),
            Err(why) => return (sent, Some(why)),
        }
    }
    (EACH_SIDE, None)
}

async fn dewi_streams(
    dewi: &mut Counselor,
    case: crypto::Id,
    answers: &Answers,
) -> (usize, Option<Error>) {
    for sent in 0..=EACH_SIDE {
        match dewi.send_next(case, crypto::epoch::LaneKind::Chat).await {
            Ok(true) => answers.one_more(),
            Ok(false) => return (sent, None),
            Err(why) => return (sent, Some(why)),
        }
    }
    (EACH_SIDE, None)
}

impl Answers {
    fn one_more(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.more.notify_one();
    }
}

async fn kill_at(house: &mut House, moment: &Moment, answers: &Answers) -> Result<()> {
    while answers.count.load(Ordering::SeqCst) < moment.answers {
        answers.more.notified().await;
    }
    kill_after(house, moment.turns).await
}

/// Only the end of the connection may stop a stream: every answer before it was `stored`.
fn stopped_by_the_kill((acked, end): (usize, Option<Error>)) -> Result<usize> {
    match end {
        None | Some(Error::NoAnswer(_)) => Ok(acked),
        Some(other) => Err(other.into()),
    }
}

/// The acknowledged ones are there, once and in order, and at most the one after them.
fn check(texts: &[&str], who: &str, written: &[String], acked: usize) -> Result<()> {
    let there: Vec<&str> = texts.iter().copied().filter(|text| text.starts_with(who)).collect();
    ensure!(there.len() >= acked, "{} of {acked} acknowledged are there", there.len());
    ensure!(there.len() <= acked + 1, "{} are there, {acked} were acknowledged", there.len());
    ensure!(written.get(..there.len()).is_some_and(|first| first == there), "out of order");
    Ok(())
}

on_both_engines!(nothing_is_lost_when_the_service_is_killed);
