//! Guessing is slowed down: by account and by source, and nobody is ever locked out.
//!
//! An attempt counts as failed when it begins, because OPAQUE tells the browser, not the server,
//! first whether the passphrase was right. A sign-in that ends well takes its source's counts back.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::Timestamp;

use super::Source;

/// Failures are forgotten after this.
const WINDOW: Duration = Duration::from_hours(1);
/// From so many failures of an account on, each source waits between its attempts on it.
const OF_ACCOUNT: u32 = 10;
/// From so many failures of a source on, it waits between all of its attempts; one office shares one.
const OF_SOURCE: u32 = 60;
/// How long it waits.
const GAP: Duration = Duration::from_secs(10);
/// How many counts are kept of each kind; past it the half that was longest untouched goes.
const MAX_COUNTS: usize = 16_384;

/// The account that an attempt is for, known or not: its credential id.
pub(crate) type Account = crypto::Hash;

/// Counts of failures.
#[derive(Default)]
pub(crate) struct Slowdown(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    accounts: HashMap<Account, Count>,
    sources: HashMap<Source, Count>,
    pairs: HashMap<(Account, Source), Count>,
}

#[derive(Clone, Copy)]
struct Count {
    since: Timestamp,
    last: Timestamp,
    failures: u32,
}

impl Slowdown {
    /// Lets an attempt begin and counts it, unless this source has to wait a little.
    ///
    /// Another source is never held up by what this one does.
    pub(crate) fn begin(&self, account: Account, source: Source, now: Timestamp) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slow_account = failures(&counts.accounts, &account, now) >= OF_ACCOUNT;
        let slow_source = failures(&counts.sources, &source, now) >= OF_SOURCE;
        if slow_account && too_soon(&counts.pairs, &(account, source), now)
            || slow_source && too_soon(&counts.sources, &source, now)
        {
            return false;
        }
        counts.fail(account, source, now);
        true
    }

    /// Counts another failure within an attempt: a wrong one-time code.
    pub(crate) fn failed(&self, account: Account, source: Source, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fail(account, source, now);
    }

    /// Takes back what this source has counted against the account.
    pub(crate) fn succeeded(&self, account: Account, source: Source) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(own) = counts.pairs.remove(&(account, source)) else { return };
        if let Some(count) = counts.accounts.get_mut(&account) {
            count.failures = count.failures.saturating_sub(own.failures);
        }
        if let Some(count) = counts.sources.get_mut(&source) {
            count.failures = count.failures.saturating_sub(own.failures);
        }
    }
}

impl Counts {
    fn fail(&mut self, account: Account, source: Source, now: Timestamp) {
        count(&mut self.accounts, account, now);
        count(&mut self.sources, source, now);
        count(&mut self.pairs, (account, source), now);
    }
}

fn failures<K: Eq + Hash>(counts: &HashMap<K, Count>, key: &K, now: Timestamp) -> u32 {
    let living = counts.get(key).filter(|count| now.since(count.since) < WINDOW);
    living.map_or(0, |count| count.failures)
}

fn too_soon<K: Eq + Hash>(counts: &HashMap<K, Count>, key: &K, now: Timestamp) -> bool {
    counts.get(key).is_some_and(|count| now.since(count.last) < GAP)
}

fn count<K: Eq + Hash + Copy>(counts: &mut HashMap<K, Count>, key: K, now: Timestamp) {
    if counts.len() >= MAX_COUNTS && !counts.contains_key(&key) {
        counts.retain(|_, count| now.since(count.since) < WINDOW);
        if counts.len() >= MAX_COUNTS {
            forget_older_half(counts);
        }
    }
    let entry = counts.entry(key).or_insert(Count { since: now, last: now, failures: 0 });
    if now.since(entry.since) >= WINDOW {
        *entry = Count { since: now, last: now, failures: 0 };
    }
    entry.last = now;
    entry.failures = entry.failures.saturating_add(1);
}

/// Half at once, so that a flood does not make each attempt look through all of them.
fn forget_older_half<K>(counts: &mut HashMap<K, Count>) {
    let mut lasts: Vec<Timestamp> = counts.values().map(|count| count.last).collect();
    lasts.sort_unstable();
    let middle = lasts.get(lasts.len() / 2).copied();
    counts.retain(|_, count| Some(count.last) > middle);
}

#[cfg(test)]
mod tests {
    use super::*;

    const SARI: Account = [1; 32];
    const HER_OFFICE: Source = Source::new([1; 8]);
    const ATTACKER: Source = Source::new([2; 8]);

    fn second(n: i64) -> Timestamp {
        Timestamp(n * 1000)
    }

    #[test]
    fn after_ten_failures_a_source_waits_ten_seconds_between_attempts() {
        let slowdown = Slowdown::default();
        for _ in 0..10 {
            assert!(slowdown.begin(SARI, ATTACKER, second(0)));
        }
        assert!(!slowdown.begin(SARI, ATTACKER, second(9)));
        assert!(slowdown.begin(SARI, ATTACKER, second(10)));
        assert!(!slowdown.begin(SARI, ATTACKER, second(11)));
        assert!(slowdown.begin(SARI, ATTACKER, second(3600)), "forgotten after an hour");
        assert!(slowdown.begin(SARI, ATTACKER, second(3600)));
    }

    #[test]
    fn an_attacker_does_not_lock_her_out() {
        let slowdown = Slowdown::default();
        for n in 0..500 {
            slowdown.begin(SARI, ATTACKER, second(n));
        }
        assert!(slowdown.begin(SARI, HER_OFFICE, second(500)));
        slowdown.succeeded(SARI, HER_OFFICE);
        assert!(slowdown.begin(SARI, HER_OFFICE, second(500)), "a success leaves nothing behind");
    }

    #[test]
    fn one_source_that_tries_many_accounts_is_slowed_too() {
        let slowdown = Slowdown::default();
        for n in 0..60 {
            assert!(slowdown.begin([n; 32], ATTACKER, second(0)));
        }
        assert!(!slowdown.begin([61; 32], ATTACKER, second(1)));
        assert!(slowdown.begin([61; 32], HER_OFFICE, second(1)));
    }

    #[test]
    fn memory_is_bounded() {
        let slowdown = Slowdown::default();
        for n in 0..u16::MAX {
            let mut source = [0; 8];
            source[..2].copy_from_slice(&n.to_be_bytes());
            slowdown.begin(SARI, Source::new(source), second(0));
        }
        assert!(slowdown.0.lock().unwrap().pairs.len() <= MAX_COUNTS);
    }
}
