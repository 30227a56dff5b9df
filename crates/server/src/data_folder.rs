//! The data folder and its lock: one running service a folder.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const LOCK_NAME: &str = "teduh.lock";

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// Another process works on this folder.
    #[error("another teduh is running on {0}. Stop it first, or choose another folder with --data")]
    InUse(PathBuf),
    /// The folder cannot be made or opened.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] std::io::Error),
}

/// A data folder that this process alone works on, until it is dropped or the process ends.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    // The system frees the lock when the process ends, also by kill -9.
    _lock: File,
}

impl DataFolder {
    /// Opens the folder, making it (readable by its owner alone) where it is missing.
    ///
    /// # Errors
    /// [`DataFolderError::InUse`] when another process holds it.
    pub fn open(path: &Path) -> Result<Self, DataFolderError> {
        let failed = |error| DataFolderError::Io(path.to_owned(), error);
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.join(LOCK_NAME))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataFolderError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_serves_one_process_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let held = DataFolder::open(folder.path()).unwrap();
        assert!(matches!(DataFolder::open(folder.path()), Err(DataFolderError::InUse(_))));
        drop(held);
        DataFolder::open(folder.path()).unwrap();
    }
}
