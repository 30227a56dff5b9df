//! What a signal shows to a client's page: nothing but lane 1 of its own case.

use domain::Lane;
use hub::Signal;
use protocol::{Event, Id, SessionView};

use super::Page;
use crate::refusal::Refusal;
use crate::view;

impl Page {
    pub(super) async fn hear(&mut self, signal: Signal) -> Result<Vec<Event>, Refusal> {
        match signal {
            Signal::Message { case, lane: Lane::Chat, message } if case == self.case => {
                self.feed.message(&self.app, case, &message).await
            }
            Signal::Stored { case, lane: Lane::Chat, seq } if case == self.case => {
                self.feed.stored(&self.app, case, seq).await
            }
            Signal::Records { case, lane: Lane::Chat, epoch } if case == self.case => {
                let reader = self.reader();
                self.feed.records(&self.app, case, &reader, epoch).await
            }
            Signal::Read { case, lane: Lane::Chat, seq, by_client: false } if case == self.case => {
                let case_id = Id(*case.as_bytes());
                Ok(vec![Event::Read { case_id, lane: 1, seq, by_client: false }])
            }
            Signal::Session { case } if case == self.case => self.hear_session().await,
            _ => Ok(Vec::new()),
        }
    }

    /// The session as it stands now, whichever change the signal told of.
    async fn hear_session(&mut self) -> Result<Vec<Event>, Refusal> {
        self.session = self.app.store.sessions.newest(self.case).await?;
        // Whoever begins to wait is told so with the place, a moment later.
        let view = view::session_with_place(&self.app, &self.session).await?;
        Ok(self.show(view))
    }

    /// The place as it was counted now.
    pub(super) fn hear_place(&mut self) -> Vec<Event> {
        if !self.session.is_queued() {
            return Vec::new();
        }
        let Some(place) = self.app.queue.now().place(self.session.id) else { return Vec::new() };
        let view = SessionView { place: Some(place), ..self.shown.clone() };
        self.show(view)
    }

    fn show(&mut self, view: SessionView) -> Vec<Event> {
        if view == self.shown {
            return Vec::new();
        }
        self.shown = view.clone();
        vec![Event::SessionChanged { case_id: Id(*self.case.as_bytes()), session: view }]
    }
}
