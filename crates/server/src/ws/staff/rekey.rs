//! `rekey`: new epochs for those who read a case already.

use crypto::epoch::Reason;
use domain::session::State;
use domain::{Case, CaseId, Lane, Session};
use protocol::{ErrorCode, FrameProblem, Id, NewEpoch, Reply};
use storage::records::NewRecord;
use storage::sessions::Rekey;

use super::Desk;
use super::pair::Telling;
use crate::check::{Chain, Post, Standing};
use crate::refusal::Refusal;

/// What the browser of whoever makes them has made.
pub(super) struct NewEpochs {
    pub(super) through: Option<NewEpoch>,
    pub(super) chat: NewEpoch,
    pub(super) notes: Option<NewEpoch>,
}

/// The same, judged.
struct Judged {
    through: Option<NewRecord>,
    chat: NewRecord,
    notes: Option<NewRecord>,
}

impl Desk {
    pub(super) async fn rekey(
        &mut self,
        case_id: Id,
        epochs: &NewEpochs,
    ) -> Result<Reply, FrameProblem> {
        let case = CaseId::new(case_id.0);
        match self.post_rekey(case, epochs).await {
            Ok(()) => Ok(Reply::Done),
            Err(refusal) => Err(self.refuse(case, refusal).await),
        }
    }

    async fn post_rekey(&mut self, case: CaseId, epochs: &NewEpochs) -> Result<(), Refusal> {
        let newest = self.newest(case).await?;
        let standing = self.must_be_in_or_have_opened(&newest).await?;
        let case = self.app.store.cases.get(case).await?;
        let Judged { through, chat, notes } = self.judge_rekey(&case, epochs, standing).await?;
        let telling = Telling::of_records(through.iter().chain([&chat]).chain(notes.as_ref()));
        let (session, staff, now) = (newest.id, self.access.staff, self.app.now());
        let rekey = Rekey { session, staff, through, chat, notes, now };
        let moved = self.app.store.sessions.rekey(rekey).await?;
        self.tell_moved(&telling, &moved);
        Ok(())
    }

    /// What lets this person make new epochs of a case.
    ///
    /// # Errors
    /// `not_assigned`; `not_opened` and `read_only` for a supervisor.
    async fn must_be_in_or_have_opened(&mut self, newest: &Session) -> Result<Standing, Refusal> {
        let assigned = match newest.state {
            State::Active { by, .. } => Some(by),
            _ => None,
        };
        if newest.is_attended_by(self.access.staff) {
            return Ok(Standing { opened: false, assigned });
        }
        if self.must_be_supervisor().await.is_err() {
            return Err(ErrorCode::NotAssigned.into());
        }
        match self.live_opening(newest.case).await? {
            None => Err(ErrorCode::NotOpened.into()),
            Some(opening) if opening.reason.reads_only() => Err(ErrorCode::ReadOnly.into()),
            Some(_) => Ok(Standing { opened: true, assigned }),
        }
    }

    async fn judge_rekey(
        &self,
        case: &Case,
        NewEpochs { through, chat, notes }: &NewEpochs,
        standing: Standing,
    ) -> Result<Judged, Refusal> {
        let org = self.app.org.now();
        let (store, org_id, by) = (&self.app.store, self.app.org_id(), Some(self.access.staff));
        let mut lane_1 = Chain::load(store, &org, org_id, case, Lane::Chat).await?;
        let again = if through.is_some() { Reason::Claim } else { Reason::Rekey };
        let post = |epoch, reasons| Post { epoch, reasons, by, lane_1: None, standing };
        let through = match through {
            Some(epoch) => Some(lane_1.post(&post(epoch, &[Reason::Reopen]))?),
            None => None,
        };
        let chat = lane_1.post(&post(chat, &[again]))?;
        let notes = match notes {
            Some(epoch) => {
                let mut lane_2 = Chain::load(store, &org, org_id, case, Lane::Notes).await?;
                let (reasons, lane_1) = ([again], Some(&lane_1));
                Some(lane_2.post(&Post { epoch, reasons: &reasons, by, lane_1, standing })?)
            }
            None => None,
        };
        Ok(Judged { through, chat, notes })
    }
}
