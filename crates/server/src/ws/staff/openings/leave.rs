//! `leave`: a supervisor who has joined goes again.

use crypto::epoch::Reason;
use domain::CaseId;
use protocol::{ErrorCode, FrameProblem, Id, NewEpoch, Reply};
use storage::sessions::LeaveRecords;

use crate::check::Standing;
use crate::refusal::Refusal;
use crate::ws::staff::Desk;
use crate::ws::staff::pair::Telling;

impl Desk {
    pub(in crate::ws::staff) async fn leave(
        &mut self,
        case_id: Id,
        chat: &NewEpoch,
        notes: &NewEpoch,
    ) -> Result<Reply, FrameProblem> {
        let case = CaseId::new(case_id.0);
        match self.post_leaving(case, chat, notes).await {
            Ok(()) => Ok(Reply::Done),
            Err(refusal) => Err(self.refuse(case, refusal).await),
        }
    }

    async fn post_leaving(
        &mut self,
        case: CaseId,
        chat: &NewEpoch,
        notes: &NewEpoch,
    ) -> Result<(), Refusal> {
        let newest = self.newest(case).await?;
        let stored = self.app.store.cases.get(case).await?;
        let (reasons, standing) = ([Reason::Leave], Standing::default());
        let judged = self.judge_pair(&stored, (chat, &reasons), (notes, &reasons), standing).await;
        let (chat, notes) = judged.map_err(|refusal| match refusal.code {
            // Who has not joined has nothing to leave. A retry is not judged again and passes.
            ErrorCode::RecordRefused if !newest.has_joined(self.access.staff) => {
                ErrorCode::NotAssigned.into()
            }
            _ => refusal,
        })?;
        let telling = Telling::of(&chat, &notes, None);
        let (session, staff, now) = (newest.id, self.access.staff, self.app.now());
        let leaving = LeaveRecords { session, staff, chat, notes, now };
        let moved = self.app.store.sessions.leave(leaving).await?;
        self.let_go_unless_opened(case).await?;
        self.tell_moved(&telling, &moved);
        Ok(())
    }
}
