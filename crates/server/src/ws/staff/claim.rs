//! `claim`: the first step. The winner alone gets the newest team boxes.

use domain::session::State;
use domain::staff::Status;
use domain::{Role, SessionId};
use hub::Channel;
use protocol::{ClaimedCase, ErrorCode, Reply};
use storage::StorageError;
use storage::sessions::Claim;

use super::Desk;
use super::access::Ties;
use crate::refusal::Refusal;

impl Desk {
    pub(super) async fn claim(&mut self, session: SessionId) -> Result<Reply, Refusal> {
        if !self.access.roles.has(Role::Counselor) {
            return Err(ErrorCode::Forbidden.into());
        }
        let claim = Claim { session, staff: self.access.staff, now: self.app.now() };
        let claimed = match self.app.store.sessions.claim(claim, self.app.policy.as_ref()).await {
            Ok(claimed) => claimed,
            Err(StorageError::NotNext) => return Err(self.why_not_next().await?.into()),
            Err(StorageError::NotFound) => return Err(ErrorCode::Taken.into()),
            Err(error) => return Err(error.into()),
        };
        let case = claimed.session.case;
        self.connection.subscribe(Channel::Case(case));
        self.app.session_changed(&claimed.session);
        let State::Opening { until, .. } = claimed.session.state else {
            return Err(ErrorCode::WrongState.into());
        };
        let ties = Ties { newest: claimed.session, opening: self.live_opening(case).await? };
        let case = self.hold(ties, &claimed.boxes).await?;
        Ok(Reply::Claimed(ClaimedCase { case, deadline: until.0 }))
    }

    /// Why the rules give this person another session, or none.
    async fn why_not_next(&self) -> Result<ErrorCode, Refusal> {
        let Some(who) = self.candidate().await? else { return Ok(ErrorCode::KeysMissing) };
        if who.status != Status::Available || who.load >= who.limit {
            return Ok(ErrorCode::NotAvailable);
        }
        let mut queue = self.app.store.sessions.queue().await?;
        if queue.is_empty() {
            return Ok(ErrorCode::NobodyWaits);
        }
        let now = self.app.now();
        self.app.policy.order(&mut queue, now);
        let next = self.app.policy.next(&queue, &who, now);
        Ok(if next.is_none() { ErrorCode::KeysMissing } else { ErrorCode::NotNext })
    }
}
