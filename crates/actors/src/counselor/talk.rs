//! Talking in a case that is on the desk.

use crypto::Id;
use crypto::epoch::LaneKind;
use protocol::{Body, ErrorCode, Reply, StaffCommand};

use super::{Counselor, HeldCase};
use crate::lane::HeldLane;
use crate::line::unexpected;
use crate::{Error, Result, kind};

impl HeldCase {
    /// One of its lanes.
    pub(super) fn lane_mut(&mut self, lane: LaneKind) -> &mut HeldLane {
        match lane {
            LaneKind::Chat => &mut self.chat,
            LaneKind::Notes => &mut self.notes,
        }
    }
}

impl Counselor {
    /// Writes a text to the client and waits until it is stored.
    pub async fn say(&mut self, case_id: Id, words: &str) -> Result<()> {
        self.write(case_id, words)?;
        self.flush(case_id).await
    }

    /// Writes a note and waits until it is stored.
    pub async fn note(&mut self, case_id: Id, words: &str) -> Result<()> {
        self.push(case_id, LaneKind::Notes, kind::NOTE, words)?;
        self.flush(case_id).await
    }

    /// Writes a text; it is *sending* until [`Counselor::flush`] has brought it through.
    pub fn write(&mut self, case_id: Id, words: &str) -> Result<()> {
        self.push(case_id, LaneKind::Chat, kind::TEXT, words)
    }

    fn push(&mut self, case_id: Id, lane: LaneKind, kind: u8, words: &str) -> Result<()> {
        let held = self.cases.get_mut(&case_id).ok_or_else(super::not_on_desk)?;
        let body = Body::Text { t: words.to_owned() };
        let (browser, writer) = (&self.member.browser, self.member.writer());
        held.lane_mut(lane).push(browser, writer, kind, &body)
    }

    /// Sends what waits, one after the other. On an error the rest stays *sending*.
    pub async fn flush(&mut self, case_id: Id) -> Result<()> {
        for lane in [LaneKind::Chat, LaneKind::Notes] {
            while self.send_next(case_id, lane).await? {}
        }
        Ok(())
    }

    /// Sends the first that waits, without waiting for the answer.
    pub async fn post_next(&mut self, case_id: Id) -> Result<()> {
        let held = self.cases.get_mut(&case_id).ok_or_else(super::not_on_desk)?;
        if let Some(envelope) = held.chat.next_envelope(self.member.writer())? {
            self.line()?.post(StaffCommand::Send { envelope }).await?;
        }
        Ok(())
    }

    /// Sends the first that waits; gives false when nothing does.
    pub async fn send_next(&mut self, case_id: Id, lane: LaneKind) -> Result<bool> {
        let held = self.cases.get_mut(&case_id).ok_or_else(super::not_on_desk)?;
        let writer = self.member.writer();
        let Some(envelope) = held.lane_mut(lane).next_envelope(writer)? else {
            return Ok(false);
        };
        match self.ask(StaffCommand::Send { envelope }).await? {
            Reply::Stored(ack) => {
                let organisation = self.member.organisation()?;
                let held = self.cases.get_mut(&case_id).ok_or_else(super::not_on_desk)?;
                if !held.lane_mut(lane).stored(&ack, organisation)? {
                    self.fetch_after(case_id, lane).await?;
                }
                Ok(true)
            }
            Reply::Refused(problem) if problem.code == ErrorCode::StaleEpoch => {
                self.case_mut(case_id)?.lane_mut(lane).unanswered();
                self.fetch_case(case_id).await?;
                Ok(true)
            }
            other => {
                self.case_mut(case_id)?.lane_mut(lane).unanswered();
                Err(unexpected(other))
            }
        }
    }

    /// Shows everything of the chat that came.
    pub async fn read_all(&mut self, case_id: Id) -> Result<()> {
        let seq = self.case(case_id)?.chat.last_seq();
        let read = StaffCommand::Read { case_id: protocol::Id(case_id), lane: 1, seq };
        self.line()?.tell(read).await
    }

    /// Ends the session.
    pub async fn end(&mut self, case_id: Id) -> Result<()> {
        let session_id = self.case(case_id)?.session.session_id;
        self.line()?.tell(StaffCommand::End { session_id }).await
    }

    /// Fetches what came after what is held.
    pub(super) async fn fetch_after(&mut self, case_id: Id, lane: LaneKind) -> Result<()> {
        let seq = self.case_mut(case_id)?.lane_mut(lane).last_seq();
        let fetch =
            StaffCommand::FetchAfter { case_id: protocol::Id(case_id), lane: lane.as_u8(), seq };
        let Reply::Page(page) = self.ask(fetch).await? else {
            return Err(Error::BadAnswer("no page".to_owned()));
        };
        let organisation = self.member.organisation()?;
        let held = self.cases.get_mut(&case_id).ok_or_else(super::not_on_desk)?;
        let held = held.lane_mut(lane);
        held.take_page(&page, organisation)?;
        if held.last_seq() == seq && page.last_seq > seq {
            return Err(Error::alarm("messages are missing"));
        }
        Ok(())
    }

    /// Fetches all of both lanes that came before what is held.
    pub(super) async fn load_older(&mut self, case_id: Id) -> Result<()> {
        for lane in [LaneKind::Chat, LaneKind::Notes] {
            while let Some(seq) = self.case_mut(case_id)?.lane_mut(lane).oldest_wanted() {
                let fetch = StaffCommand::FetchBefore {
                    case_id: protocol::Id(case_id),
                    lane: lane.as_u8(),
                    seq,
                };
                let page = match self.ask(fetch).await? {
                    Reply::Page(page) => page,
                    other => return Err(unexpected(other)),
                };
                let organisation = self.member.organisation()?;
                let held = self.cases.get_mut(&case_id).ok_or_else(super::not_on_desk)?;
                held.lane_mut(lane).take_older(&page, organisation)?;
            }
        }
        Ok(())
    }
}
