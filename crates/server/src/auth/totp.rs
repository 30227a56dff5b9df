//! One-time codes: six digits, SHA-1, steps of 30 seconds, as every authenticator app has them.

use crypto::Secret;
use domain::Timestamp;
use totp_rs::{Builder, Totp};

/// Length of a code's secret.
pub(crate) const SECRET: usize = 20;

/// A code's secret.
pub(crate) struct TotpSecret(Secret<SECRET>);

impl TotpSecret {
    /// A stored secret; none when it has another length.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Secret::from_slice(bytes).map(Self)
    }

    /// The bytes to store.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.expose()
    }

    /// As an authenticator app takes it.
    pub(crate) fn base32(&self) -> String {
        self.totp().secret().to_base32()
    }

    /// The step whose code this is, of the current one and its neighbours.
    pub(crate) fn step(&self, code: &str, now: Timestamp) -> Option<u64> {
        let seconds = u64::try_from(now.0 / 1000).ok()?;
        self.totp().check(code, seconds)
    }

    fn totp(&self) -> Totp {
        Builder::new().with_secret(*self.0.expose()).with_skew(1).build_noncompliant()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_6238_and_the_steps_beside_the_current_one() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        // RFC 6238, appendix B: the last six of the eight digits at 59 s.
        for (millis, step) in [(0, Some(1)), (59_000, Some(1)), (89_999, Some(1)), (90_000, None)] {
            assert_eq!(secret.step("287082", Timestamp(millis)), step, "{millis}");
        }
        assert_eq!(secret.step("287083", Timestamp(59_000)), None);
        assert_eq!(secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
