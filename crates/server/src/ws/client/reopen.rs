//! `reopen`: the case goes to the team again, or takes its place in the queue again.

use domain::SessionId;
use domain::session::State;
use protocol::{ErrorCode, FrameProblem, NewEpoch, Reply};
use storage::cases::Rejoin;
use storage::records::NewRecord;
use storage::sessions::Reopen;

use super::Page;
use crate::check::{self, Standing};
use crate::refusal::Refusal;
use crate::ws::append;

impl Page {
    pub(super) async fn reopen(&mut self, epoch: Option<&NewEpoch>) -> Result<Reply, FrameProblem> {
        match self.reopened(epoch).await {
            Ok(reply) => Ok(reply),
            Err(refusal) => Err(self.refuse(refusal).await),
        }
    }

    async fn reopened(&mut self, epoch: Option<&NewEpoch>) -> Result<Reply, Refusal> {
        self.session = self.app.store.sessions.newest(self.case).await?;
        let record = match epoch {
            Some(epoch) => Some(self.judge(epoch).await?),
            None => None,
        };
        let head = record.as_ref().map(|record| record.head.clone());
        match (&self.session.state, record) {
            (State::Ended { .. }, record) => self.rejoin(record).await?,
            (_, Some(record)) => {
                let reopen = Reopen { session: self.session.id, record, now: self.app.now() };
                self.session = self.app.store.sessions.reopen(reopen).await?.session;
            }
            // It stands in the queue: there is nothing to do.
            (State::Waiting, None) if !self.session.left_behind => {}
            (_, None) => return Err(ErrorCode::WrongState.into()),
        }
        if let Some(head) = head {
            append::tell_record(&self.app, self.case, &head);
            self.feed.own_record(head.epoch);
        }
        self.app.session_changed(&self.session);
        self.session_reply().await
    }

    /// A new session of the case, under the same token.
    async fn rejoin(&mut self, record: Option<NewRecord>) -> Result<(), Refusal> {
        let rejoin = Rejoin {
            case: self.case,
            session: SessionId::new(self.app.draw()?),
            token: self.token,
            record,
            now: self.app.now(),
        };
        self.session = self.app.store.cases.rejoin(rejoin).await?;
        Ok(())
    }

    async fn judge(&self, epoch: &NewEpoch) -> Result<NewRecord, Refusal> {
        let case = self.stored_case().await?;
        check::reopening(&self.app, &case, epoch, None, Standing::default()).await
    }
}
