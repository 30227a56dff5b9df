//! What a desk hears of escalations, and who is there to answer them.

use domain::paging::Page;
use domain::{CaseId, EscId, Role};
use protocol::Event;

use crate::auth::Caller;
use crate::refusal::Refusal;
use crate::view;
use crate::ws::staff::Desk;

impl Desk {
    /// The roles by storage, which a new roster may have changed.
    pub(super) async fn learn_roles(&mut self) -> Result<(), Refusal> {
        let (app, Caller { staff, sid, .. }) = (&self.app, self.access);
        let roles = app.auth.living.roles(&app.store, staff, sid, app.now()).await?;
        let before = std::mem::replace(&mut self.access.roles, roles);
        if before.has(Role::Supervisor) != roles.has(Role::Supervisor) {
            self.listen_by_role();
        }
        Ok(())
    }

    /// Whoever a new roster made a supervisor is shown what is open.
    pub(in crate::ws::staff) async fn hear_roles(&mut self) -> Result<Vec<Event>, Refusal> {
        let before = self.is_supervisor();
        self.learn_roles().await?;
        if before || !self.is_supervisor() {
            return Ok(Vec::new());
        }
        let open = self.called().await?.escalations;
        Ok(open.into_iter().map(|escalation| Event::Escalation { escalation }).collect())
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

    /// How many supervisors are there, when that changed.
    pub(in crate::ws::staff) fn hear_supervisors(&mut self) -> Vec<Event> {
        let count = self.supervisors_here();
        if self.supervisors == count {
            return Vec::new();
        }
        self.supervisors = count;
        vec![Event::Supervisors { count }]
    }
}
