use super::EpochError;
use super::record::{Body, LaneKind, NamedReader};
use crate::encode::{self, Len, c};
use crate::gcm;
use crate::hash::{h, hkdf};
use crate::kem::{self, KemKey, Sealed};
use crate::sign::kid_kem;
use crate::{Hash, Id, PublicKey, Secret};

/// What a reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ReaderKind {
    /// The client.
    Client = 1,
    /// One person of the staff.
    Staff = 2,
    /// The team group.
    Team = 3,
    /// The escalation group.
    Escalation = 4,
}

impl ReaderKind {
    /// The kind of a number.
    pub fn from_u8(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Client),
            2 => Some(Self::Staff),
            3 => Some(Self::Team),
            4 => Some(Self::Escalation),
            _ => None,
        }
    }

    /// The number as it stands in records.
    pub fn as_u8(self) -> u8 {
        self as u8
    }
}

/// A reader and its public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// What the reader is.
    pub kind: ReaderKind,
    /// Its X25519 public key.
    pub kem_pk: PublicKey,
}

impl Reader {
    /// The id of its key.
    pub fn kid(&self) -> Id {
        kid_kem(&self.kem_pk)
    }
}

/// A box as it travels: one row beside its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxRow {
    /// What the reader is.
    pub kind: ReaderKind,
    /// The id of its key.
    pub kid: Id,
    /// `C("rcp", u8 rtype, rkid, enc, ct)`.
    pub bytes: Vec<u8>,
}

impl BoxRow {
    /// Reads a row from the box's bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, EpochError> {
        let [kind, kid, _, _] = fields(bytes)?;
        let [kind] = encode::fixed(kind).map_err(|_| EpochError::B1Malformed)?;
        Ok(Self {
            kind: ReaderKind::from_u8(kind).ok_or(EpochError::B1Malformed)?,
            kid: encode::fixed(kid).map_err(|_| EpochError::B1Malformed)?,
            bytes: bytes.to_vec(),
        })
    }

    /// `H(box)`.
    pub fn hash(&self) -> Hash {
        h(&self.bytes)
    }

    fn sealed(&self) -> Result<Sealed, EpochError> {
        let [_, _, enc, ct] = fields(&self.bytes)?;
        let enc = encode::fixed(enc).map_err(|_| EpochError::B1Malformed)?;
        Ok(Sealed { enc, ct: ct.to_vec() })
    }

    /// Checks that this row is the box that the record names for its reader: rules B1 to B3.
    pub(super) fn check(&self, named: &NamedReader) -> Result<(), EpochError> {
        let parsed = Self::parse(&self.bytes)?;
        let stated = (parsed.kind, parsed.kid);
        if stated != (self.kind, self.kid) || stated != (named.kind, named.kid) {
            return Err(EpochError::B2Reader);
        }
        if self.hash() == named.box_hash { Ok(()) } else { Err(EpochError::B3Hash) }
    }
}

/// The fields of a box: reader's kind and key id, ephemeral key, sealed key.
fn fields(bytes: &[u8]) -> Result<[&[u8]; 4], EpochError> {
    let lengths = [Len::Is(1), Len::Is(16), Len::Is(32), Len::Is(48)];
    encode::parse("rcp", lengths, bytes).map_err(|_| EpochError::B1Malformed)
}

/// An epoch key, with the place it belongs to.
#[derive(Debug, Clone)]
pub struct EpochKey {
    /// The organisation.
    pub org_id: Id,
    /// The case.
    pub case_id: Id,
    /// The lane.
    pub lane: LaneKind,
    /// The epoch.
    pub epoch: u32,
    key: Secret<32>,
}

impl EpochKey {
    /// A key at its place; for a new epoch the bytes must be fresh and random at every attempt.
    pub fn new(org_id: Id, case_id: Id, lane: LaneKind, epoch: u32, key: Secret<32>) -> Self {
        Self { org_id, case_id, lane, epoch, key }
    }

    /// The key bytes.
    pub fn secret(&self) -> &Secret<32> {
        &self.key
    }

    fn lane_epoch(&self) -> ([u8; 1], [u8; 4]) {
        ([self.lane.as_u8()], self.epoch.to_be_bytes())
    }

    /// The commitment `kc`.
    pub fn commitment(&self) -> [u8; 32] {
        let (lane, epoch) = self.lane_epoch();
        let info = c("epoch/commit", &[&lane, &epoch]);
        *hkdf(self.key.expose(), &self.case_id, &info).expose()
    }

    fn seal_info(&self, kind: ReaderKind, kid: &Id) -> Vec<u8> {
        let (lane, epoch) = self.lane_epoch();
        seal_info(&self.org_id, &self.case_id, lane, epoch, kind, kid)
    }

    fn back_key(&self) -> (Secret<32>, [u8; 12]) {
        let (lane, epoch) = self.lane_epoch();
        let info = c("epoch/back", &[&lane, &epoch]);
        split_key(&hkdf(self.key.expose(), &self.case_id, &info))
    }

    /// The back link: the key before, sealed under this one.
    pub(super) fn seal_back(&self, prev: &Hash, before: &Self) -> Vec<u8> {
        let (key, nonce) = self.back_key();
        gcm::seal(key.expose(), &nonce, &c("epoch/back-aad", &[prev]), before.key.expose())
    }

    /// The key before this one, out of a record's back link; nothing if the link is empty.
    pub fn open_back(&self, body: &Body) -> Result<Option<Self>, EpochError> {
        if body.back.is_empty() {
            return Ok(None);
        }
        let (key, nonce) = self.back_key();
        let aad = c("epoch/back-aad", &[&body.prev]);
        let before = gcm::open(key.expose(), &nonce, &aad, &body.back)
            .map_err(|_| EpochError::A7Back)
            .and_then(|plain| Secret::from_slice(&plain).ok_or(EpochError::A7Back))?;
        let epoch = self.epoch.checked_sub(1).ok_or(EpochError::A7Back)?;
        Ok(Some(Self::new(self.org_id, self.case_id, self.lane, epoch, before)))
    }

    /// Opens a reader's box: rule B4. The commitment is checked with the other boxes.
    pub(super) fn unbox(body: &Body, row: &BoxRow, key: &KemKey) -> Result<Self, EpochError> {
        let info = seal_info(
            &body.org_id,
            &body.case_id,
            [body.lane.as_u8()],
            body.epoch.to_be_bytes(),
            row.kind,
            &row.kid,
        );
        let sealed = row.sealed()?;
        let plain = kem::open(key, &sealed.enc, &info, &body.kc, &sealed.ct)
            .map_err(|_| EpochError::B4Open)?;
        let secret = Secret::from_slice(&plain).ok_or(EpochError::B4Open)?;
        Ok(Self::new(body.org_id, body.case_id, body.lane, body.epoch, secret))
    }
}

/// Makes the box of a reader; the same key and reader always give the same bytes.
pub fn reader_box(key: &EpochKey, reader: &Reader) -> Result<BoxRow, EpochError> {
    let (kind, kid) = (reader.kind, reader.kid());
    let (lane, epoch) = key.lane_epoch();
    let info = c("epoch/ikm", &[&lane, &epoch, &[kind.as_u8()], &kid]);
    let ikm_e = hkdf(key.key.expose(), &key.case_id, &info);
    let info = key.seal_info(kind, &kid);
    let sealed = kem::seal(&reader.kem_pk, &info, &key.commitment(), key.key.expose(), &ikm_e)
        .map_err(|_| EpochError::B7LowOrder)?;
    let bytes = c("rcp", &[&[kind.as_u8()], &kid, &sealed.enc, &sealed.ct]);
    Ok(BoxRow { kind, kid, bytes })
}

fn seal_info(
    org_id: &Id,
    case_id: &Id,
    lane: [u8; 1],
    epoch: [u8; 4],
    kind: ReaderKind,
    kid: &Id,
) -> Vec<u8> {
    c("epoch/seal", &[org_id, case_id, &lane, &epoch, &[kind.as_u8()], kid])
}

/// Splits the 44 bytes of `k || n`.
pub(crate) fn split_key(both: &Secret<44>) -> (Secret<32>, [u8; 12]) {
    let (mut key, mut nonce) = ([0; 32], [0; 12]);
    let (first, rest) = both.expose().split_at(32);
    key.copy_from_slice(first);
    nonce.copy_from_slice(rest);
    (Secret::new(key), nonce)
}
