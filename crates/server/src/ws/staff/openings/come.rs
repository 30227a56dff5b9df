//! A supervisor comes into a case: to help, or in place of the counselor.

use crypto::epoch::Reason;
use domain::CaseId;
use protocol::{ErrorCode, FrameProblem, Id, Reply};
use storage::sessions::JoinRecords;

use super::Opened;
use crate::refusal::Refusal;
use crate::ws::staff::Desk;
use crate::ws::staff::pair::{Posted, Telling};

impl Desk {
    /// Both records and the greeting, for this reason; gives the case.
    pub(super) async fn come(
        &mut self,
        case_id: Id,
        posted: &Posted,
        reason: Reason,
    ) -> Result<Reply, FrameProblem> {
        let case = CaseId::new(case_id.0);
        match self.post_coming(case, posted, reason).await {
            Ok(()) => self.case(case).await.map_err(Refusal::into_frame),
            Err(refusal) => Err(self.refuse(case, refusal).await),
        }
    }

    async fn post_coming(
        &mut self,
        case: CaseId,
        posted: &Posted,
        reason: Reason,
    ) -> Result<(), Refusal> {
        let Opened { case, newest, standing } = self.must_have_opened(case).await?;
        if standing.assigned.is_none() {
            return Err(ErrorCode::NotAssigned.into());
        }
        let reasons = [reason];
        let (chat, notes) = (&posted.chat, &posted.notes);
        let (chat, notes) =
            self.judge_pair(&case, (chat, &reasons), (notes, &reasons), standing).await?;
        let hello = self.greeting(case.id, &posted.hello)?;
        let telling = Telling::of(&chat, &notes, Some(&hello));
        let (session, staff, now) = (newest.id, self.access.staff, self.app.now());
        let records = JoinRecords { session, staff, chat, notes, messages: vec![hello], now };
        let sessions = &self.app.store.sessions;
        let moved = match reason {
            Reason::Join => sessions.join(records).await?,
            _ => sessions.take_over(records).await?,
        };
        self.tell_moved(&telling, &moved);
        Ok(())
    }
}
