//! What falls due: each method acts on due rows, exactly once, whichever node calls it.

use async_trait::async_trait;
use domain::retention::Retention;
use domain::{Opening, Session, Timestamp};

use crate::Result;

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Chats whose key is shredded.
    pub chats: u64,
    /// Notes whose key is shredded.
    pub notes: u64,
    /// Cases that are gone.
    pub cases: u64,
    /// Keys without a case, from writes that never happened.
    pub orphans: u64,
}

/// Jobs.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Puts claims that ran out back into the queue; audited. Gives those sessions.
    async fn lapse_openings(&self, now: Timestamp) -> Result<Vec<Session>>;

    /// Ends sessions whose client is away too long. Gives those sessions.
    async fn end_left(&self, now: Timestamp) -> Result<Vec<Session>>;

    /// Marks active sessions where nobody is there any more as left behind. Gives those newly
    /// marked.
    async fn leave_behind(&self, now: Timestamp) -> Result<Vec<Session>>;

    /// Closes openings and asks whose time is over; audited. Gives those.
    async fn close_openings(&self, now: Timestamp) -> Result<Vec<Opening>>;

    /// Forgets client tokens that are idle or too old, ended sign-ins, old TOTP steps and invites.
    async fn expire(&self, now: Timestamp) -> Result<()>;

    /// Shreds by the clock rules, sweeps orphaned keys, and empties the write-ahead log.
    ///
    /// # Errors
    /// The first case's that could not be shredded, after all others; `Busy` when the log could not
    /// be emptied. The sweep is then to be done again.
    async fn sweep(&self, retention: &Retention, now: Timestamp) -> Result<Swept>;
}
