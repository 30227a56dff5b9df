//! The one error of storage.

use domain::session::Refused;
use domain::{escalation, opening};

/// What every method of storage gives.
pub type Result<T> = std::result::Result<T, StorageError>;

/// Why an operation did not happen. Unless a variant says otherwise nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The disk or the database's size limit is full; nothing was stored, a retry may work later.
    #[error("the disk is full")]
    Full,
    /// Somebody else holds the database; nothing was stored, a retry may work at once.
    #[error("the database is locked")]
    Busy,
    /// There is no such row, or it is not for the one who asks.
    #[error("not found")]
    NotFound,
    /// Another person has claimed the session.
    #[error("taken by another person")]
    Taken,
    /// By the rules another session is next for this counselor, or none.
    #[error("not the next session for this counselor")]
    NotNext,
    /// The case's state does not allow the operation, or another person is assigned.
    #[error("refused: {0}")]
    Refused(#[from] Refused),
    /// The escalation's state does not allow the operation; who stands in the way is named.
    #[error("refused: {0}")]
    Escalation(#[from] escalation::Refused),
    /// The opening's state does not allow the operation, or the person has none that does.
    #[error("refused: {0}")]
    Opening(#[from] opening::Refused),
    /// Another record stands in this place, or a message names an epoch that is not the newest.
    ///
    /// For the person who is opening the session, their time starts anew.
    #[error("another epoch is the newest")]
    StaleEpoch,
    /// A new record or statement names a roster that is not accepted any more.
    #[error("another roster is the newest")]
    StaleRoster,
    /// A compare-and-set met another version: vault, roster, organisation keys, group generation.
    #[error("another version stands")]
    StaleVersion,
    /// The `msg_id` belongs to another sender.
    #[error("the message id belongs to another sender")]
    ForeignMessage,
    /// Something else stands under this unique id: a code's tag, an e-mail, a case.
    #[error("already there")]
    Exists,
    /// The invite, token or waiting time is over.
    #[error("expired")]
    Expired,
    /// A one-time thing was used before: an invite, a TOTP step, a refresh token (its whole family
    /// is revoked with this answer).
    #[error("used before")]
    Reused,
    /// The staff member may not sign in, or is no supervisor any more.
    #[error("disabled")]
    Disabled,
    /// A sealed value does not open: its key was shredded, or the row was moved or changed.
    #[error("a sealed value does not open")]
    Sealed,
    /// The engine failed otherwise. The source names statements and codes, never values.
    #[error("the storage engine failed")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}
