//! Group keys: the statement of a new generation, and the boxes of its private half.

use crate::encode::{self, EncodingError, Len, c};
use crate::hash::h;
use crate::kem::{self, KemKey, Sealed};
use crate::roster::GroupKind;
use crate::sign::{self, SigningKey, kid_kem};
use crate::{Id, PublicKey, Secret, Signature};

/// A new generation of a group, as the supervisor who made it states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRecord {
    /// The organisation.
    pub org_id: Id,
    /// Which group.
    pub kind: GroupKind,
    /// The generation.
    pub generation: u32,
    /// Its public key.
    pub kem_pk: PublicKey,
    /// The roster that the maker saw.
    pub roster_version: u64,
}

/// Why a group statement or a group box is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// The bytes are no `C("rec/group", ..)` of a known group.
    #[error("G1: a malformed group record")]
    G1Encoding,
    /// Not signed by the given supervisor.
    #[error("G2: bad signature")]
    G2Signature,
    /// The box is for another key, group or generation, or was changed.
    #[error("G3: the box does not open")]
    G3Box,
    /// The half that was opened does not give the group's public key: raise an alarm.
    #[error("G4: the opened half is not that of the roster")]
    G4OtherHalf,
    /// The member's public key is of low order.
    #[error("G5: a low-order public key")]
    G5LowOrder,
}

impl From<EncodingError> for GroupError {
    fn from(_: EncodingError) -> Self {
        Self::G1Encoding
    }
}

impl GroupRecord {
    /// `C("rec/group", org_id, kind, u32 gen, kem_pk, u64 roster_version)`.
    pub fn to_bytes(&self) -> Vec<u8> {
        c(
            "rec/group",
            &[
                &self.org_id,
                self.kind.as_str().as_bytes(),
                &self.generation.to_be_bytes(),
                &self.kem_pk,
                &self.roster_version.to_be_bytes(),
            ],
        )
    }

    /// Signs the record.
    pub fn sign(&self, key: &SigningKey) -> Signature {
        key.sign(&c("sig/group", &[&h(&self.to_bytes())]))
    }

    /// Parses and verifies a record.
    pub fn verify(
        bytes: &[u8],
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<Self, GroupError> {
        let record = Self::parse(bytes)?;
        sign::verify(key, &c("sig/group", &[&h(bytes)]), signature)
            .map_err(|_| GroupError::G2Signature)?;
        Ok(record)
    }

    /// Reads a record whose maker is not proven yet.
    pub fn parse(bytes: &[u8]) -> Result<Self, GroupError> {
        let lengths = [Len::Is(16), Len::Any, Len::Is(4), Len::Is(32), Len::Is(8)];
        let [org_id, kind, generation, kem_pk, version] =
            encode::parse("rec/group", lengths, bytes)?;
        let kind = [GroupKind::Team, GroupKind::Escalation]
            .into_iter()
            .find(|known| known.as_str().as_bytes() == kind)
            .ok_or(GroupError::G1Encoding)?;
        Ok(Self {
            org_id: encode::fixed(org_id)?,
            kind,
            generation: u32::from_be_bytes(encode::fixed(generation)?),
            kem_pk: encode::fixed(kem_pk)?,
            roster_version: u64::from_be_bytes(encode::fixed(version)?),
        })
    }
}

/// Which half a box holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupHalf {
    /// The organisation.
    pub org_id: Id,
    /// Which group.
    pub kind: GroupKind,
    /// The generation.
    pub generation: u32,
}

impl GroupHalf {
    fn info(&self, reader: &Id) -> Vec<u8> {
        c(
            "grp/seal",
            &[&self.org_id, self.kind.as_str().as_bytes(), &self.generation.to_be_bytes(), reader],
        )
    }

    /// Boxes the private half to a member (or to recovery); `ikm_e` is 32 fresh random bytes.
    pub fn seal(
        &self,
        half: &KemKey,
        member: &PublicKey,
        ikm_e: &Secret<32>,
    ) -> Result<Sealed, GroupError> {
        let info = self.info(&kid_kem(member));
        kem::seal(member, &info, &half.public(), half.secret().expose(), ikm_e)
            .map_err(|_| GroupError::G5LowOrder)
    }

    /// Opens the member's box and checks that the half is that of the roster's public key.
    pub fn open(
        &self,
        member: &KemKey,
        group_pk: &PublicKey,
        sealed: &Sealed,
    ) -> Result<KemKey, GroupError> {
        let info = self.info(&member.kid());
        let half = kem::open(member, &sealed.enc, &info, group_pk, &sealed.ct)
            .map_err(|_| GroupError::G3Box)?;
        let half = KemKey::new(Secret::from_slice(&half).ok_or(GroupError::G4OtherHalf)?);
        if half.public() == *group_pk { Ok(half) } else { Err(GroupError::G4OtherHalf) }
    }
}
