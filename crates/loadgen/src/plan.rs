//! How much load, and for how long at most.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::Args;

use crate::process;

/// The sizes of a run.
#[derive(Debug, Clone, Args)]
pub(crate) struct Plan {
    /// Messages that are sent and stored in each run
    #[arg(long, default_value = "10000")]
    pub(crate) messages: NonZeroU32,
    /// Clients who send them
    #[arg(long, default_value = "64")]
    pub(crate) senders: NonZeroU32,
    /// Messages a second, of all of them together
    #[arg(long, default_value = "400")]
    pub(crate) per_second: NonZeroU32,
    /// Sessions that wait, connected
    #[arg(long, default_value = "5000")]
    pub(crate) idle_sessions: NonZeroU32,
    /// Calls for a supervisor in each run of those
    #[arg(long, default_value = "100")]
    pub(crate) calls: NonZeroU32,
    /// Clients who press the danger button within one minute
    #[arg(long, default_value = "5000")]
    pub(crate) flood: NonZeroU32,
    /// Seconds after which a phase is given up, and the bench with it
    #[arg(long, default_value = "300")]
    phase_limit_s: u64,
}

/// Open files that a process needs beside its idle sessions.
const OTHER_FILES: u32 = 500;

impl Plan {
    /// The same with no more idle sessions than this process may have open files.
    pub(crate) fn fitting(mut self) -> anyhow::Result<Self> {
        let files = process::open_files()?;
        let room = NonZeroU32::new(files.saturating_sub(OTHER_FILES)).unwrap_or(NonZeroU32::MIN);
        for (what, sessions) in
            [("idle sessions", &mut self.idle_sessions), ("in danger", &mut self.flood)]
        {
            if *sessions > room {
                eprintln!("only {room} {what}: {files} open files are allowed (ulimit -n)");
                *sessions = room;
            }
        }
        Ok(self)
    }

    /// The longest that a phase may take.
    pub(crate) const fn phase_limit(&self) -> Duration {
        Duration::from_secs(self.phase_limit_s)
    }

    /// The same with so many messages a second.
    pub(crate) fn at_pace(&self, per_second: NonZeroU32) -> Self {
        Self { per_second, ..self.clone() }
    }

    /// From one message of a sender to the next.
    pub(crate) fn period(&self) -> Duration {
        Duration::from_secs(1) * self.senders.get() / self.per_second.get()
    }

    /// What the sender or reader with this index gets of `all`, shared evenly among `among`.
    pub(crate) fn share(all: u32, among: NonZeroU32, index: u32) -> u32 {
        all / among + u32::from(index < all % among)
    }
}
