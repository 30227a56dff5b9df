//! `claim_records`: the second step. Both epochs and the greeting, in one transaction.

use crypto::epoch::Reason;
use domain::session::State;
use domain::{Case, Lane, SessionId, Timestamp};
use protocol::{Envelope, ErrorCode, FrameProblem, NewEpoch, Reply};
use storage::messages::NewMessage;
use storage::sessions::{ClaimRecords, Moved};

use super::Desk;
use super::held::Held;
use crate::check::{self, Chain, Post, Sender};
use crate::refusal::Refusal;
use crate::view;
use crate::ws::{append, refused};

/// What the browser of the claimer made.
pub(super) struct Posted {
    pub(super) chat: NewEpoch,
    pub(super) notes: NewEpoch,
    pub(super) hello: Envelope,
}

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
        let heads = [records.chat.head.clone(), records.notes.head.clone()];
        let message = records.messages.first().cloned();
        let moved = self.app.store.sessions.claim_records(records).await?;
        // From here on it stands: the others hear of it whatever becomes of this socket.
        for head in &heads {
            append::tell_record(&self.app, case.id, head);
        }
        if let (Some(message), Some(stored)) = (message, moved.stored.first()) {
            append::tell(&self.app, case.id, &message, stored);
        }
        self.app.session_changed(&moved.session);
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
        let org = self.app.org.now();
        let (store, org_id) = (&self.app.store, self.app.org_id());
        let by = Some(self.access.staff);
        let mut lane_1 = Chain::load(store, &org, org_id, case, Lane::Chat).await?;
        let reasons = &[Reason::Claim];
        let chat = lane_1.post(&Post { epoch: &posted.chat, reasons, by, lane_1: None })?;
        let mut lane_2 = Chain::load(store, &org, org_id, case, Lane::Notes).await?;
        let reasons = &[Reason::Claim, Reason::Open];
        let lane_1 = Some(&lane_1);
        let notes = lane_2.post(&Post { epoch: &posted.notes, reasons, by, lane_1 })?;
        let hello = self.greeting(case, &posted.hello)?;
        Ok(ClaimRecords {
            session,
            staff: self.access.staff,
            chat,
            notes,
            messages: vec![hello],
            now: self.app.now(),
        })
    }

    fn greeting(&self, case: &Case, hello: &Envelope) -> Result<NewMessage, Refusal> {
        let sender = Sender::Staff(self.sig);
        let (named, message) = check::message(self.app.org_id(), sender, hello)?;
        if named != case.id {
            return Err(ErrorCode::EnvelopeRefused.into());
        }
        if message.lane != Lane::Chat {
            return Err(ErrorCode::WrongLane.into());
        }
        Ok(message)
    }

    async fn claimed(&mut self, case: &Case, moved: Moved) -> Result<Reply, Refusal> {
        let stored = self.app.store.cases.get(case.id).await?;
        let reader = view::Reader { rkid: self.kem, lanes: Self::BOTH, team: &[] };
        let view = view::case(&self.app, &stored, &moved.session, &reader).await?;
        self.cases.insert(case.id, Held::of_view(moved.session, &view));
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
        let reader = view::Reader { rkid: self.kem, lanes: Self::BOTH, team: &team };
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
