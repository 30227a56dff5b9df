//! `kill -9` at a moment that chance picks and a seed repeats.

use actors::{Error, Line};
use anyhow::{Context, Result, ensure};
use protocol::Reply;
use stories::House;

/// Where the chances of a story come from. `TEDUH_SEED` replays a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seed(u64);

impl std::fmt::Display for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TEDUH_SEED={}", self.0)
    }
}

impl Seed {
    /// The seed of this run, printed.
    pub(crate) fn of_run() -> Result<Self> {
        let seed = match std::env::var("TEDUH_SEED") {
            Ok(seed) => Self(seed.parse().context("TEDUH_SEED")?),
            Err(_) => Self(u64::from_be_bytes(actors::Random::system().bytes()?)),
        };
        eprintln!("{seed}");
        Ok(seed)
    }

    /// The seed of one round.
    pub(crate) fn round(self, round: u64) -> Self {
        Self(self.0.wrapping_add(round))
    }

    /// A draw of `SplitMix64`.
    pub(crate) fn draw(self, n: u64) -> u64 {
        let mut z = self.0.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Turns of the runtime up to a kill: few as often as many, so that
    /// each step is met; a command takes some tens of thousands of them.
    pub(crate) fn turns(self) -> u64 {
        let least = 1 << (10 + self.draw(1) % 6);
        least + self.draw(2) % least
    }
}

/// Kills the service after so many turns of the runtime.
pub(crate) async fn kill_after(house: &mut House, turns: u64) -> Result<()> {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
    house.service.kill().await
}

/// Waits for the answer to a command; nothing where the service was gone before.
pub(crate) async fn answer_if_any(line: &mut Line, number: u64) -> Result<Option<Reply>> {
    match line.answer(number).await {
        Ok(reply) => Ok(Some(reply)),
        Err(Error::NoAnswer(_)) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// Only the end of the connection may stop a deed: every answer before it said that it was done.
pub(crate) fn stopped_by_the_kill<T>(deed: Result<T, Error>) -> Result<Option<T>> {
    match deed {
        Ok(done) => Ok(Some(done)),
        Err(Error::NoAnswer(_)) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// After the start: the audit holds together, and has one entry for each release of boxes.
pub(crate) async fn the_audit_holds(house: &House, case: crypto::Id) -> Result<()> {
    const RELEASED: &str =
        "SELECT count(*) FROM openings WHERE case_id = $1 AND opened_at IS NOT NULL";
    house.service.run(&["audit", "verify"])?;
    let mut database = house.database().await?;
    let (released, entries) =
        (database.count(RELEASED, case).await?, database.audited(case, "case_opened").await?);
    ensure!(usize::try_from(released)? == entries, "{released} releases, {entries} entries");
    Ok(())
}
