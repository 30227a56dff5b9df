//! `requeue`: a supervisor puts a case that nobody is there for into the queue again.

use domain::CaseId;
use protocol::{FrameProblem, Id, NewEpoch, Reply};
use storage::sessions::Requeue;

use super::Opened;
use crate::check;
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
        let (session, staff, now) = (newest.id, self.access.staff, self.app.now());
        let record = check::reopening(&self.app, &case, epoch, Some(staff), standing).await?;
        let head = record.head.clone();
        let requeue = Requeue { session, staff, record, now };
        let moved = self.app.store.sessions.requeue(requeue).await?;
        append::tell_record(&self.app, case.id, &head);
        self.app.session_changed(&moved.session);
        Ok(())
    }
}
