//! Enrolment by an invite, in two steps. Between them the invite keeps the codes' secret, sealed.

pub(crate) mod finish;
pub(crate) mod start;

use domain::Hash;
use protocol::{ErrorCode, InviteId};
use storage::StorageError;

use crate::refusal::Refusal;

/// What the database knows of an invite.
fn invite_hash(iid: &InviteId) -> Hash {
    Hash::new(crypto::hash::h(&iid.0))
}

/// An invite that does not serve is unknown, whatever the reason.
fn unknown(error: StorageError) -> Refusal {
    match error {
        StorageError::NotFound | StorageError::Expired | StorageError::Reused => {
            ErrorCode::InviteUnknown.into()
        }
        other => other.into(),
    }
}
