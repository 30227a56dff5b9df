//! Whose turn it is: the order of the queue, and which session a counselor is given.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::staff::Status;
use crate::{CaseId, Kid, Level, SessionId, StaffId, Timestamp};

/// A session in the queue, as far as routing reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Which session.
    pub session: SessionId,
    /// Of which case.
    pub case: CaseId,
    /// How urgent.
    pub level: Level,
    /// Goes before the others of its class.
    pub head: bool,
    /// Waits since.
    pub since: Timestamp,
    /// Since when the client's connection is lost.
    pub away_since: Option<Timestamp>,
    /// Team keys that the newest boxes of the case name, in both lanes.
    pub needs: BTreeSet<Kid>,
}

/// A counselor, as far as routing reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub staff: StaffId,
    /// What they say about taking clients.
    pub status: Status,
    /// Sessions they hold now, opening and active.
    pub load: u32,
    /// How many they take at once.
    pub limit: u32,
    /// Group keys whose private half they hold.
    pub holds: BTreeSet<Kid>,
}

/// The rules of routing. The server asks, storage decides by it inside the claim's transaction.
pub trait Policy: Send + Sync {
    /// Sorts the queue, first to be taken first.
    fn order(&self, queue: &mut [Waiting], now: Timestamp);

    /// The session that this counselor should take now, if any.
    ///
    /// `queue` is in this policy's order.
    fn next(&self, queue: &[Waiting], who: &Candidate, now: Timestamp) -> Option<SessionId>;
}

/// Level, then who is there, then first come; to whoever is available, below their limit and holds
/// the keys.
///
/// Who is away keeps her place and has it again when she is back; meanwhile those of her level who
/// are there go before her.
#[derive(Debug, Clone, Copy, Default)]
pub struct LevelThenFirstCome;

impl Policy for LevelThenFirstCome {
    fn order(&self, queue: &mut [Waiting], _now: Timestamp) {
        queue.sort_unstable_by_key(|w| {
            (Reverse(w.level.class()), w.away_since.is_some(), !w.head, w.since, w.session)
        });
    }

    fn next(&self, queue: &[Waiting], who: &Candidate, _now: Timestamp) -> Option<SessionId> {
        if who.status != Status::Available || who.load >= who.limit {
            return None;
        }
        queue.iter().find(|w| w.needs.is_subset(&who.holds)).map(|w| w.session)
    }
}
