//! Attempts between their steps: in memory, few, and for two minutes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::Timestamp;
use protocol::Id;

use super::Source;

/// How long a step may take.
pub(crate) const STEP: Duration = Duration::from_mins(2);
/// How many attempts stand open at once, of everybody.
const MAX_OPEN: usize = 4096;
/// How many of them from one source: a flood pushes out its own.
const MAX_OF_ONE: usize = 32;

/// Open attempts by their id.
pub(crate) struct Attempts<T>(Mutex<HashMap<Id, Open<T>>>);

struct Open<T> {
    source: Source,
    ends: Timestamp,
    state: T,
}

impl<T> Default for Attempts<T> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<T> Attempts<T> {
    /// Keeps an attempt until it ends. Where there is no room, the one that ends first goes.
    pub(crate) fn put(&self, id: Id, source: Source, state: T, ends: Timestamp, now: Timestamp) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, attempt| now < attempt.ends);
        let own = open.values().filter(|attempt| attempt.source == source).count();
        if own >= MAX_OF_ONE {
            drop_first(&mut open, |attempt| attempt.source == source);
        } else if open.len() >= MAX_OPEN {
            drop_first(&mut open, |_| true);
        }
        open.insert(id, Open { source, ends, state });
    }

    /// Takes an attempt out; none when it is unknown, taken, or past its time.
    pub(crate) fn take(&self, id: Id, now: Timestamp) -> Option<T> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(&id).filter(|attempt| now < attempt.ends).map(|attempt| attempt.state)
    }
}

fn drop_first<T>(open: &mut HashMap<Id, Open<T>>, of: impl Fn(&Open<T>) -> bool) {
    let first = open.iter().filter(|(_, attempt)| of(attempt)).min_by_key(|(_, at)| at.ends);
    if let Some(id) = first.map(|(id, _)| *id) {
        open.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> Id {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&n.to_be_bytes());
        Id(id)
    }

    #[test]
    fn an_attempt_serves_once_and_for_two_minutes() {
        let attempts = Attempts::default();
        attempts.put(id(1), Source::new([1; 8]), "a", Timestamp(120_000), Timestamp(0));
        attempts.put(id(2), Source::new([1; 8]), "b", Timestamp(120_000), Timestamp(0));
        assert_eq!(attempts.take(id(1), Timestamp(119_999)), Some("a"));
        assert_eq!(attempts.take(id(1), Timestamp(119_999)), None);
        assert_eq!(attempts.take(id(2), Timestamp(120_000)), None);
    }

    #[test]
    fn a_flood_pushes_out_its_own_and_memory_is_bounded() {
        let attempts = Attempts::default();
        attempts.put(id(0), Source::new([1; 8]), (), Timestamp(10), Timestamp(0));
        for n in 1..10_000 {
            attempts.put(id(n), Source::new([2; 8]), (), Timestamp(11), Timestamp(1));
        }
        assert_eq!(attempts.0.lock().unwrap().len(), 1 + MAX_OF_ONE);
        assert!(attempts.take(id(0), Timestamp(2)).is_some());
    }
}
