//! A client's page: one case, lane 1 alone.

mod hello;
mod listen;
mod reopen;
mod send;

use std::sync::Arc;

use domain::{Case, CaseId, EscId, Hash, Kid, Lane, Level, Session};
use hub::{Channel, Connection, Signal};
use protocol::{
    ClientCommand, CloseCode, Command, ErrorCode, Event, Frame, FrameProblem, Id, Reply,
    SessionView, Token,
};
use storage::messages::Range;
use storage::sessions::Ender;
use tokio::sync::watch;

use super::feed::Feed;
use super::peer::{self, Ears, Peer};
use super::refuse_first;
use super::socket::Socket;
use crate::queue::QueueNow;
use crate::refusal::Refusal;
use crate::state::{App, Shared};
use crate::{presence, token, view};

/// The first frame of a page.
pub(super) struct Hello {
    pub(super) token: Token,
    pub(super) after_seq: u64,
    pub(super) records: u32,
}

/// One page of a client.
pub(super) struct Page {
    app: Shared,
    connection: Connection,
    queue: watch::Receiver<Arc<QueueNow>>,
    token: Hash,
    case: CaseId,
    csig: Kid,
    ckem: Kid,
    /// The newest session, as it was read last.
    session: Session,
    /// What the page was told of it last.
    shown: SessionView,
    feed: Feed,
}

/// Serves a page until its socket ends; gives the code to close with.
pub(super) async fn serve(
    app: &Shared,
    socket: &mut Socket,
    id: u64,
    hello: Hello,
) -> Option<CloseCode> {
    let (mut page, reply) = match hello::enter(app, &hello).await {
        Ok(entered) => entered,
        Err(refusal) => return Some(refuse_first(socket, Some(id), refusal.code).await),
    };
    let welcome = Frame::Reply { re: id, reply };
    let end = match socket.send(&welcome, &page.connection).await {
        Ok(()) => peer::serve(app, socket, &mut page).await,
        Err(code) => Some(code),
    };
    let (case, session) = (page.case, page.session.id);
    drop(page);
    left(app, case, session).await;
    end
}

/// The page is gone. When the service stops, the next start notes it for everybody.
async fn left(app: &App, case: CaseId, session: domain::SessionId) {
    if app.stopping.is_cancelled() {
        return;
    }
    if let Err(refusal) = presence::client_lost(app, case, session).await {
        tracing::error!(code = refusal.code.as_str(), "a lost client was not noted");
    }
}

impl Peer for Page {
    type Command = ClientCommand;

    fn read(text: &str) -> Result<Command<ClientCommand>, protocol::Refused> {
        Command::read(text)
    }

    fn cost(command: &ClientCommand) -> u32 {
        match command {
            ClientCommand::Send { .. } | ClientCommand::Read { .. } => 1,
            ClientCommand::FetchAfter { .. }
            | ClientCommand::FetchBefore { .. }
            | ClientCommand::RaiseLevel { .. }
            | ClientCommand::End {} => 5,
            ClientCommand::Hello { .. } | ClientCommand::Reopen { .. } => 10,
        }
    }

    fn ears(&mut self) -> Ears<'_> {
        Ears { connection: &mut self.connection, queue: &mut self.queue }
    }

    async fn command(&mut self, command: ClientCommand) -> Result<Reply, FrameProblem> {
        let done = match command {
            ClientCommand::Send { envelope } => return self.send(&envelope).await,
            ClientCommand::Reopen { epoch } => return self.reopen(epoch.as_ref()).await,
            ClientCommand::Hello { .. } => Err(ErrorCode::WrongState.into()),
            ClientCommand::Read { seq } => self.read_to(seq).await,
            ClientCommand::FetchAfter { seq } => self.page(Range::After(seq), view::FORWARD).await,
            ClientCommand::FetchBefore { seq } => self.page(Range::Before(seq), view::NEWEST).await,
            ClientCommand::RaiseLevel { raise_id, level } => {
                self.raise_level(raise_id, level).await
            }
            ClientCommand::End {} => self.end().await,
        };
        done.map_err(Refusal::into_frame)
    }

    async fn signal(&mut self, signal: Signal) -> Result<Vec<Event>, Refusal> {
        self.hear(signal).await
    }

    async fn counted(&mut self) -> Result<Vec<Event>, Refusal> {
        Ok(self.hear_place())
    }

    async fn is_good(&self) -> bool {
        token::is_good(&self.app, self.token, self.case).await
    }
}

impl Page {
    /// Which boxes and lanes are the client's.
    const fn reader(&self) -> view::Reader<'static> {
        view::Reader { rkid: self.ckem, lanes: &[Lane::Chat], released: &[] }
    }

    async fn stored_case(&self) -> Result<Case, Refusal> {
        Ok(self.app.store.cases.get(self.case).await?)
    }

    async fn page(&self, range: Range, limit: u32) -> Result<Reply, Refusal> {
        let case = self.stored_case().await?;
        Ok(Reply::Page(view::page(&self.app, &case, Lane::Chat, range, limit).await?))
    }

    async fn read_to(&self, seq: u64) -> Result<Reply, Refusal> {
        let (case, lane) = (self.case, Lane::Chat);
        if self.app.store.messages.read(case, lane, self.csig, seq).await? {
            let signal = Signal::Read { case, lane, seq, by_client: true };
            self.app.hub.publish(Channel::Case(case), signal);
        }
        Ok(Reply::Done)
    }

    async fn raise_level(&mut self, raise_id: Id, level: u8) -> Result<Reply, Refusal> {
        let level = Level::try_from(level).map_err(|_| ErrorCode::BadFrame)?;
        if level == Level::NONE {
            return Err(ErrorCode::BadFrame.into());
        }
        let id = EscId::new(raise_id.0);
        let sessions = &self.app.store.sessions;
        let raised = sessions.raise_level(self.session.id, level, id, self.app.now()).await?;
        self.app.raised(&raised);
        self.session = raised.session;
        self.session_reply().await
    }

    async fn end(&mut self) -> Result<Reply, Refusal> {
        let ended =
            self.app.store.sessions.end(self.session.id, Ender::Client, self.app.now()).await?;
        self.app.session_changed(&ended);
        self.session = ended;
        self.session_reply().await
    }

    /// The session as the answer; an event then brings it again only if it changes once more.
    async fn session_reply(&mut self) -> Result<Reply, Refusal> {
        self.shown = view::session_with_place(&self.app, &self.session).await?;
        Ok(Reply::Session(self.shown.clone()))
    }
}
