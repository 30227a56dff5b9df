//! A desk: the queue, and the cases of one member of staff.

mod access;
mod bad_box;
mod board;
mod case;
mod claim;
mod claim_records;
mod escalations;
mod give_back;
mod held;
mod hello;
mod listen;
mod openings;
mod pair;
mod rekey;
mod send;
mod status;

use std::collections::HashMap;
use std::sync::Arc;

use domain::{Board, CaseId, Kid, Lane, OpeningId, SessionId, StaffId};
use hub::{Channel, Connection, Signal};
use protocol::{
    CloseCode, Command, EscalationView, Event, Frame, FrameProblem, Id, LeftBehindView,
    OpeningView, QueueView, Reply, StaffCommand,
};
use storage::StorageError;
use storage::messages::Range;
use storage::sessions::Ender;
use tokio::sync::watch;

use super::peer::{self, Ears, Peer};
use super::refuse_first;
use super::socket::Socket;
use crate::auth::{Caller, Source};
use crate::queue::QueueNow;
use crate::refusal::Refusal;
use crate::state::{App, Shared};
use crate::{presence, view};
use escalations::NewRaise;
use held::Held;
use pair::Posted;
use rekey::NewEpochs;

/// The first frame of a desk.
pub(super) struct Hello {
    pub(super) token: String,
    pub(super) resuming: bool,
    /// Where the socket comes from.
    pub(super) source: Source,
}

/// One desk.
pub(super) struct Desk {
    app: Shared,
    connection: Connection,
    queue: watch::Receiver<Arc<QueueNow>>,
    access: Caller,
    /// The person's signing key.
    sig: Kid,
    /// The person's box key.
    kem: Kid,
    /// The cases that the desk hears of.
    cases: HashMap<CaseId, Held>,
    /// The waiting list that the desk was shown last.
    shown: Option<QueueView>,
    /// The escalation of each case, as the desk was shown it last.
    escalations: HashMap<CaseId, EscalationView>,
    /// The openings as the desk was shown them last.
    openings: HashMap<OpeningId, OpeningView>,
    /// What is left behind, as the desk was shown it last.
    left_behind: Vec<LeftBehindView>,
    /// The live board as the desk was shown it last.
    board: Arc<Board>,
    /// Whether the desk was shown what a supervisor is shown.
    as_supervisor: bool,
    /// How many supervisors the desk was told are there.
    supervisors: u32,
    /// Where the socket comes from.
    source: Source,
}

/// Serves a desk until its socket ends; gives the code to close with.
pub(super) async fn serve(
    app: &Shared,
    socket: &mut Socket,
    id: u64,
    hello: Hello,
) -> Option<CloseCode> {
    let (mut desk, reply) = match hello::enter(app, &hello).await {
        Ok(entered) => entered,
        Err(refusal) => return Some(refuse_first(socket, Some(id), refusal.code).await),
    };
    let welcome = Frame::Reply { re: id, reply };
    let end = match socket.send(&welcome, &desk.connection).await {
        Ok(()) => peer::serve(app, socket, &mut desk).await,
        Err(code) => Some(code),
    };
    let staff = desk.access.staff;
    drop(desk);
    left(app, staff).await;
    end
}

/// The desk is gone. When the service stops, the next start notes it for everybody.
async fn left(app: &App, staff: StaffId) {
    if app.stopping.is_cancelled() {
        return;
    }
    app.hub.publish(Channel::Desks, Signal::Supervisors);
    if let Err(refusal) = presence::counselor_lost(app, staff).await {
        tracing::error!(code = refusal.code.as_str(), "a lost counselor was not noted");
    }
}

impl Peer for Desk {
    type Command = StaffCommand;

    fn read(text: &str) -> Result<Command<StaffCommand>, protocol::Refused> {
        Command::read(text)
    }

    fn cost(command: &StaffCommand) -> u32 {
        match command {
            StaffCommand::Send { .. }
            | StaffCommand::Read { .. }
            | StaffCommand::PageSeen { .. } => 1,
            StaffCommand::FetchAfter { .. }
            | StaffCommand::FetchBefore { .. }
            | StaffCommand::Status { .. }
            | StaffCommand::Token { .. }
            | StaffCommand::BadBox { .. }
            | StaffCommand::End { .. }
            | StaffCommand::Raise { .. }
            | StaffCommand::Acknowledge { .. }
            | StaffCommand::Own { .. }
            | StaffCommand::Lower { .. }
            | StaffCommand::Resolve { .. }
            | StaffCommand::ReopenEscalation { .. }
            | StaffCommand::Confirm { .. }
            | StaffCommand::ApproveOpening { .. }
            | StaffCommand::RefuseOpening { .. }
            | StaffCommand::Countersign { .. }
            | StaffCommand::CloseOpening { .. } => 5,
            StaffCommand::StaffHello { .. }
            | StaffCommand::Claim { .. }
            | StaffCommand::ClaimRecords { .. }
            | StaffCommand::Case { .. }
            | StaffCommand::GiveBack { .. }
            | StaffCommand::BreakGlass { .. }
            | StaffCommand::Join { .. }
            | StaffCommand::TakeOver { .. }
            | StaffCommand::Leave { .. }
            | StaffCommand::Requeue { .. }
            | StaffCommand::Rekey { .. } => 10,
        }
    }

    fn ears(&mut self) -> Ears<'_> {
        Ears { connection: &mut self.connection, queue: &mut self.queue }
    }

    async fn command(&mut self, command: StaffCommand) -> Result<Reply, FrameProblem> {
        let done = match command {
            StaffCommand::Send { envelope } => return self.send(&envelope).await,
            StaffCommand::ClaimRecords { session_id, chat, notes, hello } => {
                let posted = Posted { chat, notes, hello };
                return self.claim_records(session(session_id), &posted).await;
            }
            StaffCommand::GiveBack { session_id, epoch } => {
                return self.give_back(session(session_id), &epoch).await;
            }
            StaffCommand::Join { case_id, chat, notes, hello } => {
                return self.join(case_id, &Posted { chat, notes, hello }).await;
            }
            StaffCommand::TakeOver { case_id, chat, notes, hello } => {
                return self.take_over(case_id, &Posted { chat, notes, hello }).await;
            }
            StaffCommand::Leave { case_id, chat, notes } => {
                return self.leave(case_id, &chat, &notes).await;
            }
            StaffCommand::Requeue { case_id, epoch } => return self.requeue(case_id, &epoch).await,
            StaffCommand::Rekey { case_id, through, chat, notes } => {
                return self.rekey(case_id, &NewEpochs { through, chat, notes }).await;
            }
            StaffCommand::StaffHello { resuming, token, .. } => self.again(&token, resuming).await,
            StaffCommand::Token { token } => self.renew(&token).await,
            StaffCommand::Status { status } => self.status(status).await,
            StaffCommand::Claim { session_id } => self.claim(session(session_id)).await,
            StaffCommand::BadBox { session_id } => self.bad_box(session(session_id)).await,
            StaffCommand::Read { case_id, lane, seq } => self.read_to(case_id, lane, seq).await,
            StaffCommand::Case { case_id } => self.case(CaseId::new(case_id.0)).await,
            StaffCommand::FetchAfter { case_id, lane, seq } => {
                self.page(case_id, lane, Range::After(seq), view::FORWARD).await
            }
            StaffCommand::FetchBefore { case_id, lane, seq } => {
                self.page(case_id, lane, Range::Before(seq), view::NEWEST).await
            }
            StaffCommand::End { session_id } => self.end(session(session_id)).await,
            StaffCommand::Raise { case_id, raise_id, level, record, sig } => {
                self.raise(NewRaise { case_id, raise_id, level, record, sig }).await
            }
            StaffCommand::Acknowledge { escalation_id } => self.acknowledge(escalation_id).await,
            StaffCommand::Own { escalation_id, from } => self.own(escalation_id, from).await,
            StaffCommand::Lower { escalation_id, level, reason } => {
                self.lower(escalation_id, level, &reason).await
            }
            StaffCommand::Resolve { escalation_id, outcome, follow_up } => {
                self.resolve(escalation_id, &outcome, follow_up.as_deref()).await
            }
            StaffCommand::ReopenEscalation { escalation_id } => {
                self.reopen_escalation(escalation_id).await
            }
            StaffCommand::PageSeen { minute } => self.page_seen(minute).await,
            StaffCommand::Confirm { code } => self.confirm(&code).await,
            StaffCommand::BreakGlass { opening_id, case_id, reason } => {
                self.break_glass(opening_id, case_id, &reason).await
            }
            StaffCommand::ApproveOpening { opening_id } => self.approve_opening(opening_id).await,
            StaffCommand::RefuseOpening { opening_id } => self.refuse_opening(opening_id).await,
            StaffCommand::Countersign { opening_id } => self.countersign(opening_id).await,
            StaffCommand::CloseOpening { opening_id } => self.close_opening(opening_id).await,
        };
        done.map_err(Refusal::into_frame)
    }

    async fn signal(&mut self, signal: Signal) -> Result<Vec<Event>, Refusal> {
        self.hear(signal).await
    }

    async fn counted(&mut self) -> Result<Vec<Event>, Refusal> {
        self.hear_count().await
    }

    async fn is_good(&self) -> bool {
        let sign_in = self.app.store.sign_ins.get(self.access.sid, self.app.now()).await;
        // While the database does not answer, nobody is thrown out.
        !matches!(sign_in, Err(StorageError::NotFound | StorageError::Expired))
    }
}

impl Desk {
    const BOTH: &'static [Lane] = &[Lane::Chat, Lane::Notes];

    async fn read_to(&self, case_id: Id, lane: u8, seq: u64) -> Result<Reply, Refusal> {
        let (case, lane) = self.there(case_id, lane).await?;
        if self.app.store.messages.read(case, lane, self.sig, seq).await? {
            let signal = Signal::Read { case, lane, seq, by_client: false };
            self.app.hub.publish(Channel::Case(case), signal);
        }
        Ok(Reply::Done)
    }

    async fn page(
        &self,
        case_id: Id,
        lane: u8,
        range: Range,
        limit: u32,
    ) -> Result<Reply, Refusal> {
        let (case, lane) = self.readable(case_id, lane).await?;
        let case = self.app.store.cases.get(case).await?;
        Ok(Reply::Page(view::page(&self.app, &case, lane, range, limit).await?))
    }

    async fn end(&mut self, session: SessionId) -> Result<Reply, Refusal> {
        let by = Ender::Staff(self.access.staff);
        let ended = self.app.store.sessions.end(session, by, self.app.now()).await?;
        self.app.session_changed(&ended);
        Ok(Reply::Done)
    }
}

const fn session(id: Id) -> SessionId {
    SessionId::new(id.0)
}
