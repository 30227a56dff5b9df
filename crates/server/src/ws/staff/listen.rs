//! What a signal shows to a desk: of each case no more than this person may have at that moment.

use domain::{CaseId, Lane};
use hub::{Channel, Signal};
use protocol::{Event, Id};

use super::Desk;
use crate::refusal::Refusal;
use crate::view::{self, Reader};

impl Desk {
    pub(super) async fn hear(&mut self, signal: Signal) -> Result<Vec<Event>, Refusal> {
        let app = self.app.clone();
        match signal {
            Signal::OrgChanged => self.hear_org().await,
            Signal::Session { case } => {
                let mut events = self.hear_session(case).await?;
                events.extend(self.hear_marks(case).await?);
                Ok(events)
            }
            Signal::Escalation { case, escalation } => self.hear_escalation(case, escalation).await,
            Signal::Paged(page) => Ok(self.hear_page(&page)),
            Signal::Supervisors => self.hear_supervisors().await,
            Signal::Board => Ok(self.hear_board()),
            Signal::Message { case, lane, message } if self.hears(case) => {
                let Some(held) = self.cases.get_mut(&case) else { return Ok(Vec::new()) };
                held.feed(lane).message(&app, case, &message).await
            }
            Signal::Stored { case, lane, seq } if self.hears(case) => {
                let Some(held) = self.cases.get_mut(&case) else { return Ok(Vec::new()) };
                held.feed(lane).stored(&app, case, seq).await
            }
            Signal::Records { case, lane, epoch } => self.hear_records(case, lane, epoch).await,
            Signal::Opening { case, opening } => self.hear_opening(case, opening).await,
            Signal::Read { case, lane, seq, by_client: true } if self.hears(case) => {
                let case_id = Id(*case.as_bytes());
                Ok(vec![Event::Read { case_id, lane: lane.number(), seq, by_client: true }])
            }
            Signal::Message { .. } | Signal::Stored { .. } | Signal::Read { .. } => Ok(Vec::new()),
        }
    }

    /// A roster may have given this person a role, new halves make them able to take somebody.
    async fn hear_org(&mut self) -> Result<Vec<Event>, Refusal> {
        self.queue.mark_changed();
        let mut events = vec![Event::OrgChanged];
        events.extend(self.hear_roles().await?);
        Ok(events)
    }

    pub(super) fn hears(&self, case: CaseId) -> bool {
        self.cases.get(&case).is_some_and(|held| {
            self.is_there(&held.session) || self.reads_by(held.opening.as_ref(), &held.session)
        })
    }

    /// Judged by the session as it stands: a record is told before the session that it opens.
    async fn hear_records(
        &mut self,
        case: CaseId,
        lane: Lane,
        epoch: u32,
    ) -> Result<Vec<Event>, Refusal> {
        if !self.cases.contains_key(&case) {
            return Ok(Vec::new());
        }
        let ties = self.ties(case).await?;
        if !self.may_see_records(&ties) {
            // Nor what is said under it, before the session tells them that they lost the case.
            if let Some(held) = self.cases.get_mut(&case) {
                (held.session, held.opening) = (ties.newest, ties.opening);
            }
            return Ok(Vec::new());
        }
        let (app, released) = (self.app.clone(), self.released_by_opening(&ties).await?);
        let reader = Reader { rkid: self.kem, lanes: Self::BOTH, released: &released };
        let Some(held) = self.cases.get_mut(&case) else { return Ok(Vec::new()) };
        held.feed(lane).records(&app, case, &reader, epoch).await
    }

    /// The newest session as it stands now. Who lost it is told that, and then nothing more.
    async fn hear_session(&mut self, case: CaseId) -> Result<Vec<Event>, Refusal> {
        if !self.cases.contains_key(&case) {
            return Ok(Vec::new());
        }
        let ties = self.ties(case).await?;
        let keeps = self.may_see_records(&ties);
        let view = view::session(&self.app, &ties.newest).await?;
        let Some(held) = self.cases.get_mut(&case) else { return Ok(Vec::new()) };
        let same = held.session.id == ties.newest.id;
        let changed = (same || ties.opening.is_some()) && held.shown != view;
        (held.session, held.opening) = (ties.newest, ties.opening);
        held.shown = view.clone();
        if !keeps {
            self.let_go(case);
        }
        let event = Event::SessionChanged { case_id: Id(*case.as_bytes()), session: view };
        Ok(if changed { vec![event] } else { Vec::new() })
    }

    /// Who is out of the talk and still has the case open goes on reading; anybody else hears
    /// nothing more of it.
    pub(super) async fn let_go_unless_opened(&mut self, case: CaseId) -> Result<(), Refusal> {
        if self.live_opening(case).await?.is_none() {
            self.let_go(case);
        }
        Ok(())
    }

    /// Hears nothing more of a case.
    pub(super) fn let_go(&mut self, case: CaseId) {
        self.cases.remove(&case);
        let supervises = self.is_supervisor();
        self.escalations.retain(|of, _| *of != case || supervises);
        self.connection.unsubscribe(Channel::Case(case));
    }
}
