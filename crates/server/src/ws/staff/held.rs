//! A case that a desk hears of.

use domain::{Case, Lane, Session};
use protocol::{CaseView, SessionView};

use crate::ws::feed::Feed;

/// What the desk has of the case.
pub(super) struct Held {
    /// The newest session, as it was read last; entitlement is judged by it.
    pub(super) session: Session,
    /// What the desk was told of it last.
    pub(super) shown: SessionView,
    /// Lane 1.
    pub(super) chat: Feed,
    /// Lane 2.
    pub(super) notes: Feed,
}

impl Held {
    /// A desk that is handed the whole case.
    pub(super) fn of_view(session: Session, view: &CaseView) -> Self {
        Self {
            session,
            shown: view.session.clone(),
            chat: Feed::of_view(Lane::Chat, &view.lanes),
            notes: Feed::of_view(Lane::Notes, &view.lanes),
        }
    }

    /// A desk that is told where the case stands, and fetches what it lacks.
    pub(super) fn of_heads(session: Session, shown: SessionView, case: &Case) -> Self {
        let feed = |lane| {
            let head = case.head(lane);
            let records = head.map_or(0, |head| head.epoch + 1);
            Feed::new(lane, records, head.map_or(0, |head| head.seq))
        };
        Self { session, shown, chat: feed(Lane::Chat), notes: feed(Lane::Notes) }
    }

    /// One of the lanes.
    pub(super) const fn feed(&mut self, lane: Lane) -> &mut Feed {
        match lane {
            Lane::Chat => &mut self.chat,
            Lane::Notes => &mut self.notes,
        }
    }
}
