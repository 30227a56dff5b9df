//! What any page stands on: a connection, a clock and randomness.

use std::sync::{Arc, Mutex, PoisonError};

use crypto::Secret;
use crypto::hash::hmac;

use crate::{Error, Http, Result};

/// A browser without a face. Clones share connection, clock and randomness.
#[derive(Clone, Debug)]
pub struct Browser {
    /// HTTP to the one server.
    pub http: Http,
    /// Its clock.
    pub clock: Clock,
    /// Its randomness.
    pub random: Random,
}

impl Browser {
    /// A browser at the machine's clock and randomness; `base` is `http://host:port`.
    pub fn new(base: &str) -> Self {
        Self { http: Http::new(base), clock: Clock::system(), random: Random::system() }
    }

    /// The same browser with another source of randomness.
    #[must_use]
    pub fn with_random(mut self, random: Random) -> Self {
        self.random = random;
        self
    }

    /// The same browser with another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The root key that the page carries; none before the ceremony's file was loaded.
    pub async fn root(&self) -> Result<Option<crypto::PublicKey>> {
        let page = self.http.page("/").await?;
        let Some((_, rest)) = page.split_once("data-root=\"") else { return Ok(None) };
        match rest.split_once('"') {
            Some(("", _)) => Ok(None),
            Some((root, _)) => crypto::base64url::decode_array(root)
                .map(Some)
                .map_err(|why| Error::BadAnswer(why.to_string())),
            None => Err(Error::BadAnswer("data-root has no end".to_owned())),
        }
    }
}

/// A clock, in milliseconds since 1970.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "an actor stands for a browser, which has a clock of its own"
        )]
        Self::new(|| {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        })
    }

    /// A clock that the caller turns.
    pub fn new(now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Now.
    pub fn now(&self) -> i64 {
        (self.0)()
    }

    /// Now, as records and statements write it.
    pub(crate) fn now_unsigned(&self) -> u64 {
        u64::try_from(self.now()).unwrap_or_default()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock(..)")
    }
}

/// Randomness: the machine's, or stretched from a seed so that a run can be repeated.
#[derive(Clone)]
pub struct Random(Source);

#[derive(Clone)]
enum Source {
    System,
    Seeded { seed: Secret<32>, drawn: Arc<Mutex<u64>> },
}

impl Random {
    /// The machine's.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// Stretched from a seed: whoever has the seed has every key.
    pub fn seeded(seed: Secret<32>) -> Self {
        Self(Source::Seeded { seed, drawn: Arc::default() })
    }

    /// Fresh secret bytes, at most 32 of them at once.
    pub fn secret<const N: usize>(&self) -> Result<Secret<N>> {
        let mut bytes = [0; N];
        match &self.0 {
            Source::System => getrandom::fill(&mut bytes)
                .map_err(|_| Error::NotPossible("the machine gives no randomness".to_owned()))?,
            Source::Seeded { seed, drawn } => {
                let mut drawn = drawn.lock().unwrap_or_else(PoisonError::into_inner);
                *drawn += 1;
                let block = hmac(seed.expose(), &drawn.to_be_bytes());
                bytes.copy_from_slice(
                    block.get(..N).ok_or_else(|| {
                        Error::NotPossible("more than 32 bytes at once".to_owned())
                    })?,
                );
            }
        }
        Ok(Secret::new(bytes))
    }

    /// Fresh bytes that are no secret: ids and nonces.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N]> {
        Ok(*self.secret()?.expose())
    }
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random(..)")
    }
}
