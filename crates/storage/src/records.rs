//! Epoch records and their boxes.

use async_trait::async_trait;
use domain::record::{ReaderType, RecordHead};
use domain::{CaseId, Kid, Lane, StaffId};

use crate::Result;

/// A record to be posted, checked by the server before.
#[derive(Clone)]
pub struct NewRecord {
    /// Its public fields.
    pub head: RecordHead,
    /// The body as it came.
    pub body: Vec<u8>,
    /// The creator's signature.
    pub sig: [u8; 64],
    /// One box for each reader.
    pub boxes: Vec<EpochBox>,
}

/// The box of one reader in one record.
#[derive(Clone, PartialEq, Eq)]
pub struct EpochBox {
    /// What kind of key it is sealed to.
    pub rtype: ReaderType,
    /// Which key.
    pub rkid: Kid,
    /// `C("rcp", ..)`.
    pub bytes: Vec<u8>,
}

/// A stored record.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// Which transcript.
    pub lane: Lane,
    /// Its number.
    pub epoch: u32,
    /// The body as it came.
    pub body: Vec<u8>,
    /// The creator's signature.
    pub sig: [u8; 64],
}

/// A box with the epoch it belongs to.
#[derive(Clone, PartialEq, Eq)]
pub struct PlacedBox {
    /// Which transcript.
    pub lane: Lane,
    /// Of which epoch.
    pub epoch: u32,
    /// The box.
    pub sealed: EpochBox,
}

/// Records and boxes. They are written only with the operation that they serve.
#[async_trait]
pub trait Records: Send + Sync {
    /// The records of a lane from this epoch on, oldest first; from 0 for the whole chain.
    async fn chain(&self, case: CaseId, lane: Lane, from_epoch: u32) -> Result<Vec<StoredRecord>>;

    /// The boxes of a lane that are sealed to this client or staff key, oldest first.
    ///
    /// Boxes of groups never come from here.
    async fn own_boxes(&self, case: CaseId, lane: Lane, rkid: Kid) -> Result<Vec<PlacedBox>>;

    /// The newest team boxes again for the person who is opening the session now.
    ///
    /// # Errors
    /// `Refused` for anybody else.
    async fn team_boxes(
        &self,
        case: CaseId,
        opener: StaffId,
        now: domain::Timestamp,
    ) -> Result<Vec<PlacedBox>>;

    /// Whether a key is a staff reader of the newest epoch of a lane.
    async fn reads_newest(&self, case: CaseId, lane: Lane, rkid: Kid) -> Result<bool>;
}
