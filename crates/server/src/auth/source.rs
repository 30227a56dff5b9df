//! Where a request comes from, as far as limits need to know: a keyed hash, in memory only.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crypto::hash::hmac;
use domain::Timestamp;

/// A source of requests: `HMAC(k_ram, v4/32 or v6/56)[0..8]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source([u8; 8]);

impl Source {
    /// The source with these bytes.
    pub const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }
}
