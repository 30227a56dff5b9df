//! Following events, as an open desk does.

use crypto::Id;
use crypto::epoch::LaneKind;
use protocol::{Event, OrgAt, RecordView, SessionState, SessionView, StoredMessage};

use super::Counselor;
use crate::{Error, Result};

impl Counselor {
    /// Follows events until the condition holds.
    pub async fn until(&mut self, met: impl Fn(&Self) -> bool) -> Result<()> {
        while !met(self) {
            self.follow().await?;
        }
        Ok(())
    }

    /// Waits until a text of the case is shown.
    pub async fn until_reads(&mut self, case_id: Id, words: &str) -> Result<()> {
        self.until(|desk| {
            desk.cases.get(&case_id).is_some_and(|held| held.chat.texts().contains(&words))
        })
        .await
    }

    /// Waits for one event and does what a desk does with it.
    pub async fn follow(&mut self) -> Result<()> {
        match self.line()?.event().await {
            Ok(event) => self.take_event(event).await,
            Err(why) => {
                if matches!(why, Error::NoAnswer(_) | Error::Closed(_)) {
                    self.cut();
                }
                Err(why)
            }
        }
    }

    pub(crate) async fn take_event(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Queue { queue } => {
                self.queue = queue;
                Ok(())
            }
            Event::Message { case_id, lane, message } => {
                self.take_message(case_id.0, lane, message).await
            }
            Event::Record { case_id, lane, record, org } => {
                self.take_record(case_id.0, lane, record, &org)
            }
            Event::Read { case_id, lane: 1, seq, by_client } => {
                if let Some(held) = self.cases.get_mut(&case_id.0) {
                    let chat = &mut held.chat;
                    let read =
                        if by_client { &mut chat.read_by_client } else { &mut chat.read_by_staff };
                    *read = (*read).max(seq);
                }
                Ok(())
            }
            Event::Read { .. } => Ok(()),
            Event::Opening { opening } => {
                let case_id = opening.case_id.0;
                self.escalations.put_opening(opening);
                // What is closed leaves the desk.
                if let Some(held) = self.cases.get(&case_id) {
                    let session = held.session.clone();
                    self.take_session(case_id, session);
                }
                Ok(())
            }
            event @ (Event::Escalation { .. }
            | Event::Paged { .. }
            | Event::Supervisors { .. }
            | Event::LeftBehind { .. }) => {
                drop(self.escalations.take(event));
                Ok(())
            }
            Event::Board { board } => {
                self.board.get_or_insert_default().take(board);
                Ok(())
            }
            Event::SessionChanged { case_id, session } => {
                self.take_session(case_id.0, session);
                self.leave_out_who_is_gone(case_id.0).await
            }
            Event::OrgChanged => self.member.settle().await,
        }
    }

    async fn take_message(&mut self, case_id: Id, lane: u8, message: StoredMessage) -> Result<()> {
        let kind = lane_kind(lane)?;
        let organisation = self.member.organisation()?;
        let Some(held) = self.cases.get_mut(&case_id) else { return Ok(()) };
        let lane = held.lane_mut(kind);
        lane.take_message(message, organisation)?;
        if lane.has_gap() { self.fetch_after(case_id, kind).await } else { Ok(()) }
    }

    fn take_record(
        &mut self,
        case_id: Id,
        lane: u8,
        record: RecordView,
        org: &OrgAt,
    ) -> Result<()> {
        self.member.organisation_mut()?.take_history(org)?;
        let (organisation, own) = (self.member.organisation()?, self.member.keys());
        let Some(held) = self.cases.get_mut(&case_id) else { return Ok(()) };
        let lane = held.lane_mut(lane_kind(lane)?);
        lane.take_records(&[record], organisation, &own)?;
        lane.epoch_changed();
        Ok(())
    }

    /// A case that went to somebody else, or back to the queue, leaves the desk.
    fn take_session(&mut self, case_id: Id, session: SessionView) {
        let me = protocol::Id(self.member.staff_id());
        let mine = session.counselor == Some(me)
            || session.state == SessionState::Ended
            || session.joined.iter().any(|joined| joined.staff_id == me)
            || self.escalations.open_to(me.0).any(|open| open == case_id);
        if !mine {
            self.cases.remove(&case_id);
        } else if let Some(held) = self.cases.get_mut(&case_id) {
            held.session = session;
        }
    }
}

fn lane_kind(lane: u8) -> Result<LaneKind> {
    LaneKind::from_u8(lane).ok_or_else(|| Error::alarm("a lane that is not known"))
}
