//! `requeue`: a supervisor puts a case that nobody is there for into the queue again.

use crypto::epoch::Reason;
use domain::{CaseId, Lane};
use protocol::{FrameProblem, Id, NewEpoch, Reply};
use storage::sessions::Requeue;

use super::Opened;
use crate::check::{Chain, Post};
use crate::refusal::Refusal;
use crate::ws::append;
use crate::ws::staff::Desk;

impl Desk {
    pub(in crate::ws::staff) async fn requeue(
        &mut self,
        case_id: Id,
        epoch: &NewEpoch,
    ) -> Result<Reply, FrameProblem> {
        let case = CaseId::new(case_id.0);
        match self.post_requeue(case, epoch).await {
            Ok(()) => Ok(Reply::Done),
            Err(refusal) => Err(self.refuse(case, refusal).await),
        }
    }

    async fn post_requeue(&mut self, case: CaseId, epoch: &NewEpoch) -> Result<(), Refusal> {
        let Opened { case, newest, standing } = self.must_have_opened(case).await?;
        let org = self.app.org.now();
        let (store, by) = (&self.app.store, Some(self.access.staff));
        let mut chain = Chain::load(store, &org, self.app.org_id(), &case, Lane::Chat).await?;
        let reasons = &[Reason::Reopen];
        let record = chain.post(&Post { epoch, reasons, by, lane_1: None, standing })?;
        let head = record.head.clone();
        let (session, staff, now) = (newest.id, self.access.staff, self.app.now());
        let moved = store.sessions.requeue(Requeue { session, staff, record, now }).await?;
        append::tell_record(&self.app, case.id, &head);
        self.app.session_changed(&moved.session);
        Ok(())
    }
}
