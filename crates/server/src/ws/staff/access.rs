//! What this person may have now, judged by the newest session of the case.

use domain::{CaseId, Lane, Session, access};
use protocol::{ErrorCode, Id};

use super::Desk;
use crate::refusal::Refusal;

impl Desk {
    /// Whether the person is there: assigned, or the last one until the wrap-up is sent.
    pub(super) fn is_there(&self, newest: &Session) -> bool {
        let times = self.app.settings.times.rules();
        access::is_there(newest, self.access.staff, self.app.now(), &times)
    }

    /// Whether the person may have the records: also while opening the case.
    pub(super) fn may_see_records(&self, newest: &Session) -> bool {
        let times = self.app.settings.times.rules();
        access::staff_may_see_records(newest, self.access.staff, self.app.now(), &times)
    }

    /// The case and lane of a command about messages.
    ///
    /// # Errors
    /// `not_assigned`, also for a case that does not exist; `wrong_lane`.
    pub(super) async fn there(&self, case_id: Id, lane: u8) -> Result<(CaseId, Lane), Refusal> {
        let case = CaseId::new(case_id.0);
        let lane = Lane::from_number(lane).ok_or(ErrorCode::WrongLane)?;
        let newest = self.newest(case).await?;
        if self.is_there(&newest) && self.reads(case, lane).await? {
            Ok((case, lane))
        } else {
            Err(ErrorCode::NotAssigned.into())
        }
    }

    /// The newest session of a case; a stranger does not learn whether there is one.
    pub(super) async fn newest(&self, case: CaseId) -> Result<Session, Refusal> {
        self.app.store.sessions.newest(case).await.map_err(|error| match error {
            storage::StorageError::NotFound => ErrorCode::NotAssigned.into(),
            other => other.into(),
        })
    }

    /// Whether the person is a reader of the newest epoch of a lane.
    pub(super) async fn reads(&self, case: CaseId, lane: Lane) -> Result<bool, Refusal> {
        Ok(self.app.store.records.reads_newest(case, lane, self.kem).await?)
    }
}
