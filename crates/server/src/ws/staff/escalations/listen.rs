//! What a desk hears of escalations, and who is there to answer them.

use domain::paging::Page;
use domain::{CaseId, EscId};
use protocol::{ErrorCode, Event};

use super::Called;
use crate::refusal::Refusal;
use crate::view;
use crate::ws::staff::Desk;

impl Desk {
    /// The roles by storage, which a new roster may have changed.
    pub(super) async fn learn_roles(&mut self) -> Result<(), Refusal> {
        let before = self.is_supervisor();
        self.access.look_again(&self.app).await?;
        if before != self.is_supervisor() {
            self.listen_by_role();
        }
        Ok(())
    }

    /// A new roster may have given a role or taken one.
    pub(in crate::ws::staff) async fn hear_roles(&mut self) -> Result<Vec<Event>, Refusal> {
        match self.learn_roles().await {
            // Whoever a roster drops is closed by their sign-in, with its own code.
            Ok(()) | Err(Refusal { code: ErrorCode::TokenInvalid, .. }) => {}
            Err(other) => return Err(other),
        }
        self.show_by_role().await
    }

    /// Whoever became a supervisor while the desk is open is shown what a welcome would have brought,
    /// and who is none any more hears nothing of what they only read; whichever frame it was by which
    /// the desk has learnt of it.
    async fn show_by_role(&mut self) -> Result<Vec<Event>, Refusal> {
        if self.as_supervisor == self.is_supervisor() {
            return Ok(Vec::new());
        }
        let Called { escalations, pages, supervisors, .. } = self.called().await?;
        if !self.as_supervisor {
            let held: Vec<CaseId> = self.cases.keys().copied().collect();
            for case in held {
                self.look_again(case).await?;
            }
            return Ok(Vec::new());
        }
        let escalations =
            escalations.into_iter().map(|escalation| Event::Escalation { escalation });
        let pages = pages.into_iter().map(|page| Event::Paged { page });
        let count = Event::Supervisors { count: supervisors };
        let supervised = self.hear_supervised().await?;
        Ok(escalations.chain(pages).chain([count]).chain(supervised).collect())
    }

    /// An escalation as it stands now, for supervisors and for who holds the case.
    pub(in crate::ws::staff) async fn hear_escalation(
        &mut self,
        case: CaseId,
        escalation: EscId,
    ) -> Result<Vec<Event>, Refusal> {
        if !self.is_supervisor() && !self.hears(case) {
            return Ok(Vec::new());
        }
        let view = view::escalation(&self.app, escalation, self.reasons()).await?;
        if self.escalations.get(&case) == Some(&view) {
            return Ok(Vec::new());
        }
        self.escalations.insert(case, view.clone());
        Ok(vec![Event::Escalation { escalation: view }])
    }

    /// The session of an escalation changed: the client left, or somebody has taken the case.
    pub(in crate::ws::staff) async fn hear_marks(
        &mut self,
        case: CaseId,
    ) -> Result<Vec<Event>, Refusal> {
        match self.escalations.get(&case) {
            Some(shown) => self.hear_escalation(case, super::escalation(shown.escalation_id)).await,
            None => Ok(Vec::new()),
        }
    }

    /// A page, where it is this supervisor's.
    pub(in crate::ws::staff) fn hear_page(&self, page: &Page) -> Vec<Event> {
        if page.staff == self.access.staff {
            vec![Event::Paged { page: view::paged(page) }]
        } else {
            Vec::new()
        }
    }

    /// How many supervisors are there, when that changed. Also this desk's own role may have.
    pub(in crate::ws::staff) async fn hear_supervisors(&mut self) -> Result<Vec<Event>, Refusal> {
        let mut events = self.show_by_role().await?;
        let count = self.supervisors_here();
        if self.supervisors != count {
            self.supervisors = count;
            events.push(Event::Supervisors { count });
        }
        Ok(events)
    }
}
