//! Escalations: the reason, sealed to the escalation group and signed by who raises.

use crate::encode::{self, EncodingError, Len, c};
use crate::hash::h;
use crate::kem::{self, KemError, KemKey, Sealed};
use crate::sign::{self, BadSignature, SigningKey, kid_kem};
use crate::{Id, PublicKey, Secret, Signature};

/// The longest reason in bytes; it must fit one field of `C`.
pub const MAX_REASON: usize = 16_384;

/// What a raise states in clear, and its sealed reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raise {
    /// The organisation.
    pub org_id: Id,
    /// The case.
    pub case_id: Id,
    /// The escalation.
    pub esc_id: Id,
    /// 1 to 3.
    pub level: u8,
    /// The escalation key that the reason is sealed to.
    pub rkid: Id,
    /// The sealed reason.
    pub sealed: Sealed,
}

/// Why a raise is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RaiseError {
    /// The reason is longer than [`MAX_REASON`].
    #[error("the reason is too long")]
    TooLong,
    /// The bytes are no `C("rec/raise", ..)`.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// Not signed by the given key.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// The reason does not seal or open.
    #[error(transparent)]
    Kem(#[from] KemError),
}

impl Raise {
    /// Seals a reason to the escalation key; `ikm_e` is 32 fresh random bytes.
    pub fn seal(
        org_id: Id,
        case_id: Id,
        esc_id: Id,
        level: u8,
        to: &PublicKey,
        reason: &[u8],
        ikm_e: &Secret<32>,
    ) -> Result<Self, RaiseError> {
        if reason.len() > MAX_REASON {
            return Err(RaiseError::TooLong);
        }
        let rkid = kid_kem(to);
        let info = info(&org_id, &case_id, &esc_id, &rkid);
        let sealed = kem::seal(to, &info, b"", reason, ikm_e)?;
        Ok(Self { org_id, case_id, esc_id, level, rkid, sealed })
    }

    /// Opens the reason with the escalation key that it names.
    pub fn open(&self, key: &KemKey) -> Result<Vec<u8>, RaiseError> {
        let info = info(&self.org_id, &self.case_id, &self.esc_id, &self.rkid);
        Ok(kem::open(key, &self.sealed.enc, &info, b"", &self.sealed.ct)?)
    }

    /// `C("rec/raise", org_id, case_id, esc_id, u8 level, rkid, enc, ct)`.
    pub fn to_bytes(&self) -> Vec<u8> {
        c(
            "rec/raise",
            &[
                &self.org_id,
                &self.case_id,
                &self.esc_id,
                &[self.level],
                &self.rkid,
                &self.sealed.enc,
                &self.sealed.ct,
            ],
        )
    }

    /// Signs the record.
    pub fn sign(&self, key: &SigningKey) -> Signature {
        key.sign(&c("sig/raise", &[&h(&self.to_bytes())]))
    }

    /// Parses and verifies a record.
    pub fn verify(
        bytes: &[u8],
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<Self, RaiseError> {
        let id = Len::Is(16);
        let lengths = [id, id, id, Len::Is(1), id, Len::Is(32), Len::Any];
        let [org_id, case_id, esc_id, level, rkid, enc, ct] =
            encode::parse("rec/raise", lengths, bytes)?;
        sign::verify(key, &c("sig/raise", &[&h(bytes)]), signature)?;
        let [level] = encode::fixed(level)?;
        Ok(Self {
            org_id: encode::fixed(org_id)?,
            case_id: encode::fixed(case_id)?,
            esc_id: encode::fixed(esc_id)?,
            level,
            rkid: encode::fixed(rkid)?,
            sealed: Sealed { enc: encode::fixed(enc)?, ct: ct.to_vec() },
        })
    }
}

fn info(org_id: &Id, case_id: &Id, esc_id: &Id, rkid: &Id) -> Vec<u8> {
    c("esc/reason", &[org_id, case_id, esc_id, rkid])
}
