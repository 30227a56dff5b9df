//! Enrolment: the invite that is handed over outside the system, and the keys that answer it.

use crate::encode::{self, Len, c};
use crate::hash::{h, hkdf, hmac, hmac_is};
use crate::sign::{self, SigningKey};
use crate::{Hash, Id, PublicKey, Secret, Signature};

/// A 128-bit invite.
#[derive(Debug, Clone)]
pub struct Invite(Secret<16>);

/// The typed text is not an invite: 26 base32 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an invite")]
pub struct NotAnInvite;

/// RFC 4648, lower or upper case, no padding.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

impl Invite {
    /// The invite of 16 fresh random bytes.
    pub fn new(random: Secret<16>) -> Self {
        Self(random)
    }

    /// The 26 characters that the new colleague types.
    pub fn to_text(&self) -> String {
        let number = u128::from_be_bytes(*self.0.expose());
        // 26 characters carry 130 bits; the last two are zero.
        let digit = |index: u32| {
            let bits = if index == 25 { number << 2 } else { number >> (123 - 5 * index) };
            BASE32.get(usize::try_from(bits & 31).unwrap_or(0)).copied().unwrap_or(b'A')
        };
        (0..26).map(|index| char::from(digit(index))).collect()
    }

    /// Reads what was typed; case, spaces and dashes don't matter.
    pub fn parse(typed: &str) -> Result<Self, NotAnInvite> {
        let typed: Vec<u8> = typed
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'-')
            .map(|byte| byte.to_ascii_uppercase())
            .collect();
        let (last, first) = typed.split_last().ok_or(NotAnInvite)?;
        if first.len() != 25 {
            return Err(NotAnInvite);
        }
        let value = |byte: &u8| {
            let at = BASE32.iter().position(|known| known == byte);
            at.and_then(|at| u128::try_from(at).ok()).ok_or(NotAnInvite)
        };
        let mut number = 0_u128;
        for byte in first {
            number = (number << 5) | value(byte)?;
        }
        let last = value(last)?;
        if last & 3 != 0 {
            return Err(NotAnInvite);
        }
        Ok(Self(Secret::new(((number << 3) | (last >> 2)).to_be_bytes())))
    }

    /// What the server is shown; it stores only its hash.
    pub fn id(&self) -> Id {
        *hkdf(self.0.expose(), b"", &c("inv/id", &[])).expose()
    }

    /// `H(iid)`, all that the server knows of an open invite.
    pub fn id_hash(&self) -> Hash {
        h(&self.id())
    }

    fn mac_key(&self) -> Secret<32> {
        hkdf(self.0.expose(), b"", &c("inv/mac", &[]))
    }
}

/// The keys of a new person, signed by themselves and bound to the invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// `C("rec/enrol", org_id, staff_id, sig_pk, kem_pk)`.
    pub record: Vec<u8>,
    /// Self-signature over `C("sig/enrol", H(record))`.
    pub sig: Signature,
    /// `HMAC(imac, record)`.
    pub mac: Hash,
}

/// What an enrolment states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnrolledKeys {
    /// The organisation.
    pub org_id: Id,
    /// The person.
    pub staff_id: Id,
    /// The person's signing key.
    pub sig_pk: PublicKey,
    /// The person's encryption key.
    pub kem_pk: PublicKey,
}

/// Why an enrolment is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnrolError {
    /// The bytes are no `C("rec/enrol", ..)`.
    #[error("E1: a malformed enrolment")]
    E1Encoding,
    /// The person did not sign their own keys.
    #[error("E2: bad self-signature")]
    E2Signature,
    /// The keys do not come from the holder of this invite.
    #[error("E3: not bound to this invite")]
    E3Mac,
    /// Another organisation.
    #[error("E4: another organisation")]
    E4Org,
}

impl Enrolment {
    /// States, signs and binds a person's keys.
    pub fn new(
        invite: &Invite,
        org_id: &Id,
        staff_id: &Id,
        key: &SigningKey,
        kem_pk: &PublicKey,
    ) -> Self {
        let record = c("rec/enrol", &[org_id, staff_id, &key.public(), kem_pk]);
        let sig = key.sign(&c("sig/enrol", &[&h(&record)]));
        let mac = hmac(invite.mac_key().expose(), &record);
        Self { record, sig, mac }
    }

    /// Checks what the server can: form, organisation and self-signature.
    pub fn check_public(&self, org_id: &Id) -> Result<EnrolledKeys, EnrolError> {
        let lengths = [Len::Is(16), Len::Is(16), Len::Is(32), Len::Is(32)];
        let [org, staff, sig_pk, kem_pk] = encode::parse("rec/enrol", lengths, &self.record)
            .map_err(|_| EnrolError::E1Encoding)?;
        let keys = EnrolledKeys {
            org_id: encode::fixed(org).map_err(|_| EnrolError::E1Encoding)?,
            staff_id: encode::fixed(staff).map_err(|_| EnrolError::E1Encoding)?,
            sig_pk: encode::fixed(sig_pk).map_err(|_| EnrolError::E1Encoding)?,
            kem_pk: encode::fixed(kem_pk).map_err(|_| EnrolError::E1Encoding)?,
        };
        sign::verify(&keys.sig_pk, &c("sig/enrol", &[&h(&self.record)]), &self.sig)
            .map_err(|_| EnrolError::E2Signature)?;
        if keys.org_id == *org_id { Ok(keys) } else { Err(EnrolError::E4Org) }
    }

    /// Checks all, as the admin who made the invite can.
    pub fn check(&self, invite: &Invite, org_id: &Id) -> Result<EnrolledKeys, EnrolError> {
        let keys = self.check_public(org_id)?;
        if hmac_is(invite.mac_key().expose(), &self.record, &self.mac) {
            Ok(keys)
        } else {
            Err(EnrolError::E3Mac)
        }
    }
}
