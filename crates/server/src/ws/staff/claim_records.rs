//! `claim_records`: the second step. Both epochs and the greeting, in one transaction.

use crypto::epoch::Reason;
use domain::session::State;
use domain::{Case, SessionId, Timestamp};
use protocol::{ErrorCode, FrameProblem, Reply};
use storage::sessions::{ClaimRecords, Moved};

use super::Desk;
use super::access::Ties;
use super::pair::{Posted, Telling};
use crate::check::Standing;
use crate::refusal::Refusal;
use crate::view;
use crate::ws::refused;

impl Desk {
    pub(super) async fn claim_records(
        &mut self,
        session: SessionId,
        posted: &Posted,
    ) -> Result<Reply, FrameProblem> {
        let case = match self.case_of(session).await {
            Ok(case) => case,
            Err(refusal) => return Err(refusal.into_frame()),
        };
        match self.post_claim(session, &case, posted).await {
            Ok(moved) => self.claimed(&case, moved).await.map_err(Refusal::into_frame),
            Err(refusal) => Err(self.refuse_opener(&case, refusal).await),
        }
    }

    async fn post_claim(
        &mut self,
        session: SessionId,
        case: &Case,
        posted: &Posted,
    ) -> Result<Moved, Refusal> {
        let records = self.judge_claim(session, case, posted).await?;
        let telling = Telling::of(&records.chat, &records.notes, records.messages.first());
        let moved = self.app.store.sessions.claim_records(records).await?;
        self.tell_moved(&telling, &moved);
        // Somebody speaks to them now, and this person is there to hear what comes of it.
        moved.escalation.iter().for_each(|open| self.app.escalation_changed(open));
        Ok(moved)
    }

    async fn judge_claim(
        &self,
        session: SessionId,
        case: &Case,
        posted: &Posted,
    ) -> Result<ClaimRecords, Refusal> {
        let chat = (&posted.chat, [Reason::Claim].as_slice());
        let notes = (&posted.notes, [Reason::Claim, Reason::Open].as_slice());
        let (chat, notes) = self.judge_pair(case, chat, notes, Standing::default()).await?;
        let hello = self.greeting(case.id, &posted.hello)?;
        Ok(ClaimRecords {
            session,
            staff: self.access.staff,
            chat,
            notes,
            messages: vec![hello],
            now: self.app.now(),
        })
    }

    async fn claimed(&mut self, case: &Case, moved: Moved) -> Result<Reply, Refusal> {
        let ties = Ties { newest: moved.session, opening: self.live_opening(case.id).await? };
        let view = self.hold(ties, &[]).await?;
        Ok(Reply::Case(view))
    }

    /// The case of a session that this person is opening, or holds already.
    pub(super) async fn case_of(&self, session: SessionId) -> Result<Case, Refusal> {
        let session = self.app.store.sessions.get(session).await.map_err(|error| match error {
            storage::StorageError::NotFound => ErrorCode::NotAssigned.into(),
            other => Refusal::from(other),
        })?;
        match session.state {
            State::Opening { by, .. } | State::Active { by, .. } if by == self.access.staff => {
                Ok(self.app.store.cases.get(session.case).await?)
            }
            // They let it lapse, and it waits again or is somebody else's.
            State::Waiting | State::Opening { .. } => Err(ErrorCode::Lapsed.into()),
            State::Active { .. } => Err(ErrorCode::NotAssigned.into()),
            State::Ended { .. } => Err(ErrorCode::SessionEnded.into()),
        }
    }

    /// The refusal; after `stale_epoch` with the chains, the newest team boxes and the new deadline.
    async fn refuse_opener(&self, case: &Case, refusal: Refusal) -> FrameProblem {
        if refusal.code != ErrorCode::StaleEpoch {
            return refusal.into_frame();
        }
        let (app, me) = (&self.app, self.access.staff);
        // Whoever is not opening it any more gets no team box; own boxes are theirs.
        let team = app.store.records.team_boxes(case.id, me, app.now()).await.unwrap_or_default();
        let reader = view::Reader { rkid: self.kem, lanes: Self::BOTH, released: &team };
        let stored = app.store.cases.get(case.id).await;
        let mut problem =
            refused::with_chains(app, stored.as_ref().unwrap_or(case), &reader, refusal).await;
        problem.deadline = self.deadline(case).await.map(|until| until.0);
        problem
    }

    async fn deadline(&self, case: &Case) -> Option<Timestamp> {
        match self.app.store.sessions.newest(case.id).await.ok()?.state {
            State::Opening { by, until } if by == self.access.staff => Some(until),
            _ => None,
        }
    }
}
