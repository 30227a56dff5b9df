//! From the drivers' errors to the one of storage.

use sealing::SealingError;
use storage::StorageError;

/// An engine failure in our own words.
pub(crate) fn engine(what: &'static str) -> StorageError {
    StorageError::Engine(what.into())
}

/// What a driver's error means. Its text may quote values, so only its code goes on.
pub(crate) fn from_sqlx(error: sqlx::Error) -> StorageError {
    match error {
        sqlx::Error::Database(error) => from_code(error.as_ref()),
        sqlx::Error::PoolTimedOut => StorageError::Busy,
        sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => {
            StorageError::Full
        }
        other => StorageError::Engine(Box::new(other)),
    }
}

fn from_code(error: &dyn sqlx::error::DatabaseError) -> StorageError {
    let code = error.code().unwrap_or_default();
    if error.is_unique_violation() {
        return StorageError::Exists;
    }
    match code.as_ref() {
        // SQLITE_FULL; disk_full
        "13" | "53100" => StorageError::Full,
        // SQLITE_BUSY, SQLITE_LOCKED and their extended codes; lock_not_available,
        // serialization_failure, deadlock_detected
        "5" | "261" | "517" | "6" | "262" | "55P03" | "40001" | "40P01" => StorageError::Busy,
        _ => StorageError::Engine(format!("database error {code}").into()),
    }
}

pub(crate) fn from_sealing(error: SealingError) -> StorageError {
    match error {
        SealingError::DoesNotOpen => StorageError::Sealed,
        other => StorageError::Engine(Box::new(other)),
    }
}
