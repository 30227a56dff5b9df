//! What a job does one by one.

use storage::{Result, StorageError};

/// What came of each. What failed is tried again by the next run, and must not keep anybody from
/// hearing of the rest, which stands already.
pub(crate) struct Each<T> {
    done: Vec<T>,
    failed: Option<StorageError>,
}

impl<T> Default for Each<T> {
    fn default() -> Self {
        Self { done: Vec::new(), failed: None }
    }
}

impl<T> Each<T> {
    /// One was done, had nothing to be done any more, or failed.
    pub(crate) fn put(&mut self, one: Result<Option<T>>) {
        match one {
            Ok(done) => self.done.extend(done),
            Err(error) => self.failed = Some(error),
        }
    }

    /// Those that were done.
    ///
    /// # Errors
    /// What failed last, where nothing was done.
    pub(crate) fn all(self) -> Result<Vec<T>> {
        match self.failed {
            Some(error) if self.done.is_empty() => Err(error),
            _ => Ok(self.done),
        }
    }
}
