//! `status`, and the waiting list as this person sees it.

use domain::Role;
use domain::policy::Candidate;
use protocol::{Event, QueueView, Reply, StaffStatus};
use storage::StorageError;

use super::Desk;
use crate::refusal::Refusal;
use crate::wire;

impl Desk {
    pub(super) async fn status(&mut self, status: StaffStatus) -> Result<Reply, Refusal> {
        let status = wire::status_in(status);
        if self.app.store.staff.set_status(self.access.staff, status).await? {
            // What is next for this person may have changed, though nobody came or went.
            self.queue.mark_changed();
        }
        Ok(Reply::Done)
    }

    /// The person as routing reads them; none while no roster names them.
    pub(super) async fn candidate(&self) -> Result<Option<Candidate>, Refusal> {
        match self.app.store.staff.candidate(self.access.staff).await {
            Ok(candidate) => Ok(Some(candidate)),
            Err(StorageError::NotFound | StorageError::Disabled) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The list; only a counselor is given somebody, and an admin alone sees no list.
    pub(super) fn queue_view(&self, who: Option<&Candidate>) -> QueueView {
        let roles = self.access.roles;
        if !roles.has(Role::Counselor) && !roles.has(Role::Supervisor) {
            return QueueView { items: Vec::new(), waiting: 0, next: None };
        }
        let who = who.filter(|_| roles.has(Role::Counselor));
        self.app.queue.now().view(self.app.policy.as_ref(), who, self.app.now())
    }

    pub(super) async fn hear_count(&mut self) -> Result<Vec<Event>, Refusal> {
        let candidate = self.candidate().await?;
        let queue = self.queue_view(candidate.as_ref());
        let mut events = self.hear_left_behind();
        if self.shown.as_ref() != Some(&queue) {
            self.shown = Some(queue.clone());
            events.push(Event::Queue { queue });
        }
        Ok(events)
    }
}
