//! Transcripts: sealed lines, their places, and how far each reader has read.

use async_trait::async_trait;
use domain::{CaseId, Hash, Kid, Lane, MsgId, SessionId, StaffId, Timestamp};

use crate::Result;

/// A message, checked by the server before.
#[derive(Clone)]
pub struct NewMessage {
    /// Drawn by the sender.
    pub id: MsgId,
    /// Which transcript.
    pub lane: Lane,
    /// The epoch whose key seals it; must be the newest.
    pub epoch: u32,
    /// Signing key of the sender, from the header.
    pub sender: Kid,
    /// `H(C("leaf",hdr,H(ct)))`; outlives the envelope.
    pub leaf: Hash,
    /// `H(ct)`, by which a sender knows its message again.
    pub ct_hash: Hash,
    /// The envelope as it came.
    pub envelope: Vec<u8>,
}

/// Who writes, for the rules of access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// The client, by the session of the token.
    Client(SessionId),
    /// A staff member with the box key by which they read the epoch.
    Staff {
        /// Who.
        staff: StaffId,
        /// Their box key.
        rkid: Kid,
    },
}

/// One entry of a batch.
#[derive(Clone)]
pub struct Append {
    /// To which case.
    pub case: CaseId,
    /// By whom.
    pub writer: Writer,
    /// What.
    pub message: NewMessage,
    /// When the server took it.
    pub now: Timestamp,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Which message.
    pub id: MsgId,
    /// Its lane.
    pub lane: Lane,
    /// Its place, from 1, without gaps.
    pub seq: u64,
    /// `H(ct)` of the stored bytes; not those of a retry.
    pub ct_hash: Hash,
    /// When it was stored.
    pub at: Timestamp,
    /// `false` for a retry: it is not to be published again.
    pub fresh: bool,
}

/// A line of a transcript.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// Which message.
    pub id: MsgId,
    /// Its place.
    pub seq: u64,
    /// The epoch that seals it.
    pub epoch: u32,
    /// When it was stored.
    pub at: Timestamp,
    /// Its leaf.
    pub leaf: Hash,
    /// The envelope; `None` once it is shredded.
    pub envelope: Option<Vec<u8>>,
}

/// Consecutive lines with the transcript hash before the first.
#[derive(Clone, PartialEq, Eq)]
pub struct Page {
    /// `th` before the first line; `th_0` when that is line 1.
    pub th_before: Hash,
    /// Oldest first.
    pub lines: Vec<Line>,
    /// Whether there are lines beyond, in the direction asked for.
    pub more: bool,
}

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// The first lines with a higher `seq`.
    After(u64),
    /// The last lines with a lower `seq`; `u64::MAX` for the newest page.
    Before(u64),
}

/// How far a reader has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadMark {
    /// Signing key of the reader.
    pub reader: Kid,
    /// Highest `seq` that the reader has stored or seen.
    pub seq: u64,
}

/// Transcripts.
#[async_trait]
pub trait Messages: Send + Sync {
    /// Stores a message; calls at the same time share one commit.
    ///
    /// A known (case, `msg_id`) of the same sender gives the stored place, whatever the bytes.
    ///
    /// # Errors
    /// `ForeignMessage`; `Refused` when the writer may not write now; `StaleEpoch`; `Full`, `Busy`.
    async fn append(&self, append: Append) -> Result<Stored>;

    /// A page of a lane; at most `limit` lines.
    async fn page(&self, case: CaseId, lane: Lane, range: Range, limit: u32) -> Result<Page>;

    /// Raises a read mark; `false`, and nothing is written, when it stands there or higher.
    ///
    /// A mark beyond the last line is set to the last line.
    async fn read(&self, case: CaseId, lane: Lane, reader: Kid, seq: u64) -> Result<bool>;

    /// All read marks of a lane.
    async fn read_marks(&self, case: CaseId, lane: Lane) -> Result<Vec<ReadMark>>;
}
