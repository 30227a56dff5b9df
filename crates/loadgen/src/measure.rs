//! The phases of a measurement, each with its limit.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::time::timeout;

use crate::load;
use crate::plan::Plan;
use crate::process;
use crate::subject::Subject;
use crate::times::Times;

/// What was measured of one subject.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The server's CPU time, a message.
    pub(crate) server_cpu: Duration,
    /// The same of its database server, where it has one.
    pub(crate) database_cpu: Option<Duration>,
    /// Times to the acknowledgement.
    pub(crate) acks: Times,
    /// What was forced to the disk, a message.
    pub(crate) syncs: f64,
    /// Bytes a session that waits.
    pub(crate) idle: f64,
}

/// Measures one subject, for each phase started anew.
pub(crate) async fn measure<S: Subject>(
    name: &str,
    plan: &Plan,
    start: impl AsyncFn() -> Result<S>,
) -> Result<Measured> {
    let phase = |what| format!("{name}: {what}");
    // Boxed, because each of these futures holds a whole service.
    let talk = Box::pin(async { talk(&start().await?, plan).await });
    let (server_cpu, database_cpu, acks) = limited(plan, phase("CPU and ack times"), talk).await?;
    let syncs = Box::pin(async { syncs(&start().await?, plan).await });
    let syncs = limited(plan, phase("fsyncs"), syncs).await?;
    let idle = Box::pin(async { idle(&start().await?, plan).await });
    let idle = limited(plan, phase("idle sessions"), idle).await?;
    Ok(Measured { server_cpu, database_cpu, acks, syncs, idle })
}

/// Runs a phase, at most as long as the plan allows.
pub(crate) async fn limited<T>(
    plan: &Plan,
    phase: String,
    measured: impl Future<Output = Result<T>>,
) -> Result<T> {
    eprintln!("{phase} …");
    let limit = plan.phase_limit();
    let done = timeout(limit, measured).await;
    done.with_context(|| format!("not done in {} s", limit.as_secs())).flatten().context(phase)
}

async fn talk(subject: &impl Subject, plan: &Plan) -> Result<(Duration, Option<Duration>, Times)> {
    let rooms = subject.rooms(plan).await?;
    let cpu = || -> Result<(Duration, Option<Duration>)> {
        let database = subject.database_pid().map(process::cpu).transpose()?;
        Ok((process::cpu(subject.pid()?)?, database))
    };
    let before = cpu()?;
    let acks = load::run(rooms, plan).await?;
    let after = cpu()?;
    let each = |after: Duration, before| after.saturating_sub(before) / plan.messages.get();
    let database = after.1.zip(before.1).map(|(after, before)| each(after, before));
    Ok((each(after.0, before.0), database, acks))
}

async fn syncs(subject: &impl Subject, plan: &Plan) -> Result<f64> {
    let rooms = subject.rooms(plan).await?;
    let syncs = subject.syncs().await?;
    load::run(rooms, plan).await?;
    Ok(f64::from(u32::try_from(syncs.count().await?)?) / f64::from(plan.messages.get()))
}

async fn idle(subject: &impl Subject, plan: &Plan) -> Result<f64> {
    let pid = subject.pid()?;
    // What the first session costs is not a session's cost.
    let _first = subject.idle(1).await?;
    let before = process::resident(pid)?;
    let mut sessions = subject.idle(plan.idle_sessions.get()).await?;
    let after = process::resident(pid)?;
    ensure!(sessions.try_join_next().is_none(), "a session that waited lost its connection");
    let grown = u32::try_from(after.saturating_sub(before) / 1024)?;
    Ok(f64::from(grown) * 1024.0 / f64::from(plan.idle_sessions.get()))
}
