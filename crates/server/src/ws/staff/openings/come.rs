//! A supervisor comes into a case: to help, or in place of the counselor.

use crypto::epoch::Reason;
use domain::CaseId;
use protocol::{ErrorCode, FrameProblem, Id, Reply};
use storage::sessions::JoinRecords;

use super::Opened;
use crate::refusal::Refusal;
use crate::ws::staff::Desk;
use crate::ws::staff::pair::{Posted, Telling};

/// How somebody comes.
#[derive(Clone, Copy)]
pub(super) enum Come {
    /// Beside the counselor.
    Join,
    /// In place of the counselor.
    TakeOver,
}

impl Come {
    const fn reason(self) -> Reason {
        match self {
            Self::Join => Reason::Join,
            Self::TakeOver => Reason::Transfer,
        }
    }
}

impl Desk {
    /// Both records and the greeting; gives the case.
    pub(super) async fn come(
        &mut self,
        case_id: Id,
        posted: &Posted,
        how: Come,
    ) -> Result<Reply, FrameProblem> {
        let case = CaseId::new(case_id.0);
        match self.post_coming(case, posted, how).await {
            Ok(()) => self.case(case).await.map_err(Refusal::into_frame),
            Err(refusal) => Err(self.refuse(case, refusal).await),
        }
    }

    async fn post_coming(
        &mut self,
        case: CaseId,
        posted: &Posted,
        how: Come,
    ) -> Result<(), Refusal> {
        let Opened { case, newest, standing } = self.must_have_opened(case).await?;
        if standing.assigned.is_none() {
            return Err(ErrorCode::NotAssigned.into());
        }
        let reasons = [how.reason()];
        let (chat, notes) = (&posted.chat, &posted.notes);
        let (chat, notes) =
            self.judge_pair(&case, (chat, &reasons), (notes, &reasons), standing).await?;
        let hello = self.greeting(case.id, &posted.hello)?;
        let telling = Telling::of(&chat, &notes, Some(&hello));
        let (session, staff, now) = (newest.id, self.access.staff, self.app.now());
        let records = JoinRecords { session, staff, chat, notes, messages: vec![hello], now };
        let sessions = &self.app.store.sessions;
        let moved = match how {
            Come::Join => sessions.join(records).await?,
            Come::TakeOver => sessions.take_over(records).await?,
        };
        self.tell_moved(&telling, &moved);
        Ok(())
    }
}
