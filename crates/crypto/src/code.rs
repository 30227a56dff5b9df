//! The case code: how an anonymous client comes back.

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use crate::encode::c;
use crate::gcm::{self, DoesNotOpen};
use crate::hash::{hkdf, hmac};
use crate::kem::KemKey;
use crate::sign::SigningKey;
use crate::{Hash, Id, Secret};

/// Twenty digits, the last one a Damm check digit; all of them secret.
#[derive(Clone)]
pub struct CaseCode(Zeroizing<[u8; 20]>);

/// The typed text is not a case code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not twenty digits, spaces aside.
    #[error("not twenty digits")]
    NotTwentyDigits,
    /// A digit is mistyped or two are swapped.
    #[error("the check digit differs")]
    CheckDigit,
}

/// The parameters of Argon2id, as `orgkeys.code_params` lists them, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeParams {
    /// Memory in KiB.
    pub m: u32,
    /// Passes.
    pub t: u32,
    /// Lanes.
    pub p: u32,
}

impl CodeParams {
    /// The first set: 64 MiB, three passes, one lane.
    pub const FIRST: Self = Self { m: 65536, t: 3, p: 1 };
}

impl CaseCode {
    /// The code of a drawn number, or nothing for 10^19 and above: draw again.
    pub fn draw(random: u64) -> Option<Self> {
        if random >= 10_u64.pow(19) {
            return None;
        }
        let mut text = format!("{random:019}");
        let check = damm(text.bytes());
        text.push(char::from(b'0' + check));
        let digits = text.as_bytes().try_into().ok().map(|digits| Self(Zeroizing::new(digits)));
        text.zeroize();
        digits
    }

    /// Reads what a person typed; spaces between digits are fine.
    pub fn parse(typed: &str) -> Result<Self, CodeError> {
        let digits: Zeroizing<Vec<u8>> =
            Zeroizing::new(typed.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(CodeError::NotTwentyDigits);
        }
        let digits: [u8; 20] =
            digits.as_slice().try_into().map_err(|_| CodeError::NotTwentyDigits)?;
        let code = Self(Zeroizing::new(digits));
        if damm(code.0.iter().copied()) == 0 { Ok(code) } else { Err(CodeError::CheckDigit) }
    }

    /// The twenty ASCII digits.
    pub fn digits(&self) -> &[u8; 20] {
        &self.0
    }

    /// The code as it is shown: five groups of four digits.
    pub fn grouped(&self) -> Zeroizing<String> {
        let groups: Vec<String> =
            self.0.chunks(4).map(|group| group.iter().copied().map(char::from).collect()).collect();
        Zeroizing::new(groups.join(" "))
    }

    /// `ck`, the stretched code; takes as long as the parameters say.
    pub fn stretch(
        &self,
        org_salt: &[u8; 16],
        params: CodeParams,
    ) -> Result<Secret<32>, UnfitParams> {
        let params =
            Params::new(params.m, params.t, params.p, Some(32)).map_err(|_| UnfitParams)?;
        let mut ck = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.0.as_slice(), org_salt, ck.as_mut_slice())
            .map_err(|_| UnfitParams)?;
        Ok(Secret::new(*ck))
    }

    /// Stretches the code and derives its two keys.
    pub fn keys(
        &self,
        org_id: &Id,
        org_salt: &[u8; 16],
        params: CodeParams,
    ) -> Result<CodeKeys, UnfitParams> {
        Ok(CodeKeys::of(&self.stretch(org_salt, params)?, org_id))
    }
}

impl std::fmt::Debug for CaseCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CaseCode(..)")
    }
}

/// Argon2 does not take these parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Argon2 does not take these parameters")]
pub struct UnfitParams;

/// What a stretched code gives.
#[derive(Debug, Clone)]
pub struct CodeKeys {
    /// Shown to the server, which finds the case by its tag.
    pub cred: Secret<32>,
    /// Wraps the client's keys; never leaves the browser.
    pub wrap: Secret<32>,
}

impl CodeKeys {
    /// `cred` and `wrap` of a stretched code.
    pub fn of(ck: &Secret<32>, org_id: &Id) -> Self {
        Self {
            cred: hkdf(ck.expose(), b"", &c("code/cred", &[org_id])),
            wrap: hkdf(ck.expose(), b"", &c("code/wrap", &[org_id])),
        }
    }
}

/// The server's look-up tag of a credential.
pub fn tag(pepper: &Secret<32>, cred: &Secret<32>) -> Hash {
    hmac(pepper.expose(), &c("srv/cred", &[cred.expose()]))
}

/// Wraps the client's keys: `0x01 || nonce || GCM(wrap, .., csig seed || ckem key)`, 93 bytes.
pub fn wrap_client(
    wrap: &Secret<32>,
    nonce: &[u8; 12],
    org_id: &Id,
    case_id: &Id,
    csig: &SigningKey,
    ckem: &KemKey,
) -> Vec<u8> {
    let plain = Zeroizing::new([*csig.seed().expose(), *ckem.secret().expose()].concat());
    gcm::seal_blob(wrap.expose(), nonce, &c("wrap/client", &[org_id, case_id]), &plain)
}

/// Unwraps the client's keys.
pub fn unwrap_client(
    wrap: &Secret<32>,
    org_id: &Id,
    case_id: &Id,
    blob: &[u8],
) -> Result<(SigningKey, KemKey), DoesNotOpen> {
    let aad = c("wrap/client", &[org_id, case_id]);
    let plain = Zeroizing::new(gcm::open_blob(wrap.expose(), &aad, blob)?);
    let (seed, key) = plain.split_at_checked(32).ok_or(DoesNotOpen)?;
    let seed = Secret::from_slice(seed).ok_or(DoesNotOpen)?;
    let key = Secret::from_slice(key).ok_or(DoesNotOpen)?;
    Ok((SigningKey::from_seed(&seed), KemKey::new(key)))
}

/// Damm's quasigroup of order ten.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// Damm's check digit of ASCII digits; zero over digits that carry theirs.
fn damm(digits: impl Iterator<Item = u8>) -> u8 {
    digits.fold(0, |row, digit| {
        let column = usize::from(digit.wrapping_sub(b'0'));
        DAMM.get(usize::from(row)).and_then(|row| row.get(column)).copied().unwrap_or(u8::MAX)
    })
}
