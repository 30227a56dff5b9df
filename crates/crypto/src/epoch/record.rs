use super::boxes::ReaderKind;
use super::{BoxRow, EpochError, Reason};
use crate::encode::{self, Len, c};
use crate::hash::h;
use crate::sign::{self, SigningKey};
use crate::{Hash, Id, PublicKey, Signature};

/// The two lanes of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum LaneKind {
    /// Lane 1: the client always reads it.
    Chat = 1,
    /// Lane 2: staff only.
    Notes = 2,
}

impl LaneKind {
    /// The lane of a number.
    pub fn from_u8(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Chat),
            2 => Some(Self::Notes),
            _ => None,
        }
    }

    /// The number as it stands in records.
    pub fn as_u8(self) -> u8 {
        self as u8
    }
}

/// Who made a record, or sent a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum CreatorKind {
    /// The client of the case.
    Client = 1,
    /// A person of the staff.
    Staff = 2,
}

impl CreatorKind {
    /// The kind of a number.
    pub fn from_u8(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Client),
            2 => Some(Self::Staff),
            _ => None,
        }
    }

    /// The number as it stands in records.
    pub fn as_u8(self) -> u8 {
        self as u8
    }
}

/// A reader as a record names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedReader {
    /// What the reader is.
    pub kind: ReaderKind,
    /// The id of its key.
    pub kid: Id,
    /// `H(box)`.
    pub box_hash: Hash,
}

/// What a record states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The organisation.
    pub org_id: Id,
    /// The case.
    pub case_id: Id,
    /// The lane.
    pub lane: LaneKind,
    /// Counts up from 0 in each lane.
    pub epoch: u32,
    /// `H(previous body)`, zeros for epoch 0.
    pub prev: Hash,
    /// Who made it.
    pub creator_kind: CreatorKind,
    /// The maker's signing key.
    pub creator: Id,
    /// Why.
    pub reason: Reason,
    /// The roster that it is judged by.
    pub roster_version: u64,
    /// The commitment to the epoch key.
    pub kc: [u8; 32],
    /// The sealed key of the epoch before, 48 bytes, or empty.
    pub back: Vec<u8>,
    /// Ascending by kind and key id.
    pub readers: Vec<NamedReader>,
}

impl Body {
    /// `C("rec/epoch", ..)`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let readers: Vec<u8> = self
            .readers
            .iter()
            .flat_map(|r| c("rdr", &[&[r.kind.as_u8()], &r.kid, &r.box_hash]))
            .collect();
        c(
            "rec/epoch",
            &[
                &self.org_id,
                &self.case_id,
                &[self.lane.as_u8()],
                &self.epoch.to_be_bytes(),
                &self.prev,
                &[self.creator_kind.as_u8()],
                &self.creator,
                &[self.reason.as_u8()],
                &self.roster_version.to_be_bytes(),
                &self.kc,
                &self.back,
                &readers,
            ],
        )
    }

    /// Parses `C("rec/epoch", ..)` strictly.
    pub fn parse(bytes: &[u8]) -> Result<Self, EpochError> {
        let (id, one, hash) = (Len::Is(16), Len::Is(1), Len::Is(32));
        let back = Len::IsOrEmpty(48);
        let lengths =
            [id, id, one, Len::Is(4), hash, one, id, one, Len::Is(8), hash, back, Len::Any];
        let [org, case, lane, epoch, prev, kind, creator, reason, roster, kc, back, readers] =
            encode::parse("rec/epoch", lengths, bytes)?;
        let number = |field: &[u8]| encode::fixed::<1>(field).map(|[number]| number);
        Ok(Self {
            org_id: encode::fixed(org)?,
            case_id: encode::fixed(case)?,
            lane: LaneKind::from_u8(number(lane)?).ok_or(EpochError::A15Number)?,
            epoch: u32::from_be_bytes(encode::fixed(epoch)?),
            prev: encode::fixed(prev)?,
            creator_kind: CreatorKind::from_u8(number(kind)?).ok_or(EpochError::A15Number)?,
            creator: encode::fixed(creator)?,
            reason: Reason::from_u8(number(reason)?).ok_or(EpochError::A15Number)?,
            roster_version: u64::from_be_bytes(encode::fixed(roster)?),
            kc: encode::fixed(kc)?,
            back: back.to_vec(),
            readers: parse_readers(readers)?,
        })
    }

    /// The named readers of one kind.
    pub fn of_kind(&self, kind: ReaderKind) -> impl Iterator<Item = &NamedReader> {
        self.readers.iter().filter(move |reader| reader.kind == kind)
    }

    /// Whether the team reads this epoch: in lane 1, whether the case waits.
    pub fn has_team(&self) -> bool {
        self.of_kind(ReaderKind::Team).next().is_some()
    }
}

fn parse_readers(mut bytes: &[u8]) -> Result<Vec<NamedReader>, EpochError> {
    let mut readers = Vec::new();
    while !bytes.is_empty() {
        let lengths = [Len::Is(1), Len::Is(16), Len::Is(32)];
        let ([kind, kid, box_hash], rest) = encode::parse_first("rdr", lengths, bytes)?;
        let [kind] = encode::fixed(kind)?;
        readers.push(NamedReader {
            kind: ReaderKind::from_u8(kind).ok_or(EpochError::A15Number)?,
            kid: encode::fixed(kid)?,
            box_hash: encode::fixed(box_hash)?,
        });
        bytes = rest;
    }
    let ascending =
        readers.iter().zip(readers.iter().skip(1)).all(|(a, b)| (a.kind, a.kid) < (b.kind, b.kid));
    if ascending { Ok(readers) } else { Err(EpochError::A14Order) }
}

/// A record as it travels: its body's bytes, the creator's signature, and boxes beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The body's bytes, as made or received.
    pub body: Vec<u8>,
    /// Over `C("sig/epoch", H(body))`.
    pub sig: Signature,
    /// All boxes when it is posted; a reader gets only its own.
    pub boxes: Vec<BoxRow>,
}

impl Record {
    /// Signs a body.
    pub(super) fn sign(key: &SigningKey, body: Vec<u8>, boxes: Vec<BoxRow>) -> Self {
        let sig = key.sign(&signed_text(&body));
        Self { body, sig, boxes }
    }

    /// `H(body)`, what the next record names as `prev`.
    pub fn hash(&self) -> Hash {
        h(&self.body)
    }

    pub(super) fn verify(&self, key: &PublicKey) -> Result<(), EpochError> {
        sign::verify(key, &signed_text(&self.body), &self.sig).map_err(|_| EpochError::A1Signature)
    }
}

fn signed_text(body: &[u8]) -> Vec<u8> {
    c("sig/epoch", &[&h(body)])
}
