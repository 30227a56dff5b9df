//! Sign-ins that live, remembered for two seconds: a revoked one is out by then.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{Roles, SignInId, StaffId, Timestamp};
use protocol::ErrorCode;
use storage::staff::Standing;
use storage::{StorageError, Store};

use crate::refusal::Refusal;

const REMEMBERED: Duration = Duration::from_secs(2);
const MAX_REMEMBERED: usize = 4096;

/// What was found out about sign-ins a moment ago.
#[derive(Default)]
pub(crate) struct Living(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    found: HashMap<SignInId, Found>,
    /// How often everything was forgotten: what was read before is not remembered after.
    forgotten: u64,
}

#[derive(Clone, Copy)]
struct Found {
    at: Timestamp,
    staff: StaffId,
    /// None: it does not live, or its person may not sign in.
    person: Option<Person>,
}

/// The person of a living sign-in.
#[derive(Clone, Copy)]
pub(crate) struct Person {
    /// By the roster or, while they wait, by their invite.
    pub(crate) roles: Roles,
    /// Whether a roster names them.
    pub(crate) standing: Standing,
}

impl Living {
    /// The person of a living sign-in.
    ///
    /// # Errors
    /// `token_invalid` when the sign-in is over or the person may not sign in.
    pub(crate) async fn find(
        &self,
        store: &Store,
        staff: StaffId,
        sid: SignInId,
        now: Timestamp,
    ) -> Result<Person, Refusal> {
        let found = match self.remembered(sid, now) {
            Some(found) => found,
            None => self.look_up(store, sid, now).await?,
        };
        found.person.filter(|_| found.staff == staff).ok_or_else(|| ErrorCode::TokenInvalid.into())
    }

    /// Forgets everything: somebody was disabled, or signed out, or a roster was published.
    pub(crate) fn forget(&self) {
        let mut memory = self.memory();
        memory.found.clear();
        memory.forgotten += 1;
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remembered(&self, sid: SignInId, now: Timestamp) -> Option<Found> {
        let found = self.memory().found.get(&sid).copied();
        found.filter(|found| now.since(found.at) < REMEMBERED)
    }

    async fn look_up(
        &self,
        store: &Store,
        sid: SignInId,
        now: Timestamp,
    ) -> Result<Found, Refusal> {
        let forgotten = self.memory().forgotten;
        let sign_in = match store.sign_ins.get(sid, now).await {
            Ok(sign_in) => sign_in,
            // Not remembered: made-up sids would fill the memory.
            Err(StorageError::NotFound) => return Err(ErrorCode::TokenInvalid.into()),
            Err(error) => return Err(error.into()),
        };
        let member = store.staff.get(sign_in.staff).await?;
        let may = !member.disabled && member.standing != Standing::Former;
        let person = Person { roles: member.roles, standing: member.standing };
        let found = Found { at: now, staff: member.staff, person: may.then_some(person) };
        let mut memory = self.memory();
        if memory.found.len() >= MAX_REMEMBERED {
            memory.found.clear();
        }
        if memory.forgotten == forgotten {
            memory.found.insert(sid, found);
        }
        Ok(found)
    }
}
