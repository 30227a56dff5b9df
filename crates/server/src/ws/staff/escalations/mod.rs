//! Escalations at a desk: counselors raise, supervisors answer. One command a file.

mod acknowledge;
mod listen;
mod lower;
mod own;
mod page_seen;
mod raise;
mod reopen;
mod resolve;

use domain::{CaseId, EscId, Escalation, Role};
use hub::{Channel, Signal};
use protocol::{EscalationView, Id, PageView, Reply};
use storage::escalations::{Answered, Reasons};

use super::Desk;
use crate::refusal::Refusal;
use crate::view;

pub(super) use raise::NewRaise;

/// What a desk is shown of escalations at its first frame.
pub(super) struct Called {
    pub(super) escalations: Vec<EscalationView>,
    pub(super) escalations_open: u32,
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
        let (mut escalations, mut escalations_open, mut pages) = (Vec::new(), 0, Vec::new());
        if self.is_supervisor() {
            let queue = view::open_escalations(&app).await?;
            (escalations, escalations_open) = (queue.views, queue.open);
            let to_deliver = app.store.escalations.pages_to_deliver(self.access.staff).await?;
            pages = to_deliver.iter().map(view::paged).collect();
        }
        // Her own cases are never among those that a long queue leaves out.
        for case in self.cases.keys() {
            let case_id = Id(*case.as_bytes());
            if !escalations.iter().any(|one| one.case_id == case_id && one.resolved.is_none()) {
                escalations.extend(view::open_escalation(&app, *case, self.reasons()).await?);
            }
        }
        let by_case = |one: &EscalationView| (CaseId::new(one.case_id.0), one.clone());
        // Of a case the open one counts, and else the last that was resolved.
        let (over, open): (Vec<_>, Vec<_>) =
            escalations.iter().partition(|one| one.resolved.is_some());
        self.escalations = over.into_iter().rev().chain(open).map(by_case).collect();
        self.as_supervisor = self.is_supervisor();
        self.supervisors = self.supervisors_here();
        Ok(Called { escalations, escalations_open, pages, supervisors: self.supervisors })
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
        let Answered { escalation, fresh, session } = answered;
        if fresh {
            if let Some(session) = &session {
                self.app.session_changed(session);
            }
            self.app.escalation_changed(&escalation);
        }
        self.escalation_reply(&escalation).await
    }

    /// The escalation as it was written is the answer; an event brings it again once it differs.
    async fn escalation_reply(&mut self, written: &Escalation) -> Result<Reply, Refusal> {
        let escalation = view::escalation_as(&self.app, written, self.reasons()).await?;
        self.escalations.insert(CaseId::new(escalation.case_id.0), escalation.clone());
        Ok(Reply::Escalation { escalation })
    }
}

const fn escalation(id: Id) -> EscId {
    EscId::new(id.0)
}
