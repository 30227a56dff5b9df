//! The outbox of one lane: first in, first out, one message on its way at a time.
//!
//! A counter is given once, at first send, and kept. A retry sends the same bytes; only a new
//! epoch permits sealing again, so no key and nonce ever meet two plain texts.

use std::collections::VecDeque;

use zeroize::Zeroizing;

use crate::message::Envelope;
use crate::{Hash, Id};

/// A message before it is sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// Drawn once.
    pub msg_id: Id,
    /// The kind that the header names.
    pub kind: u8,
    /// When it was written, Unix milliseconds.
    pub ts_ms: u64,
    /// UTF-8 JSON.
    pub body: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What an outbox can't do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboxError {
    /// This message id is in the outbox already.
    #[error("X1: a message id used twice")]
    X1Repeated,
    /// The sender is no longer a reader of this lane.
    #[error("X2: stopped, no longer a reader")]
    X2Stopped,
    /// The server stored something that this outbox never sent: raise an alarm.
    #[error("X3: the server stored other bytes than those sent")]
    X3OtherBytes,
    /// An answer for a message that is not on its way.
    #[error("X4: an answer for nothing that was sent")]
    X4Unexpected,
}

#[derive(Debug, Clone)]
struct Pending {
    draft: Draft,
    ctr: Option<u32>,
    /// The bytes of this epoch.
    sealed: Option<Envelope>,
    /// `H(ct)` of everything sent under this message id, over all epochs.
    sent: Vec<Hash>,
}

/// The unacknowledged messages of one sender in one lane.
#[derive(Debug, Clone)]
pub struct Outbox {
    queue: VecDeque<Pending>,
    next_ctr: u32,
    on_its_way: bool,
    stopped: bool,
}

impl Outbox {
    /// An empty outbox; `next_ctr` is 1, or one above the sender's last in the transcript.
    pub fn new(next_ctr: u32) -> Self {
        Self { queue: VecDeque::new(), next_ctr, on_its_way: false, stopped: false }
    }

    /// Puts a message at the end.
    pub fn push(&mut self, draft: Draft) -> Result<(), OutboxError> {
        if self.stopped {
            return Err(OutboxError::X2Stopped);
        }
        if self.queue.iter().any(|pending| pending.draft.msg_id == draft.msg_id) {
            return Err(OutboxError::X1Repeated);
        }
        self.queue.push_back(Pending { draft, ctr: None, sealed: None, sent: Vec::new() });
        Ok(())
    }

    /// The next bytes to send, if nothing is on its way. `seal` is called only where this epoch
    /// has not sealed the message yet; if it fails, the message stays first and nothing is sent.
    pub fn next<E>(
        &mut self,
        seal: impl FnOnce(&Draft, u32) -> Result<Envelope, E>,
    ) -> Result<Option<Envelope>, E> {
        if self.on_its_way {
            return Ok(None);
        }
        let Some(first) = self.queue.front_mut() else { return Ok(None) };
        let ctr = first.ctr.unwrap_or(self.next_ctr);
        let envelope = match &first.sealed {
            Some(envelope) => envelope.clone(),
            None => seal(&first.draft, ctr)?,
        };
        if first.ctr.is_none() {
            first.ctr = Some(ctr);
            self.next_ctr = ctr.saturating_add(1);
        }
        let hash = envelope.ct_hash();
        if !first.sent.contains(&hash) {
            first.sent.push(hash);
        }
        first.sealed = Some(envelope.clone());
        self.on_its_way = true;
        Ok(Some(envelope))
    }

    /// The connection broke, or the server said "not stored": the same bytes go out again.
    pub fn unanswered(&mut self) {
        self.on_its_way = false;
    }

    /// The server stored a message; returns it, so that the page can mark it.
    pub fn stored(&mut self, msg_id: &Id, ct_hash: &Hash) -> Result<Draft, OutboxError> {
        let first = self.queue.front().filter(|first| first.draft.msg_id == *msg_id);
        let first = first.ok_or(OutboxError::X4Unexpected)?;
        if first.sent.is_empty() {
            return Err(OutboxError::X4Unexpected);
        }
        if !first.sent.contains(ct_hash) {
            return Err(OutboxError::X3OtherBytes);
        }
        self.on_its_way = false;
        self.queue.pop_front().map(|first| first.draft).ok_or(OutboxError::X4Unexpected)
    }

    /// A new epoch was taken, of which the sender is a reader: everything unacknowledged is
    /// sealed anew, in the order of its counters, before anything newer.
    pub fn new_epoch(&mut self) {
        self.on_its_way = false;
        for pending in &mut self.queue {
            pending.sealed = None;
        }
    }

    /// A new epoch of which the sender is no reader: stops for good and hands back what was not
    /// sent, to be shown and copied, then dropped.
    pub fn stop(&mut self) -> Vec<Draft> {
        self.stopped = true;
        self.on_its_way = false;
        self.queue.drain(..).map(|pending| pending.draft).collect()
    }

    /// The messages that are not acknowledged, oldest first.
    pub fn unsent(&self) -> impl Iterator<Item = &Draft> {
        self.queue.iter().map(|pending| &pending.draft)
    }
}
