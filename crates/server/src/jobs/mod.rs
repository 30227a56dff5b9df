//! What runs beside the requests: due things, counts, sweeps, signatures. Each ends when the service stops.

mod answerers;
mod board;
mod checkpoint;
mod due;
mod pages;
mod queue;
mod revoked;
mod sweep;

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::presence;
use crate::refusal::Refusal;
use crate::state::Shared;

/// Starts every job.
pub fn start(app: &Shared) {
    let tasks = &app.tasks;
    tasks.spawn(first(app.clone()));
    tasks.spawn(queue::run(app.clone()));
    tasks.spawn(answerers::run(app.clone()));
    tasks.spawn(board::run(app.clone()));
    tasks.spawn(due::run(app.clone()));
    tasks.spawn(pages::run(app.clone()));
    tasks.spawn(revoked::run(app.clone()));
    tasks.spawn(sweep::run(app.clone()));
    tasks.spawn(checkpoint::run(app.clone()));
}

/// Whoever was connected before the start is not any more.
async fn first(app: Shared) {
    note("presence", presence::nobody_here(&app).await);
    app.queue.touch();
}

/// Does something at each tick, until the service stops.
async fn every<F: Future<Output = ()>>(
    app: &Shared,
    period: Duration,
    mut tick: impl FnMut() -> F,
) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            _ = ticks.tick() => tick().await,
        }
    }
}

/// Logs a job that did not do its work; its next turn tries again.
fn note(job: &'static str, outcome: Result<(), Refusal>) {
    if let Err(refusal) = outcome {
        tracing::warn!(job, code = refusal.code.as_str(), "a job will try again");
    }
}
