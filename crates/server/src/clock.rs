//! Where time and randomness come from; tests put their own in place.

use domain::Timestamp;

/// The service's clock.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The service's randomness: ids, tokens, nonces.
pub trait Random: Send + Sync {
    /// Fills the bytes.
    ///
    /// # Errors
    /// Says what the system said.
    fn fill(&self, bytes: &mut [u8]) -> std::io::Result<()>;
}

/// The machine's clock and randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Clock for System {
    #[expect(clippy::disallowed_methods, reason = "the one clock of the composition root")]
    fn now(&self) -> Timestamp {
        Timestamp(chrono::Utc::now().timestamp_millis())
    }
}

impl Random for System {
    fn fill(&self, bytes: &mut [u8]) -> std::io::Result<()> {
        getrandom::fill(bytes).map_err(std::io::Error::other)
    }
}
