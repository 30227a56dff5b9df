//! Whose page was left by its own exit, so that the counselor reads "left by exit".

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use domain::SessionId;

/// In memory only: after a restart such a client simply counts as away.
#[derive(Default)]
pub struct Exits(Mutex<HashSet<SessionId>>);

impl Exits {
    /// The exit was used.
    pub(crate) fn mark(&self, session: SessionId) {
        self.set().insert(session);
    }

    /// The client is back, or the session over.
    pub(crate) fn forget(&self, session: SessionId) {
        self.set().remove(&session);
    }

    /// Whether the exit was used last.
    pub(crate) fn left(&self, session: SessionId) -> bool {
        self.set().contains(&session)
    }

    fn set(&self) -> std::sync::MutexGuard<'_, HashSet<SessionId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
