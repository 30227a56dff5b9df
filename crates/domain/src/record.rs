//! What the server reads of an epoch record (`crypto.md` 5): its public fields.

use crate::{Hash, Kid};

/// One of the two transcripts of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Lane 1: client and staff.
    Chat,
    /// Lane 2: staff only.
    Notes,
}

impl Lane {
    /// 1 or 2, as it stands in records.
    pub const fn number(self) -> u8 {
        match self {
            Self::Chat => 1,
            Self::Notes => 2,
        }
    }

    /// The lane with this number.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Chat),
            2 => Some(Self::Notes),
            _ => None,
        }
    }
}

/// Why an epoch was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the reason table of crypto.md 5, by its own words")]
pub enum Reason {
    Open = 0,
    Claim = 1,
    Invite = 2,
    Transfer = 3,
    Join = 4,
    Reopen = 5,
    Rekey = 6,
    Leave = 7,
}

impl Reason {
    /// The reason with this number.
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Open,
            1 => Self::Claim,
            2 => Self::Invite,
            3 => Self::Transfer,
            4 => Self::Join,
            5 => Self::Reopen,
            6 => Self::Rekey,
            7 => Self::Leave,
            _ => return None,
        })
    }
}

/// What kind of key a box is sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ReaderType {
    /// The client.
    Client = 1,
    /// A staff member.
    Staff = 2,
    /// A generation of the team key.
    Team = 3,
    /// A generation of the escalation key.
    Escalation = 4,
}

impl ReaderType {
    /// The type with this number.
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Client,
            2 => Self::Staff,
            3 => Self::Team,
            4 => Self::Escalation,
            _ => return None,
        })
    }
}

/// One reader that a record names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// What kind of key.
    pub rtype: ReaderType,
    /// Which key.
    pub rkid: Kid,
    /// `H(box)`.
    pub box_hash: Hash,
}

/// The public fields of a record, parsed and checked by the server before they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHead {
    /// Which transcript.
    pub lane: Lane,
    /// Number of the epoch in its lane, from 0.
    pub epoch: u32,
    /// `H(body)` of the record before; zeros for epoch 0.
    pub prev: Hash,
    /// `H(body)` of this record.
    pub hash: Hash,
    /// Why.
    pub reason: Reason,
    /// Whether it carries the previous epoch key.
    pub back_link: bool,
    /// Signing key of its creator.
    pub creator: Kid,
    /// The roster by which it is judged.
    pub roster_version: u64,
    /// Readers in ascending (type, key).
    pub readers: Vec<Reader>,
}

impl RecordHead {
    /// The team key that it names, if the team reads.
    pub fn team(&self) -> Option<Kid> {
        self.readers.iter().find(|reader| reader.rtype == ReaderType::Team).map(|r| r.rkid)
    }
}
