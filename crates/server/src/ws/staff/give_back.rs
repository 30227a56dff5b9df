//! `give_back`: the case goes to the team again, at the head of its class.

use domain::{Case, SessionId};
use protocol::{FrameProblem, NewEpoch, Reply};
use storage::sessions::GiveBack;

use super::Desk;
use crate::check::{self, Standing};
use crate::refusal::Refusal;
use crate::ws::append;

impl Desk {
    pub(super) async fn give_back(
        &mut self,
        session: SessionId,
        epoch: &NewEpoch,
    ) -> Result<Reply, FrameProblem> {
        let case = self.case_given(session).await.map_err(Refusal::into_frame)?;
        match self.give(session, &case, epoch).await {
            Ok(()) => Ok(Reply::Done),
            Err(refusal) => Err(self.refuse(case.id, refusal).await),
        }
    }

    async fn give(
        &mut self,
        session: SessionId,
        case: &Case,
        epoch: &NewEpoch,
    ) -> Result<(), Refusal> {
        let (staff, now) = (self.access.staff, self.app.now());
        let standing = Standing::default();
        let record = check::reopening(&self.app, case, epoch, Some(staff), standing).await?;
        let head = record.head.clone();
        let give_back = GiveBack { session, staff, record, now };
        let moved = self.app.store.sessions.give_back(give_back).await?;
        append::tell_record(&self.app, case.id, &head);
        self.let_go_unless_opened(case.id).await?;
        self.app.session_changed(&moved.session);
        Ok(())
    }

    /// The case to give back. A retry, whose answer was lost, comes when it waits again already:
    /// whose record it is shows then.
    async fn case_given(&self, session: SessionId) -> Result<Case, Refusal> {
        let session = self.app.store.sessions.get(session).await?;
        Ok(self.app.store.cases.get(session.case).await?)
    }
}
