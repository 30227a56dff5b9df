//! The id of a case, which certifies the client's two keys.

use crate::encode::c;
use crate::hash::h16;
use crate::sign::{kid_kem, kid_sig};
use crate::{Id, PublicKey};

/// A case and the keys that its id certifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseKeys {
    /// The organisation.
    pub org_id: Id,
    /// The case.
    pub case_id: Id,
    /// The client's signing key.
    pub csig_pk: PublicKey,
    /// The client's encryption key.
    pub ckem_pk: PublicKey,
}

impl CaseKeys {
    /// The case of these keys.
    pub fn new(org_id: Id, csig_pk: PublicKey, ckem_pk: PublicKey) -> Self {
        Self { org_id, case_id: case_id(&org_id, &csig_pk, &ckem_pk), csig_pk, ckem_pk }
    }

    /// Whether the id is the one that these keys give.
    pub fn id_matches(&self) -> bool {
        self.case_id == case_id(&self.org_id, &self.csig_pk, &self.ckem_pk)
    }

    /// The id of the client's signing key.
    pub fn csig_kid(&self) -> Id {
        kid_sig(&self.csig_pk)
    }

    /// The id of the client's encryption key.
    pub fn ckem_kid(&self) -> Id {
        kid_kem(&self.ckem_pk)
    }
}

/// `H(C("case", org_id, csig_pk, ckem_pk))[0..16]`.
pub fn case_id(org_id: &Id, csig_pk: &PublicKey, ckem_pk: &PublicKey) -> Id {
    h16(&c("case", &[org_id, csig_pk, ckem_pk]))
}
