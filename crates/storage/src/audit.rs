//! The append-only audit chain.

use async_trait::async_trait;
use domain::audit::Entry;
use domain::{Hash, Kid};

use crate::Result;

/// A line with its place and its link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its number, from 1 without a gap.
    pub n: u64,
    /// What was done.
    pub entry: Entry,
    /// `a_n`.
    pub a: Hash,
}

/// A signed point of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Number of the link.
    pub n: u64,
    /// Its `a_n`.
    pub a: Hash,
    /// Which audit key signed.
    pub kid: Kid,
    /// The signature.
    pub sig: [u8; 64],
}

/// The audit. Other operations write to it inside their own transactions.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Adds an entry on its own; gives its number.
    async fn append(&self, entry: Entry) -> Result<u64>;

    /// Links with a higher number, oldest first.
    async fn page(&self, after: u64, limit: u32) -> Result<Vec<Link>>;

    /// Number and hash of the newest link; zeros for an empty chain.
    async fn head(&self) -> Result<(u64, Hash)>;

    /// Recomputes the chain; gives the first link that does not fit, if any.
    async fn verify(&self) -> Result<Option<u64>>;

    /// Stores a signed checkpoint.
    async fn put_checkpoint(&self, checkpoint: Checkpoint) -> Result<()>;

    /// The newest checkpoint.
    async fn checkpoint(&self) -> Result<Option<Checkpoint>>;
}
