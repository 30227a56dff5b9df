//! The queue as it was last counted: one count serves every page and every desk.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::policy::{Candidate, Policy, Waiting};
use domain::{CaseId, SessionId, Timestamp};
use protocol::{Id, LeftBehindView, QueueItem, QueueView};
use storage::Store;
use tokio::sync::{Notify, watch};

use crate::refusal::Refusal;
use crate::wire;

/// How many sessions a desk is shown.
const SHOWN: usize = 50;

/// How long an answer waits for the next count.
const PATIENCE: Duration = Duration::from_secs(1);

/// The newest count, and the wish for another.
#[derive(Default)]
pub struct Queue {
    now: watch::Sender<Arc<QueueNow>>,
    changed: Notify,
}

/// One count of the queue.
#[derive(Default)]
pub struct QueueNow {
    ordered: Vec<Waiting>,
    places: HashMap<SessionId, u32>,
    items: Vec<QueueItem>,
    // What never changes of a shown session, so that it is read once.
    facts: HashMap<SessionId, Facts>,
    left_behind: Vec<LeftBehindView>,
}

#[derive(Clone, Copy)]
struct Facts {
    language: protocol::Language,
    case_opened_at: Timestamp,
}

impl Queue {
    /// Asks for a new count. Many wishes at once are one count.
    pub fn touch(&self) {
        self.changed.notify_one();
    }

    /// Waits until a count is asked for.
    pub(crate) async fn touched(&self) {
        self.changed.notified().await;
    }

    /// The newest count.
    pub fn now(&self) -> Arc<QueueNow> {
        self.now.borrow().clone()
    }

    /// Hears of each new count.
    pub(crate) fn watch(&self) -> watch::Receiver<Arc<QueueNow>> {
        self.now.subscribe()
    }

    /// A session's place as soon as it is counted, which takes a moment; none when that fails.
    pub(crate) async fn counted(&self, session: SessionId) -> Option<u32> {
        let mut counts = self.watch();
        let counted = counts.wait_for(|now| now.place(session).is_some());
        let now = tokio::time::timeout(PATIENCE, counted).await.ok()?.ok()?;
        now.place(session)
    }

    /// Counts again and tells everybody who watches; `left_behind` is what nobody can take from it.
    pub(crate) async fn count(
        &self,
        store: &Store,
        policy: &dyn Policy,
        left_behind: Vec<LeftBehindView>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let mut ordered = store.sessions.queue().await?;
        policy.order(&mut ordered, now);
        let before = self.now();
        let mut next = QueueNow { left_behind, ..QueueNow::default() };
        for waiting in ordered.iter().take(SHOWN) {
            let facts = match before.facts.get(&waiting.session) {
                Some(facts) => *facts,
                None => facts(store, waiting.case).await?,
            };
            next.items.push(item(waiting, facts));
            next.facts.insert(waiting.session, facts);
        }
        next.places = ordered.iter().map(|waiting| waiting.session).zip(1..).collect();
        next.ordered = ordered;
        self.now.send_replace(Arc::new(next));
        Ok(())
    }
}

impl QueueNow {
    /// A session's place from 1; none while it is not counted yet.
    pub fn place(&self, session: SessionId) -> Option<u32> {
        self.places.get(&session).copied()
    }

    /// Everybody who waits, in the order of the policy.
    pub(crate) fn ordered(&self) -> &[Waiting] {
        &self.ordered
    }

    /// What supervisors are to take or to put back.
    pub(crate) fn left_behind(&self) -> &[LeftBehindView] {
        &self.left_behind
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.ordered.is_empty()
    }

    /// The list as a person sees it: `who` is none for those who take nobody.
    pub fn view(&self, policy: &dyn Policy, who: Option<&Candidate>, now: Timestamp) -> QueueView {
        let next = who.and_then(|who| policy.next(&self.ordered, who, now));
        QueueView {
            items: self.items.clone(),
            waiting: u32::try_from(self.ordered.len()).unwrap_or(u32::MAX),
            next: next.map(|session| Id(*session.as_bytes())),
        }
    }
}

async fn facts(store: &Store, case: CaseId) -> Result<Facts, Refusal> {
    let case = store.cases.get(case).await?;
    Ok(Facts {
        language: wire::language_out(case.routing.language),
        case_opened_at: case.opened_at,
    })
}

fn item(waiting: &Waiting, facts: Facts) -> QueueItem {
    QueueItem {
        session_id: Id(*waiting.session.as_bytes()),
        level: waiting.level.get(),
        since: waiting.since.0,
        returned: waiting.head || facts.case_opened_at < waiting.since,
        client_here: waiting.away_since.is_none(),
        language: facts.language,
    }
}
