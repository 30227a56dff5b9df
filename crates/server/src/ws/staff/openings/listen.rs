//! What a supervisor's desk hears of openings, and of what is left behind.

use domain::{CaseId, OpeningId};
use protocol::Event;
use storage::StorageError;

use super::Supervised;
use crate::refusal::Refusal;
use crate::view;
use crate::ws::staff::Desk;

impl Desk {
    /// An opening as it stands now. Whose own is over hears nothing more of that case.
    pub(in crate::ws::staff) async fn hear_opening(
        &mut self,
        case: CaseId,
        opening: OpeningId,
    ) -> Result<Vec<Event>, Refusal> {
        if !self.is_supervisor() {
            return Ok(Vec::new());
        }
        let opening = match self.app.store.openings.get(opening).await {
            Ok(opening) => opening,
            // Gone with its case.
            Err(StorageError::NotFound) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let own = opening.by == self.access.staff;
        if own {
            self.look_again(case).await?;
        }
        let before = self.openings.get(&opening.id).cloned();
        let view = self.opening_view(&opening);
        if before.as_ref() == Some(&view) {
            return Ok(Vec::new());
        }
        let called = view.alone && !before.is_some_and(|before| before.alone) && !own;
        let mut events = vec![Event::Opening { opening: view }];
        if called {
            // Who came in that moment was paged with all others.
            let pages = self.app.store.escalations.pages_to_deliver(self.access.staff).await?;
            events.extend(pages.iter().map(|page| Event::Paged { page: view::paged(page) }));
        }
        Ok(events)
    }

    /// Whether the desk may still have a case that it holds; lets it go otherwise.
    pub(in crate::ws::staff) async fn look_again(&mut self, case: CaseId) -> Result<(), Refusal> {
        if !self.cases.contains_key(&case) {
            return Ok(());
        }
        let ties = self.ties(case).await?;
        let keeps = self.may_see_records(&ties);
        if let Some(held) = self.cases.get_mut(&case) {
            (held.session, held.opening) = (ties.newest, ties.opening);
        }
        if !keeps {
            self.let_go(case);
        }
        Ok(())
    }

    /// Everything that waits for whoever has become a supervisor just now.
    pub(in crate::ws::staff) async fn hear_supervised(&mut self) -> Result<Vec<Event>, Refusal> {
        let Supervised { openings, left_behind } = self.supervised().await?;
        let board = self.whole_board().await?;
        let openings = openings.into_iter().map(|opening| Event::Opening { opening });
        let left_behind = [Event::LeftBehind { cases: left_behind }];
        let board = board.map(|board| Event::Board { board });
        Ok(openings.chain(left_behind).chain(board).collect())
    }

    /// The cases that are left behind, when that changed.
    pub(in crate::ws::staff) fn hear_left_behind(&mut self) -> Vec<Event> {
        let counted = self.app.queue.now();
        if !self.is_supervisor() || self.left_behind == counted.left_behind() {
            return Vec::new();
        }
        self.left_behind = counted.left_behind().to_vec();
        vec![Event::LeftBehind { cases: self.left_behind.clone() }]
    }
}
