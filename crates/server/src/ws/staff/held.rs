//! A case that a desk hears of.

use domain::{Case, Lane, Opening, Session};
use protocol::{CaseView, SessionView};

use super::access::Ties;
use crate::ws::feed::Feed;

/// What the desk has of the case.
pub(super) struct Held {
    /// The newest session, as it was read last; entitlement is judged by it.
    pub(super) session: Session,
    /// The own opening of it, as it was read last.
    pub(super) opening: Option<Opening>,
    /// What the desk was told of it last.
    pub(super) shown: SessionView,
    /// Lane 1.
    pub(super) chat: Feed,
    /// Lane 2.
    pub(super) notes: Feed,
}

impl Held {
    /// A desk that is handed the whole case.
    pub(super) fn of_view(ties: Ties, view: &CaseView) -> Self {
        Self {
            session: ties.newest,
            opening: ties.opening,
            shown: view.session.clone(),
            chat: Feed::of_view(Lane::Chat, &view.lanes),
            notes: Feed::of_view(Lane::Notes, &view.lanes),
        }
    }

    /// A desk that is told where the case stands, and fetches what it lacks.
    pub(super) fn of_heads(ties: Ties, shown: SessionView, case: &Case) -> Self {
        let feed = |lane| {
            let head = case.head(lane);
            let records = head.map_or(0, |head| head.epoch + 1);
            Feed::new(lane, records, head.map_or(0, |head| head.seq))
        };
        let Ties { newest: session, opening } = ties;
        Self { session, opening, shown, chat: feed(Lane::Chat), notes: feed(Lane::Notes) }
    }

    /// One of the lanes.
    pub(super) const fn feed(&mut self, lane: Lane) -> &mut Feed {
        match lane {
            Lane::Chat => &mut self.chat,
            Lane::Notes => &mut self.notes,
        }
    }
}
