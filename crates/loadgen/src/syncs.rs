//! How often something was forced to the disk.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use sqlx::PgConnection;
use tempfile::NamedTempFile;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::sleep;

/// A count that has begun.
pub(crate) enum Syncs {
    /// Of a process, by strace.
    Traced(Box<Trace>),
    /// Of PostgreSQL, by its own statistics.
    Wal(Wal),
}

impl Syncs {
    /// How often since it began.
    pub(crate) async fn count(self) -> Result<u64> {
        match self {
            Self::Traced(trace) => trace.count().await,
            Self::Wal(wal) => wal.count().await,
        }
    }
}

/// strace, attached to a process and all its threads.
pub(crate) struct Trace {
    strace: Child,
    summary: NamedTempFile,
}

impl Trace {
    /// Attaches.
    pub(crate) async fn attach(pid: u32) -> Result<Syncs> {
        let summary = NamedTempFile::new()?;
        let mut strace = Command::new("strace")
            .args(["-f", "-c", "-e", "trace=fsync,fdatasync", "-p", &pid.to_string(), "-o"])
            .arg(summary.path())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("strace does not start")?;
        let mut said = BufReader::new(strace.stderr.take().context("no stderr")?).lines();
        let first = said.next_line().await?.unwrap_or_default();
        ensure!(first.contains("attached"), "strace: {first}");
        // Further threads that it tells of are few: they fit into the pipe.
        strace.stderr = Some(said.into_inner().into_inner());
        Ok(Syncs::Traced(Box::new(Self { strace, summary })))
    }

    async fn count(mut self) -> Result<u64> {
        let pid = self.strace.id().context("strace has ended")?;
        // At an interrupt it detaches and writes its summary.
        Command::new("kill").arg("-INT").arg(pid.to_string()).status().await?;
        self.strace.wait().await?;
        Ok(calls(&std::fs::read_to_string(self.summary.path())?))
    }
}

/// Of strace's table the fourth column, but for the head and the total.
fn calls(summary: &str) -> u64 {
    let rows = summary.lines().filter(|row| row.ends_with("fsync") || row.ends_with("fdatasync"));
    rows.filter_map(|row| row.split_whitespace().nth(3)?.parse::<u64>().ok()).sum()
}

/// `pg_stat_wal.wal_sync`.
pub(crate) struct Wal {
    server: PgConnection,
    before: u64,
}

/// A backend tells the statistics what it did after at most ten idle seconds.
const TOLD: Duration = Duration::from_secs(11);

impl Wal {
    /// Begins when the backends have told everything that was before.
    pub(crate) async fn begin(mut server: PgConnection) -> Result<Syncs> {
        let before = told(&mut server).await?;
        Ok(Syncs::Wal(Self { server, before }))
    }

    async fn count(mut self) -> Result<u64> {
        Ok(told(&mut self.server).await? - self.before)
    }
}

async fn told(server: &mut PgConnection) -> Result<u64> {
    sleep(TOLD).await;
    let syncs: i64 =
        sqlx::query_scalar("SELECT wal_sync FROM pg_stat_wal").fetch_one(server).await?;
    Ok(u64::try_from(syncs)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_read_by_its_calls() {
        let summary = "\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 99.00    0.400000         400      1000         2 fdatasync
  1.00    0.004000         400        10           fsync
------ ----------- ----------- --------- --------- ----------------
100.00    0.404000         400      1010         2 total
";
        assert_eq!(calls(summary), 1010);
        assert_eq!(calls(""), 0);
    }
}
