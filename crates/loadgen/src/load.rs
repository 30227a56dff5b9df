//! The load: a fixed number of messages at a fixed pace.

use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::plan::Plan;
use crate::subject::{Reader, Room, Sender};
use crate::times::Times;

/// So many send at the same moment, so that there is something to commit together.
const TOGETHER: u32 = 8;

/// Sends `plan.messages`; ends when each was acknowledged and has reached its reader.
pub(crate) async fn run<S: Sender, R: Reader>(
    rooms: Vec<Room<S, R>>,
    plan: &Plan,
) -> Result<Times> {
    let mut readers = JoinSet::new();
    let mut senders = JoinSet::new();
    let start = Instant::now();
    let mut index = 0;
    for Room { mut reader, senders: own } in rooms {
        let mut expected = 0;
        for sender in own {
            let messages = Plan::share(plan.messages.get(), plan.senders, index);
            senders.spawn(send(sender, messages, start + offset(index, plan), plan.period()));
            expected += messages;
            index += 1;
        }
        readers.spawn(async move { reader.read(expected).await.map(|()| reader) });
    }
    let mut acks = Times::default();
    // Kept to the end: a connection that is lost is work for the server, and none of the load's.
    let mut done = Vec::new();
    while let Some(sent) = senders.join_next().await {
        let (sender, took) = sent??;
        acks.extend(took);
        done.push(sender);
    }
    while let Some(read) = readers.join_next().await {
        drop(read??);
    }
    Ok(acks)
}

/// The period is divided among the groups that send together.
fn offset(index: u32, plan: &Plan) -> Duration {
    let groups = plan.senders.get().div_ceil(TOGETHER);
    plan.period() * (index / TOGETHER) / groups
}

async fn send<S: Sender>(
    mut sender: S,
    messages: u32,
    start: Instant,
    period: Duration,
) -> Result<(S, Vec<Duration>)> {
    let mut ticks = interval_at(start, period);
    // One who was held up does not send faster afterwards.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut took = Vec::new();
    for _ in 0..messages {
        ticks.tick().await;
        took.push(sender.send().await?);
    }
    Ok((sender, took))
}
