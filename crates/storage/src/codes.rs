//! Case codes: how a client comes back.

use async_trait::async_trait;
use domain::{CaseId, Hash, Timestamp};

use crate::Result;

/// What a right code leads to.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// The case.
    pub case: CaseId,
    /// The client's keys, wrapped under the code.
    pub wrapped: Vec<u8>,
}

/// Case codes, by the keyed hash of their credential.
#[async_trait]
pub trait Codes: Send + Sync {
    /// Stores a case's code; the same tag for the same case again changes nothing.
    ///
    /// # Errors
    /// `Exists` when the case has another code, or another case this tag.
    async fn put(&self, case: CaseId, tag: Hash, wrapped: Vec<u8>, now: Timestamp) -> Result<()>;

    /// The case of a tag: one indexed look-up, known or not.
    async fn find(&self, tag: Hash) -> Result<Option<Code>>;

    /// Whether a case has a code.
    async fn has(&self, case: CaseId) -> Result<bool>;
}
