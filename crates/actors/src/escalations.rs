//! What a desk knows of escalations.

use std::collections::BTreeMap;

use crypto::Id;
use protocol::{EscalationView, Event, PageView};

use crate::{Error, Result};

/// Escalations, pages and supervisors as the server said last.
#[derive(Debug, Clone, Default)]
pub struct Escalations {
    /// A supervisor's: those that are open, and those that changed since. A counselor's: those of
    /// the own cases.
    pub all: BTreeMap<Id, EscalationView>,
    /// A supervisor's pages that were not confirmed yet.
    pub pages: Vec<PageView>,
    /// How many supervisors are connected.
    pub supervisors: u32,
}

impl Escalations {
    /// What came with the welcome, and nothing of what was known before.
    pub(crate) fn welcome(
        escalations: Vec<EscalationView>,
        pages: Vec<PageView>,
        supervisors: u32,
    ) -> Self {
        let all = escalations.into_iter().map(|one| (one.escalation_id.0, one)).collect();
        Self { all, pages, supervisors }
    }

    /// An escalation that the desk knows.
    pub fn get(&self, id: Id) -> Result<&EscalationView> {
        let unknown = || Error::NotPossible("no such escalation at this desk".to_owned());
        self.all.get(&id).ok_or_else(unknown)
    }

    /// The newest escalation of a case.
    pub fn of_case(&self, case_id: Id) -> Option<&EscalationView> {
        let of_case = self.all.values().filter(|one| one.case_id.0 == case_id);
        of_case.max_by_key(|one| one.opened_at)
    }

    /// Takes an event that is about escalations; gives back any other.
    pub(crate) fn take(&mut self, event: Event) -> Option<Event> {
        match event {
            Event::Escalation { escalation } => self.put(escalation),
            Event::Paged { page } => self.pages.push(page),
            Event::Supervisors { count } => self.supervisors = count,
            other => return Some(other),
        }
        None
    }

    pub(crate) fn put(&mut self, escalation: EscalationView) {
        self.all.insert(escalation.escalation_id.0, escalation);
    }
}
