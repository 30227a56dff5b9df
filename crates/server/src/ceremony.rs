//! The ceremony: the root certifies the keys that may sign rosters. Pure; the command is in `cli`.

use crypto::ceremony::RootSeed;
use crypto::code::CodeParams;
use crypto::statement::{OrgKeys, Statement, StatementError};
use crypto::{Id, PublicKey, base64url};
use protocol::{Blob, Kid, OrgKeysPut};
use serde::{Deserialize, Serialize};

/// What the admin's desk offers as a file: everything that the root is to certify.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CeremonyRequest {
    /// The organisation.
    #[serde(with = "base64url::array")]
    pub org_id: Id,
    /// The keys that may sign rosters from now on.
    #[serde(with = "base64url::arrays")]
    pub roster_keys: Vec<PublicKey>,
    /// The server's static OPAQUE key, as the admin's browser pinned it.
    #[serde(with = "base64url::array")]
    pub opaque_pk: PublicKey,
}

/// Why the ceremony stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CeremonyError {
    /// Nobody could sign a roster.
    #[error("the request names no roster key")]
    NoRosterKey,
    /// The words are of another root than the one that signed before.
    #[error("these words are not those of the root that signed the organisation keys before")]
    OtherRoot,
    /// The earlier organisation keys, or the new ones, are not in order.
    #[error("{0}")]
    Statement(#[from] StatementError),
}

/// Signs the first organisation keys; `org_salt` is 16 fresh random bytes.
///
/// # Errors
/// [`CeremonyError::NoRosterKey`].
pub fn first(
    request: &CeremonyRequest,
    seed: &RootSeed,
    org_salt: [u8; 16],
) -> Result<OrgKeysPut, CeremonyError> {
    sign(request, seed, 1, org_salt, vec![CodeParams::FIRST])
}

/// Signs the next organisation keys, with the same root and salt as those before.
///
/// # Errors
/// Refuses another root, and organisation keys that do not verify.
pub fn next(
    request: &CeremonyRequest,
    seed: &RootSeed,
    before: &OrgKeysPut,
) -> Result<OrgKeysPut, CeremonyError> {
    let root = seed.root_key(&request.org_id).public();
    if before.root_pk.0 != root {
        return Err(CeremonyError::OtherRoot);
    }
    let statement = Statement {
        payload: before.orgkeys.p.0.clone(),
        kid: before.orgkeys.kid.0,
        sig: before.orgkeys.sig.0.as_slice().try_into().map_err(|_| StatementError::S1Signature)?,
    };
    let keys: OrgKeys = statement.verify(&root, &request.org_id)?;
    let version = keys.version.checked_add(1).ok_or(StatementError::S5Version)?;
    sign(request, seed, version, keys.org_salt, keys.code_params)
}

fn sign(
    request: &CeremonyRequest,
    seed: &RootSeed,
    version: u64,
    org_salt: [u8; 16],
    code_params: Vec<CodeParams>,
) -> Result<OrgKeysPut, CeremonyError> {
    if request.roster_keys.is_empty() {
        return Err(CeremonyError::NoRosterKey);
    }
    let root = seed.root_key(&request.org_id);
    let keys = OrgKeys {
        org_id: request.org_id,
        version,
        roster_keys: request.roster_keys.clone(),
        code_params,
        org_salt,
        recovery_pk: seed.recovery_key(&request.org_id).public(),
        opaque_pk: request.opaque_pk,
        former: Vec::new(),
    };
    let statement = Statement::sign(&root, &keys)?;
    Ok(OrgKeysPut {
        root_pk: protocol::PublicKey(root.public()),
        orgkeys: protocol::Statement {
            p: Blob(statement.payload),
            kid: Kid(statement.kid),
            sig: Blob(statement.sig.to_vec()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::Secret;

    fn request() -> CeremonyRequest {
        CeremonyRequest { org_id: [1; 16], roster_keys: vec![[2; 32]], opaque_pk: [3; 32] }
    }

    #[test]
    fn the_next_keys_need_the_same_words_and_keep_the_salt() {
        let seed = RootSeed::new(Secret::new([7; 32]));
        let one = first(&request(), &seed, [4; 16]).unwrap();
        let two = next(&request(), &seed, &one).unwrap();
        let keys: OrgKeys = serde_json::from_slice(&two.orgkeys.p.0).unwrap();
        assert_eq!((keys.version, keys.org_salt), (2, [4; 16]));
        assert_eq!(two.root_pk, one.root_pk);
        let other = RootSeed::new(Secret::new([8; 32]));
        assert_eq!(next(&request(), &other, &one), Err(CeremonyError::OtherRoot));
    }

    #[test]
    fn without_a_roster_key_there_is_nothing_to_certify() {
        let request = CeremonyRequest { roster_keys: Vec::new(), ..request() };
        let seed = RootSeed::new(Secret::new([7; 32]));
        assert_eq!(first(&request, &seed, [4; 16]), Err(CeremonyError::NoRosterKey));
    }
}
