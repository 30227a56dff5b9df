//! Token buckets: one a socket, one an address. Who asks too much waits; nobody is banned.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::Timestamp;

use crate::clock::Random;

/// How much at once, and how much comes back each second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// A full bucket.
    pub burst: u32,
    /// What comes back.
    pub per_second: u32,
}

impl Rate {
    const fn full(self) -> u64 {
        self.burst as u64 * 1000
    }
}

/// One bucket, in thousandths of a token.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    left: u64,
    at: Timestamp,
}

impl Bucket {
    /// A full bucket.
    pub const fn full(rate: Rate, now: Timestamp) -> Self {
        Self { left: rate.full(), at: now }
    }

    /// Takes this much; `false`, and nothing is taken, when there is less.
    pub fn take(&mut self, rate: Rate, cost: u32, now: Timestamp) -> bool {
        self.fill(rate, now);
        match self.left.checked_sub(u64::from(cost) * 1000) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }

    fn fill(&mut self, rate: Rate, now: Timestamp) {
        let millis = u64::try_from(now.since(self.at).as_millis()).unwrap_or(u64::MAX);
        let back = millis.saturating_mul(u64::from(rate.per_second));
        self.left = self.left.saturating_add(back).min(rate.full());
        self.at = now;
    }
}

/// How long one key names the addresses.
const KEY_LIFE: Duration = Duration::from_hours(24);
/// So many buckets are kept before the full ones are thrown away.
const KEPT: usize = 50_000;

/// The buckets of addresses. An address itself is never kept: a key that lives in memory alone, and
/// for a day at most, makes eight bytes of it (`crypto.md` 8).
#[derive(Default)]
pub struct Addresses(Mutex<Day>);

#[derive(Default)]
struct Day {
    key: Option<([u8; 32], Timestamp)>,
    buckets: HashMap<[u8; 8], Bucket>,
}

impl Addresses {
    /// Takes this much from the bucket of an address.
    ///
    /// # Errors
    /// When the system gives no randomness for the key.
    pub fn take(
        &self,
        address: IpAddr,
        rate: Rate,
        cost: u32,
        now: Timestamp,
        random: &dyn Random,
    ) -> std::io::Result<bool> {
        let mut day = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = day.name(address, now, random)?;
        if day.buckets.len() >= KEPT {
            day.forget_full(rate, now);
        }
        let bucket = day.buckets.entry(name).or_insert_with(|| Bucket::full(rate, now));
        Ok(bucket.take(rate, cost, now))
    }
}

impl Day {
    fn name(
        &mut self,
        address: IpAddr,
        now: Timestamp,
        random: &dyn Random,
    ) -> std::io::Result<[u8; 8]> {
        let key = match self.key {
            Some((key, since)) if now.since(since) < KEY_LIFE => key,
            _ => {
                let mut key = [0; 32];
                random.fill(&mut key)?;
                *self = Self { key: Some((key, now)), buckets: HashMap::new() };
                key
            }
        };
        let tag = crypto::hash::hmac(&key, &network(address));
        let mut name = [0; 8];
        name.iter_mut().zip(tag).for_each(|(to, from)| *to = from);
        Ok(name)
    }

    fn forget_full(&mut self, rate: Rate, now: Timestamp) {
        self.buckets.retain(|_, bucket| {
            bucket.fill(rate, now);
            bucket.left < rate.full()
        });
    }
}

/// What counts as one address: IPv4 whole, IPv6 by its first 56 bits.
fn network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().into_iter().take(7).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::System;

    const RATE: Rate = Rate { burst: 3, per_second: 2 };
    const START: Timestamp = Timestamp(1_000_000);

    #[test]
    fn a_bucket_gives_its_burst_and_then_what_comes_back() {
        let mut bucket = Bucket::full(RATE, START);
        assert!((0..3).all(|_| bucket.take(RATE, 1, START)));
        assert!(!bucket.take(RATE, 1, START));
        let half = START.plus(Duration::from_millis(500));
        assert!(bucket.take(RATE, 1, half));
        assert!(!bucket.take(RATE, 1, half));
        let later = START.plus(Duration::from_hours(1));
        assert!(bucket.take(RATE, 3, later), "never more than full");
        assert!(!bucket.take(RATE, 1, later));
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let mut bucket = Bucket::full(RATE, START);
        assert!(bucket.take(RATE, 3, START));
        assert!(!bucket.take(RATE, 1, Timestamp(0)));
    }

    #[test]
    fn neighbours_in_one_network_share_and_others_do_not() {
        let addresses = Addresses::default();
        let take = |address: &str, cost| {
            addresses.take(address.parse().unwrap(), RATE, cost, START, &System).unwrap()
        };
        assert!(take("2001:db8:0:1200::1", 3));
        assert!(!take("2001:db8:0:12ff::9", 1), "the same /56");
        assert!(take("2001:db8:0:1300::1", 1));
        assert!(take("192.0.2.1", 3));
        assert!(!take("::ffff:192.0.2.1", 1));
        assert!(take("192.0.2.2", 1));
    }

    #[test]
    fn a_new_day_knows_no_address_of_the_old_one() {
        let addresses = Addresses::default();
        let take =
            |now| addresses.take("192.0.2.1".parse().unwrap(), RATE, 3, now, &System).unwrap();
        assert!(take(START));
        let old = addresses.0.lock().unwrap().buckets.keys().copied().next().unwrap();
        assert!(take(START.plus(KEY_LIFE)));
        assert!(!addresses.0.lock().unwrap().buckets.contains_key(&old));
    }
}
