use crate::encode::EncodingError;

/// Why an epoch record or one of its boxes is refused. The letters: C encoding, A accept only if,
/// B boxes, R the table of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EpochError {
    /// The bytes are not the `C(..)` that they should be.
    #[error(transparent)]
    C(#[from] EncodingError),
    /// The signature is not the creator's.
    #[error("A1: bad signature")]
    A1Signature,
    /// A record of the client whose key is not the one that the case id certifies.
    #[error("A2: not the client of this case")]
    A2Client,
    /// Lane 1 must begin with a record of the client.
    #[error("A3: lane 1 does not begin with the client")]
    A3FirstIsClient,
    /// The creator is not active in the roster named, or has no fitting role.
    #[error("A4: the creator may not read cases in the roster named")]
    A4Creator,
    /// The epoch is not the one after the last.
    #[error("A5: not the next epoch")]
    A5Epoch,
    /// `prev` is not the hash of the last record.
    #[error("A6: does not follow the last record")]
    A6Prev,
    /// The back link does not open to the key of the epoch before.
    #[error("A7: the back link does not open to the key before")]
    A7Back,
    /// Lane 1 without its client, or lane 2 with one.
    #[error("A8: the client must read lane 1 and must not read lane 2")]
    A8ClientReader,
    /// The newest escalation generation is not among the readers, or not alone of its kind.
    #[error("A9: the newest escalation generation is not the one escalation reader")]
    A9Escalation,
    /// A team reader that is not the newest generation.
    #[error("A10: a team reader of another generation")]
    A10Team,
    /// A staff reader that is not an active counselor or supervisor.
    #[error("A11: an unknown staff reader")]
    A11StaffReader,
    /// The roster is not known here, or older than that of the record before.
    #[error("A12: a roster that is unknown or falls along the chain")]
    A12Roster,
    /// Another organisation, case or lane.
    #[error("A13: another organisation, case or lane")]
    A13Place,
    /// Readers are not in ascending order, each once.
    #[error("A14: readers out of order")]
    A14Order,
    /// Lane, creator kind, reason or reader kind is a number without a meaning.
    #[error("A15: a number without a meaning")]
    A15Number,
    /// A new record does not name the current roster: fetch it, rebuild, post again.
    #[error("A16: a new record must name the current roster")]
    A16StaleRoster,
    /// A creator who is no longer active in the current roster.
    #[error("A17: the creator is not active in the current roster")]
    A17CreatorNow,
    /// The box is not `C("rcp", ..)`.
    #[error("B1: a malformed box")]
    B1Malformed,
    /// The box names another reader, or there is not one box a reader.
    #[error("B2: not one box for each reader")]
    B2Reader,
    /// The box does not have the hash that the record names.
    #[error("B3: the box has another hash")]
    B3Hash,
    /// The box does not open: it was made for another case, lane, epoch or reader, or is rubbish.
    #[error("B4: the box does not open")]
    B4Open,
    /// The opened key does not give the record's commitment.
    #[error("B5: the key does not match its commitment")]
    B5Commitment,
    /// A box made again from the key is not the one that the record names.
    #[error("B6: a box does not match its re-making")]
    B6Remade,
    /// A reader's public key is of low order.
    #[error("B7: a low-order public key")]
    B7LowOrder,
    /// This lane has no records for this reason.
    #[error("R1: a reason that this lane does not have")]
    R1Lane,
    /// Reason 0 begins a lane, and nothing else does.
    #[error("R2: reason 0 is for epoch 0, and only for it")]
    R2Opening,
    /// The creator is not one whom the reason allows.
    #[error("R3: not a creator for this reason")]
    R3Creator,
    /// The readers are not those of the reason.
    #[error("R4: not the readers of this reason")]
    R4Readers,
    /// A claim of a case that does not wait, or a 2, 3, 4, 7 in one that does.
    #[error("R5: the case is claimed, or is not")]
    R5Claimed,
    /// A back link that must be there is missing, or one is where none may be.
    #[error("R6: the back link is missing, or must not be there")]
    R6Back,
    /// A leave that would leave lane 1 without any staff reader.
    #[error("R7: nobody would be left")]
    R7NobodyLeft,
    /// Lane 2 of a claim, transfer, join or leave without lane 1's record of the same maker.
    #[error("R8: lane 2 without its record in lane 1")]
    R8Pair,
    /// A supervisor's act that needs an audited opening which is not there.
    #[error("R9: no audited opening")]
    R9Opening,
    /// A join while the assigned person is not active: she takes over instead.
    #[error("R10: no active person is assigned")]
    R10Assigned,
}
