//! Sign-ins that live, remembered for two seconds: a revoked one is out by then.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
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
pub(crate) struct Living(Mutex<HashMap<SignInId, Found>>);

#[derive(Clone, Copy)]
struct Found {
    at: Timestamp,
    staff: StaffId,
    /// None: it does not live, or its person may not sign in.
    roles: Option<Roles>,
}

impl Living {
    /// What the person of a living sign-in may do now.
    ///
    /// # Errors
    /// `token_invalid` when the sign-in is over or the person may not sign in.
    pub(crate) async fn roles(
        &self,
        store: &Store,
        staff: StaffId,
        sid: SignInId,
        now: Timestamp,
    ) -> Result<Roles, Refusal> {
        let found = match self.remembered(sid, now) {
            Some(found) => found,
            None => self.look_up(store, sid, now).await?,
        };
        found.roles.filter(|_| found.staff == staff).ok_or_else(|| ErrorCode::TokenInvalid.into())
    }

    /// Forgets everything: somebody was disabled, or signed out.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn remembered(&self, sid: SignInId, now: Timestamp) -> Option<Found> {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&sid).copied();
        found.filter(|found| now.since(found.at) < REMEMBERED)
    }

    async fn look_up(
        &self,
        store: &Store,
        sid: SignInId,
        now: Timestamp,
    ) -> Result<Found, Refusal> {
        let sign_in = match store.sign_ins.get(sid, now).await {
            Ok(sign_in) => sign_in,
            // Not remembered: made-up sids would fill the memory.
            Err(StorageError::NotFound) => return Err(ErrorCode::TokenInvalid.into()),
            Err(error) => return Err(error.into()),
        };
        let member = store.staff.get(sign_in.staff).await?;
        let may = !member.disabled && member.standing != Standing::Former;
        let found = Found { at: now, staff: member.staff, roles: may.then_some(member.roles) };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_REMEMBERED {
            all.clear();
        }
        all.insert(sid, found);
        Ok(found)
    }
}
