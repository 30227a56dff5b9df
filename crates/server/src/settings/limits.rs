//! How much is taken at once.

use serde::{Deserialize, Serialize};

use crate::buckets::Rate;

/// Numbers that keep one from taking what is for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Clients a counselor at once.
    pub counselor_limit: u32,
    /// A connection at once.
    pub socket_burst: u32,
    /// A connection in the long run.
    pub socket_per_second: u32,
    /// An address at once.
    pub address_burst: u32,
    /// An address in the long run.
    pub address_per_second: u32,
    /// Pages of the embedded database; 0 for as many as there are.
    pub sqlite_pages: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            counselor_limit: 3,
            socket_burst: 300,
            socket_per_second: 20,
            address_burst: 600,
            address_per_second: 60,
            sqlite_pages: 0,
        }
    }
}

impl Limits {
    /// The bucket of one connection.
    pub const fn socket(&self) -> Rate {
        Rate { burst: self.socket_burst, per_second: self.socket_per_second }
    }

    /// The bucket of one address.
    pub const fn address(&self) -> Rate {
        Rate { burst: self.address_burst, per_second: self.address_per_second }
    }
}
