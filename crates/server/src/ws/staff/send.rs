//! `send`: a message of a member of staff, in either lane.

use domain::CaseId;
use domain::session::{Refused, State};
use protocol::{Envelope, ErrorCode, FrameProblem, Reply};
use storage::StorageError;
use storage::messages::Writer;

use super::Desk;
use crate::check::{self, Sender};
use crate::refusal::Refusal;
use crate::view;
use crate::wire;
use crate::ws::{append, refused};

impl Desk {
    pub(super) async fn send(&mut self, envelope: &Envelope) -> Result<Reply, FrameProblem> {
        let (case, message) = check::message(self.app.org_id(), Sender::Staff(self.sig), envelope)
            .map_err(Refusal::into_frame)?;
        let lane = message.lane;
        let writer = Writer::Staff { staff: self.access.staff, rkid: self.kem };
        match append::append(&self.app, case, writer, message).await {
            Ok(stored) => {
                if let Some(held) = self.cases.get_mut(&case) {
                    held.feed(lane).own(stored.seq);
                }
                Ok(Reply::Stored(wire::ack(&stored)))
            }
            Err(StorageError::NotFound) => Err(Refusal::from(ErrorCode::NotAssigned).into_frame()),
            Err(StorageError::Refused(Refused::WrongState | Refused::NotYours)) => {
                Err(Refusal::from(self.why_not(case).await).into_frame())
            }
            Err(error) => Err(self.refuse(case, error.into()).await),
        }
    }

    async fn why_not(&self, case: CaseId) -> ErrorCode {
        match self.app.store.sessions.newest(case).await.map(|newest| newest.state) {
            Ok(State::Ended { last, .. }) if last == Some(self.access.staff) => {
                ErrorCode::SessionEnded
            }
            _ => ErrorCode::NotAssigned,
        }
    }

    /// The refusal; after `stale_epoch` with the chains, for somebody who may still have them.
    pub(super) async fn refuse(&self, case: CaseId, refusal: Refusal) -> FrameProblem {
        let (stored, ties) = (self.app.store.cases.get(case).await, self.ties(case).await);
        match (stored, ties) {
            (Ok(stored), Ok(ties)) if self.may_see_records(&ties) => {
                // Without them a supervisor who has opened the case fetches it whole.
                let released = self.released_by_opening(&ties).await.unwrap_or_default();
                let released = released.as_slice();
                let reader = view::Reader { rkid: self.kem, lanes: Self::BOTH, released };
                refused::with_chains(&self.app, &stored, &reader, refusal).await
            }
            _ => refusal.into_frame(),
        }
    }
}
