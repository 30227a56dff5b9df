//! One lane as it flows to one receiver: messages once and in order, records from the last one on.

use domain::{CaseId, Lane};
use protocol::{Event, Id, LaneView, StoredMessage};
use storage::messages::Range;

use super::cursor::Cursor;
use crate::refusal::Refusal;
use crate::state::App;
use crate::{view, wire};

/// What a receiver has of one lane.
pub(super) struct Feed {
    lane: Lane,
    messages: Cursor,
    records: u32,
}

impl Feed {
    /// A receiver who has this many records and everything up to this place.
    pub(super) const fn new(lane: Lane, records: u32, have: u64) -> Self {
        Self { lane, messages: Cursor::at(have), records }
    }

    /// A receiver who is handed this view, or nothing of the lane.
    pub(super) fn of_view(lane: Lane, lanes: &[LaneView]) -> Self {
        let view = lanes.iter().find(|view| view.lane == lane.number());
        view.map_or(Self::new(lane, 0, 0), |view| {
            let records = u32::try_from(view.records.len()).unwrap_or(u32::MAX);
            Self::new(lane, records, view.page.last_seq)
        })
    }

    /// The receiver was told the place of an own message.
    pub(super) fn own(&mut self, seq: u64) {
        self.messages.own(seq);
    }

    /// The receiver made the record of this epoch.
    pub(super) fn own_record(&mut self, epoch: u32) {
        if epoch == self.records {
            self.records += 1;
        }
    }

    /// A message was stored.
    pub(super) async fn message(
        &mut self,
        app: &App,
        case: CaseId,
        message: &StoredMessage,
    ) -> Result<Vec<Event>, Refusal> {
        let before = message.seq.saturating_sub(1);
        let mut events = self.stored(app, case, before).await?;
        self.put(case, message.clone(), &mut events);
        Ok(events)
    }

    /// Everything up to this place stands in storage: sends what the receiver lacks of it.
    pub(super) async fn stored(
        &mut self,
        app: &App,
        case: CaseId,
        seq: u64,
    ) -> Result<Vec<Event>, Refusal> {
        let mut events = Vec::new();
        while let Some(after) = self.messages.lacks(seq) {
            let range = Range::After(after);
            let page = app.store.messages.page(case, self.lane, range, view::FORWARD).await?;
            if page.lines.is_empty() {
                break;
            }
            for line in page.lines {
                self.put(case, wire::stored_message(&line), &mut events);
            }
        }
        Ok(events)
    }

    fn put(&mut self, case: CaseId, message: StoredMessage, events: &mut Vec<Event>) {
        let seq = message.seq;
        if self.messages.is_next(seq) {
            let case_id = Id(*case.as_bytes());
            events.push(Event::Message { case_id, lane: self.lane.number(), message });
            self.messages.sent(seq);
        }
    }

    /// Records were stored up to this epoch at least.
    pub(super) async fn records(
        &mut self,
        app: &App,
        case: CaseId,
        reader: &view::Reader<'_>,
        epoch: u32,
    ) -> Result<Vec<Event>, Refusal> {
        if epoch < self.records {
            return Ok(Vec::new());
        }
        let stored = app.store.records.chain(case, self.lane, self.records).await?;
        let mut boxes = app.store.records.own_boxes(case, self.lane, reader.rkid).await?;
        boxes.extend_from_slice(reader.released);
        let org = app.org.now();
        let mut events = Vec::new();
        for one in &stored {
            let alone = std::slice::from_ref(one);
            for record in view::records(alone, &boxes) {
                events.push(Event::Record {
                    case_id: Id(*case.as_bytes()),
                    lane: self.lane.number(),
                    record,
                    org: view::org_at(&org, alone)?,
                });
            }
            self.records = one.epoch + 1;
        }
        Ok(events)
    }
}
