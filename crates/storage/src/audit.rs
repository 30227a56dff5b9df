//! The append-only audit chain.

use async_trait::async_trait;
use domain::audit::Entry;
use domain::{Hash, Kid, Timestamp};

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

/// A line as it is stored, whatever it says: who holds the chain against itself needs no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawLink {
    /// Its number.
    pub n: u64,
    /// The entry's bytes.
    pub entry: Vec<u8>,
    /// `a_n`.
    pub a: Hash,
}

/// A point of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Number of the link; 0 before the first.
    pub n: u64,
    /// Its `a_n`.
    pub a: Hash,
}

impl Point {
    /// Before the first link.
    pub const START: Self = Self { n: 0, a: Hash::ZERO };
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

impl Checkpoint {
    /// The point that is signed.
    pub const fn point(&self) -> Point {
        Point { n: self.n, a: self.a }
    }
}

/// How far the chain holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// The last point that fits.
    pub reached: Point,
    /// When its entry was made, if it can be read.
    pub at: Option<Timestamp>,
    /// What does not fit after it; none for a whole chain.
    pub fault: Option<Fault>,
}

/// The first thing of a chain that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The line with this number was changed, removed, or put there by hand.
    Link(u64),
    /// The chain's end is not where its newest line is, or the chain ends before the point that
    /// it must extend; the number is that of the end.
    Head(u64),
    /// The checkpoint with this number is one of another chain.
    Checkpoint(u64),
}

/// The audit. Other operations write to it inside their own transactions.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Adds an entry on its own; gives its number.
    async fn append(&self, entry: Entry) -> Result<u64>;

    /// Links with a higher number, oldest first.
    async fn page(&self, after: u64, limit: u32) -> Result<Vec<Link>>;

    /// Lines with a higher number, oldest first.
    async fn raw(&self, after: u64, limit: u32) -> Result<Vec<RawLink>>;

    /// Lines with a lower number, newest first.
    async fn raw_before(&self, before: u64, limit: u32) -> Result<Vec<RawLink>>;

    /// Number and hash of the newest link; zeros for an empty chain.
    async fn head(&self) -> Result<(u64, Hash)>;

    /// Recomputes the chain from a point up to its end, and holds its checkpoints against it;
    /// their signatures are for who has the keys.
    async fn walk(&self, from: Point) -> Result<Walk>;

    /// Walks the whole chain; gives what does not fit.
    async fn verify(&self) -> Result<Option<Fault>> {
        Ok(self.walk(Point::START).await?.fault)
    }

    /// Stores a signed checkpoint; one with its number that stands already stays.
    async fn put_checkpoint(&self, checkpoint: Checkpoint) -> Result<()>;

    /// The newest checkpoint.
    async fn checkpoint(&self) -> Result<Option<Checkpoint>>;

    /// Checkpoints with a higher number, oldest first.
    async fn checkpoints(&self, after: u64, limit: u32) -> Result<Vec<Checkpoint>>;
}
