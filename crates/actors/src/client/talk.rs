//! Talking: what is written goes into the outbox and leaves it when the server has it.

use crypto::epoch::{ReaderKind, Reason};
use crypto::roster::GroupKind;
use crypto::sign::kid_kem;
use protocol::{ClientCommand, Envelope, ErrorCode, NewEpoch, Reply};

use super::{Client, text};
use crate::lane::{Writer, own_view};
use crate::line::{refused, unexpected};
use crate::{Error, Result, kind};

impl Client {
    /// Writes a text and waits until it is stored.
    pub async fn say(&mut self, words: &str) -> Result<()> {
        self.write(words)?;
        self.flush().await
    }

    /// Writes a text; it is *sending* until [`Client::flush`] has brought it through.
    pub fn write(&mut self, words: &str) -> Result<()> {
        let writer = crate::lane::Writer { key: &self.csig, staff: false };
        self.chat.push(&self.browser, writer, kind::TEXT, &text(words))
    }

    /// Sends what waits, one after the other. On an error the rest stays *sending*.
    pub async fn flush(&mut self) -> Result<()> {
        while self.send_next().await? {}
        Ok(())
    }

    /// Sends the first that waits, without waiting for the answer; gives the command's number,
    /// none when nothing waits.
    pub async fn post_next(&mut self) -> Result<Option<u64>> {
        let Some(envelope) = self.next_envelope()? else { return Ok(None) };
        self.line()?.post(ClientCommand::Send { envelope }).await.map(Some)
    }

    /// Sends the first that waits; gives false when nothing does.
    pub async fn send_next(&mut self) -> Result<bool> {
        let Some(envelope) = self.next_envelope()? else { return Ok(false) };
        let answer = self.ask(ClientCommand::Send { envelope }).await?;
        self.take_answer(answer).await.map(|()| true)
    }

    fn next_envelope(&mut self) -> Result<Option<Envelope>> {
        self.chat.next_envelope(Writer { key: &self.csig, staff: false })
    }

    /// Takes the answer to the message on its way.
    pub async fn take_answer(&mut self, answer: Reply) -> Result<()> {
        match answer {
            Reply::Stored(ack) => {
                if self.chat.stored(&ack, &self.organisation)? {
                    Ok(())
                } else {
                    self.fetch_after().await
                }
            }
            Reply::Refused(problem) if problem.code == ErrorCode::StaleEpoch => {
                self.chat.unanswered();
                self.take_lanes(&problem.lanes).await?;
                self.reopen_if_asked().await
            }
            other => {
                self.chat.unanswered();
                Err(unexpected(other))
            }
        }
    }

    /// Shows everything that came.
    pub async fn read_all(&mut self) -> Result<()> {
        let seq = self.chat.last_seq();
        self.line()?.tell(ClientCommand::Read { seq }).await
    }

    /// Opens the case to the team again, or takes the place in the queue again.
    pub async fn reopen(&mut self) -> Result<()> {
        for _ in 0..3 {
            self.fetch_org().await?;
            let epoch = self.reopening()?;
            match self.ask(ClientCommand::Reopen { epoch: epoch.clone() }).await? {
                Reply::Session(session) => {
                    self.session = session;
                    return self.take_own_record(epoch);
                }
                Reply::Refused(problem) if problem.code == ErrorCode::StaleEpoch => {
                    self.take_lanes(&problem.lanes).await?;
                }
                Reply::Refused(problem) if problem.code == ErrorCode::StaleRoster => {}
                other => return Err(unexpected(other)),
            }
        }
        Err(Error::NotPossible("the case changes faster than it can be reopened".to_owned()))
    }

    /// Does what `session.reopen` asks of a page. A counselor who came back meanwhile ends the asking.
    pub(super) async fn reopen_if_asked(&mut self) -> Result<()> {
        if self.session.reopen.is_none() {
            return Ok(());
        }
        match self.reopen().await {
            Err(why) if why.code() == Some(ErrorCode::WrongState) => Ok(()),
            done => done,
        }
    }

    fn take_own_record(&mut self, epoch: Option<NewEpoch>) -> Result<()> {
        let Some(epoch) = epoch else { return Ok(()) };
        self.chat.take_records(&[own_view(epoch)], &self.organisation, &[&self.ckem])?;
        self.chat.epoch_changed();
        Ok(())
    }

    /// The record of a reopen; none where the newest already names team and newest generations,
    /// unless its boxes are said not to open.
    pub fn reopening(&self) -> Result<Option<NewEpoch>> {
        let roster = &self.organisation.roster()?.roster;
        let names = |reader: ReaderKind, group: GroupKind| {
            let newest = roster.newest(group).map(|group| kid_kem(&group.kem_pk));
            self.chat
                .chain()
                .last()
                .is_some_and(|last| last.of_kind(reader).any(|named| Some(named.kid) == newest))
        };
        if self.session.reopen.is_none()
            && names(ReaderKind::Team, GroupKind::Team)
            && names(ReaderKind::Escalation, GroupKind::Escalation)
        {
            return Ok(None);
        }
        let (browser, organisation) = (&self.browser, &self.organisation);
        let made =
            self.chat.make_record(browser, organisation, None, &self.csig, Reason::Reopen)?;
        Ok(Some(made.0))
    }

    /// Says that there is danger.
    pub async fn raise_level(&mut self, level: u8) -> Result<()> {
        let raise_id = protocol::Id(self.browser.random.bytes()?);
        self.raise_level_as(raise_id, level).await
    }

    /// The same under an id of the caller's, as a page does whose answer was lost.
    pub async fn raise_level_as(&mut self, raise_id: protocol::Id, level: u8) -> Result<()> {
        match self.ask(ClientCommand::RaiseLevel { raise_id, level }).await? {
            Reply::Session(session) => {
                self.session = session;
                Ok(())
            }
            other => Err(unexpected(other)),
        }
    }

    /// Ends the session.
    pub async fn end(&mut self) -> Result<()> {
        match self.ask(ClientCommand::End {}).await? {
            Reply::Session(session) => {
                self.session = session;
                Ok(())
            }
            other => Err(unexpected(other)),
        }
    }

    /// Fetches what came after what is held.
    pub(super) async fn fetch_after(&mut self) -> Result<()> {
        let seq = self.chat.last_seq();
        match self.ask(ClientCommand::FetchAfter { seq }).await? {
            Reply::Page(page) => {
                self.chat.take_page(&page, &self.organisation)?;
                if self.chat.last_seq() == seq && page.last_seq > seq {
                    return Err(Error::alarm("messages are missing"));
                }
                Ok(())
            }
            Reply::Refused(problem) => Err(refused(problem)),
            other => Err(unexpected(other)),
        }
    }

    /// Fetches all that came before the oldest message held.
    pub async fn load_older(&mut self) -> Result<()> {
        while let Some(seq) = self.chat.oldest_wanted() {
            match self.ask(ClientCommand::FetchBefore { seq }).await? {
                Reply::Page(page) => self.chat.take_older(&page, &self.organisation)?,
                other => return Err(unexpected(other)),
            }
        }
        Ok(())
    }

    /// Asks; a connection that broke is gone, and what was on its way is *sending* again.
    pub(super) async fn ask(&mut self, command: ClientCommand) -> Result<Reply> {
        let answer = self.line()?.ask(command).await;
        if matches!(answer, Err(Error::NoAnswer(_) | Error::Closed(_))) {
            self.cut();
        }
        answer
    }
}
