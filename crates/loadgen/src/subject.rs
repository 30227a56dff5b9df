//! What is measured, seen from outside: somebody sends, somebody reads, somebody only waits.

use std::num::NonZeroU32;
use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;

use crate::plan::Plan;
use crate::syncs::Syncs;

/// So many read, each what its own senders write.
pub(crate) const READERS: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

/// A running server.
pub(crate) trait Subject: Sized {
    /// Sends.
    type Sender: Sender;
    /// Reads.
    type Reader: Reader;

    /// The server's process.
    fn pid(&self) -> Result<u32>;

    /// The process of its database server, where it has one.
    fn database_pid(&self) -> Option<u32>;

    /// Everybody who talks, connected: [`READERS`] rooms.
    fn rooms(
        &self,
        plan: &Plan,
    ) -> impl Future<Output = Result<Vec<Room<Self::Sender, Self::Reader>>>>;

    /// Sessions that only wait, each held by a task that ends with its connection.
    fn idle(&self, sessions: u32) -> impl Future<Output = Result<JoinSet<()>>>;

    /// Begins to count what is forced to the disk.
    fn syncs(&self) -> impl Future<Output = Result<Syncs>>;
}

/// A reader and those who write to it.
pub(crate) struct Room<S, R> {
    /// Gets every message of the senders.
    pub(crate) reader: R,
    /// Each has one message on its way at most.
    pub(crate) senders: Vec<S>,
}

/// One who sends.
pub(crate) trait Sender: Send + 'static {
    /// Sends a message; gives the time from the socket's write to the acknowledgement.
    fn send(&mut self) -> impl Future<Output = Result<Duration>> + Send;
}

/// One who reads.
pub(crate) trait Reader: Send + 'static {
    /// Reads until so many messages have come since it was connected.
    fn read(&mut self, messages: u32) -> impl Future<Output = Result<()>> + Send;
}
