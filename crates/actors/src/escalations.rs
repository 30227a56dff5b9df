//! What a desk knows of escalations, and a supervisor's of openings.

use std::collections::BTreeMap;

use crypto::Id;
use protocol::{EscalationView, Event, LeftBehindView, OpeningState, OpeningView, PageView};

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
    /// A supervisor's: the openings that wait, the own ones, and those that changed since.
    pub openings: BTreeMap<Id, OpeningView>,
    /// A supervisor's: the cases that are left behind.
    pub left_behind: Vec<LeftBehindView>,
}

impl Escalations {
    /// What came with the welcome, and nothing of what was known before.
    pub(crate) fn welcome(
        escalations: Vec<EscalationView>,
        pages: Vec<PageView>,
        supervisors: u32,
        openings: Vec<OpeningView>,
        left_behind: Vec<LeftBehindView>,
    ) -> Self {
        let all = escalations.into_iter().map(|one| (one.escalation_id.0, one)).collect();
        let openings = openings.into_iter().map(|one| (one.opening_id.0, one)).collect();
        Self { all, pages, supervisors, openings, left_behind }
    }

    /// The cases that this supervisor has open.
    pub fn open_to(&self, me: Id) -> impl Iterator<Item = Id> {
        let open = move |one: &&OpeningView| one.by.0 == me && one.state == OpeningState::Open;
        self.openings.values().filter(open).map(|one| one.case_id.0)
    }

    /// Whether a case is left behind.
    pub fn is_left_behind(&self, case_id: Id) -> bool {
        self.left_behind.iter().any(|left| left.case_id.0 == case_id)
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
            Event::Opening { opening } => self.put_opening(opening),
            Event::LeftBehind { cases } => self.left_behind = cases,
            other => return Some(other),
        }
        None
    }

    pub(crate) fn put(&mut self, escalation: EscalationView) {
        self.all.insert(escalation.escalation_id.0, escalation);
    }

    pub(crate) fn put_opening(&mut self, opening: OpeningView) {
        self.openings.insert(opening.opening_id.0, opening);
    }
}
