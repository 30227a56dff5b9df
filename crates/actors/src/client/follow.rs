//! Following events, as an open page does.

use protocol::{Event, LaneRecords, SessionState};

use super::Client;
use crate::{Error, Result};

impl Client {
    /// Follows events until the condition holds.
    pub async fn until(&mut self, met: impl Fn(&Self) -> bool) -> Result<()> {
        while !met(self) {
            self.follow().await?;
        }
        Ok(())
    }

    /// Waits until a text is shown.
    pub async fn until_reads(&mut self, words: &str) -> Result<()> {
        self.until(|client| client.chat.texts().contains(&words)).await
    }

    /// Waits until the session stands there.
    pub async fn until_state(&mut self, state: SessionState) -> Result<()> {
        self.until(|client| client.session.state == state).await
    }

    /// Waits for one event and does what a page does with it.
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

    /// Takes the events that came already, without waiting.
    pub async fn catch_up(&mut self) -> Result<()> {
        while let Some(event) = self.line()?.event_at_hand() {
            self.take_event(event).await?;
        }
        Ok(())
    }

    async fn take_event(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Message { message, .. } => {
                self.chat.take_message(message, &self.organisation)?;
                if self.chat.has_gap() { self.fetch_after().await } else { Ok(()) }
            }
            Event::Record { record, org, .. } => {
                self.organisation.take_history(&org)?;
                self.chat.take_records(&[record], &self.organisation, &[&self.ckem])?;
                self.chat.epoch_changed();
                Ok(())
            }
            Event::Read { seq, by_client, .. } => {
                let read = if by_client {
                    &mut self.chat.read_by_client
                } else {
                    &mut self.chat.read_by_staff
                };
                *read = (*read).max(seq);
                Ok(())
            }
            Event::SessionChanged { session, .. } => {
                self.session = session;
                self.reopen_if_asked().await
            }
            Event::OrgChanged => self.fetch_org().await,
            Event::Queue { .. } => Err(Error::alarm("a client gets no waiting list")),
            Event::Escalation { .. }
            | Event::Paged { .. }
            | Event::Supervisors { .. }
            | Event::Opening { .. }
            | Event::LeftBehind { .. }
            | Event::Board { .. } => {
                Err(Error::alarm("a client gets nothing of what supervisors are told"))
            }
        }
    }

    /// Takes the chains that came with `stale_epoch`. Statements do not come with them: where one
    /// is unknown, a resume brings both, and raises the alarm if there is one to raise.
    pub(super) async fn take_lanes(&mut self, lanes: &[LaneRecords]) -> Result<()> {
        let mut chat = self.chat.clone();
        let chains = lanes.iter().filter(|lane| lane.lane == chat.kind.as_u8());
        let records: Vec<_> = chains.flat_map(|lane| lane.records.clone()).collect();
        match chat.take_records(&records, &self.organisation, &[&self.ckem]) {
            Ok(()) if chat.records() > self.chat.records() => {
                self.chat = chat;
                self.chat.epoch_changed();
                Ok(())
            }
            _ => self.resume().await,
        }
    }
}
