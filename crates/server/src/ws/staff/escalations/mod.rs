//! Escalations at a desk: counselors raise, supervisors answer. One command a file.

mod acknowledge;
mod listen;
mod lower;
mod own;
mod page_seen;
mod raise;
mod reopen;
mod resolve;

use domain::{CaseId, EscId, Role};
use hub::{Channel, Signal};
use protocol::{EscalationView, Id, PageView, Reply};
use storage::escalations::Answered;

use super::Desk;
use crate::refusal::Refusal;
use crate::view::{self, Reasons};

pub(super) use raise::NewRaise;

/// What a desk is shown of escalations at its first frame.
pub(super) struct Called {
    pub(super) escalations: Vec<EscalationView>,
    pub(super) pages: Vec<PageView>,
    pub(super) supervisors: u32,
}

impl Desk {
    /// Listens as a supervisor, or no longer; tells every desk that supervisors came or went.
    pub(super) fn listen_by_role(&self) {
        if self.is_supervisor() {
            self.connection.subscribe(Channel::Supervisors);
        } else {
            self.connection.unsubscribe(Channel::Supervisors);
        }
        self.app.hub.publish(Channel::Desks, Signal::Supervisors);
    }

    /// The escalations of the queue or of the own cases, and who is there to answer them. Those
    /// cases are on the desk already.
    pub(super) async fn called(&mut self) -> Result<Called, Refusal> {
        let app = self.app.clone();
        let (mut escalations, mut pages) = (Vec::new(), Vec::new());
        if self.is_supervisor() {
            escalations = view::open_escalations(&app).await?;
            let to_deliver = app.store.escalations.pages_to_deliver(self.access.staff).await?;
            pages = to_deliver.iter().map(view::paged).collect();
        } else {
            for case in self.cases.keys() {
                escalations.extend(view::open_escalation(&app, *case, Reasons::Hidden).await?);
            }
        }
        let by_case = |one: &EscalationView| (CaseId::new(one.case_id.0), one.clone());
        self.escalations = escalations.iter().map(by_case).collect();
        self.supervisors = self.supervisors_here();
        Ok(Called { escalations, pages, supervisors: self.supervisors })
    }

    pub(super) const fn is_supervisor(&self) -> bool {
        self.access.roles.has(Role::Supervisor)
    }

    fn supervisors_here(&self) -> u32 {
        let here = self.app.hub.staff_on(Channel::Supervisors).len();
        u32::try_from(here).unwrap_or(u32::MAX)
    }

    const fn reasons(&self) -> Reasons {
        if self.is_supervisor() { Reasons::Sealed } else { Reasons::Hidden }
    }

    /// Refuses whoever is not a supervisor now.
    pub(super) async fn must_be_supervisor(&mut self) -> Result<(), Refusal> {
        self.learn_roles().await?;
        self.access.must_be(Role::Supervisor)
    }

    /// Tells everybody of what a supervisor did, and answers.
    async fn answered(&mut self, answered: Answered) -> Result<Reply, Refusal> {
        if answered.fresh {
            self.app.escalation_changed(&answered.escalation);
        }
        self.escalation_reply(answered.escalation.id).await
    }

    /// The escalation as the answer; an event then brings it again only if it changes once more.
    async fn escalation_reply(&mut self, id: EscId) -> Result<Reply, Refusal> {
        let escalation = view::escalation(&self.app, id, self.reasons()).await?;
        self.escalations.insert(CaseId::new(escalation.case_id.0), escalation.clone());
        Ok(Reply::Escalation { escalation })
    }
}

const fn escalation(id: Id) -> EscId {
    EscId::new(id.0)
}
