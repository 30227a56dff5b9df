//! What a signal shows to a desk: of each case no more than this person may have at that moment.

use domain::CaseId;
use hub::{Channel, Signal};
use protocol::{Event, Id};

use super::Desk;
use crate::refusal::Refusal;
use crate::view;

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
            Signal::Message { case, lane, message } if self.hears(case) => {
                let Some(held) = self.cases.get_mut(&case) else { return Ok(Vec::new()) };
                held.feed(lane).message(&app, case, &message).await
            }
            Signal::Stored { case, lane, seq } if self.hears(case) => {
                let Some(held) = self.cases.get_mut(&case) else { return Ok(Vec::new()) };
                held.feed(lane).stored(&app, case, seq).await
            }
            Signal::Records { case, lane, epoch } if self.sees_records(case).await? => {
                let kem = self.kem;
                let Some(held) = self.cases.get_mut(&case) else { return Ok(Vec::new()) };
                held.feed(lane).records(&app, case, kem, epoch).await
            }
            Signal::Read { case, lane, seq, by_client: true } if self.hears(case) => {
                let case_id = Id(*case.as_bytes());
                Ok(vec![Event::Read { case_id, lane: lane.number(), seq, by_client: true }])
            }
            Signal::Message { .. }
            | Signal::Stored { .. }
            | Signal::Records { .. }
            | Signal::Read { .. } => Ok(Vec::new()),
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
        self.cases.get(&case).is_some_and(|held| self.is_there(&held.session))
    }

    /// Judged by the session as it stands: a record is told before the session that it opens.
    async fn sees_records(&self, case: CaseId) -> Result<bool, Refusal> {
        if !self.cases.contains_key(&case) {
            return Ok(false);
        }
        let newest = self.app.store.sessions.newest(case).await?;
        Ok(self.may_see_records(&newest))
    }

    /// The newest session as it stands now. Who lost it is told that, and then nothing more.
    async fn hear_session(&mut self, case: CaseId) -> Result<Vec<Event>, Refusal> {
        if !self.cases.contains_key(&case) {
            return Ok(Vec::new());
        }
        let newest = self.app.store.sessions.newest(case).await?;
        let keeps = self.may_see_records(&newest);
        let view = view::session(&self.app, &newest).await?;
        let Some(held) = self.cases.get_mut(&case) else { return Ok(Vec::new()) };
        let same = held.session.id == newest.id;
        let changed = same && held.shown != view;
        held.session = newest;
        held.shown = view.clone();
        if !keeps {
            self.let_go(case);
        }
        let event = Event::SessionChanged { case_id: Id(*case.as_bytes()), session: view };
        Ok(if changed { vec![event] } else { Vec::new() })
    }

    /// Hears nothing more of a case.
    pub(super) fn let_go(&mut self, case: CaseId) {
        self.cases.remove(&case);
        let supervises = self.is_supervisor();
        self.escalations.retain(|of, _| *of != case || supervises);
        self.connection.unsubscribe(Channel::Case(case));
    }
}
