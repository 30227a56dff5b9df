//! The loop of one authenticated socket.
//!
//! Commands are done one after the other, in the order in which they came: so the messages of one
//! sender are stored in that order. A command that has begun is never given up half-way, whatever
//! becomes of the socket.

use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use hub::{Connection, Signal};
use protocol::{CloseCode, Command, ErrorCode, Event, Frame, FrameProblem, Reply};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::socket::{Incoming, Socket};
use crate::buckets::Bucket;
use crate::queue::QueueNow;
use crate::refusal::Refusal;
use crate::state::App;

/// So many pings in a row may go unanswered.
const PINGS: u32 = 2;
/// At each fourth ping the token is looked at again. Exits and revocations do not wait for it.
const LOOK: u32 = 4;

/// What a peer listens to beside its socket.
pub(super) struct Ears<'a> {
    /// Signals of its cases.
    pub(super) connection: &'a mut Connection,
    /// Counts of the queue.
    pub(super) queue: &'a mut watch::Receiver<Arc<QueueNow>>,
}

/// One end of a talk: a client's page or a desk.
pub(super) trait Peer: Send {
    /// What it may ask.
    type Command: Send;

    /// Reads a frame.
    fn read(text: &str) -> Result<Command<Self::Command>, protocol::Refused>;

    /// What a command takes from the bucket.
    fn cost(command: &Self::Command) -> u32;

    /// What it listens to.
    fn ears(&mut self) -> Ears<'_>;

    /// Does a command.
    fn command(
        &mut self,
        command: Self::Command,
    ) -> impl Future<Output = Result<Reply, FrameProblem>> + Send;

    /// What a signal shows to this peer.
    fn signal(
        &mut self,
        signal: Signal,
    ) -> impl Future<Output = Result<Vec<Event>, Refusal>> + Send;

    /// What a new count of the queue shows to this peer.
    fn counted(&mut self) -> impl Future<Output = Result<Vec<Event>, Refusal>> + Send;

    /// Whether its token or sign-in is still good.
    fn is_good(&self) -> impl Future<Output = bool> + Send;
}

enum Step {
    Incoming(Incoming),
    Signal(Result<Signal, CloseCode>),
    Counted,
    Ping,
}

/// Serves a peer until its socket ends; gives the code to close with, unless it is gone already.
pub(super) async fn serve<P: Peer>(
    app: &App,
    socket: &mut Socket,
    peer: &mut P,
) -> Option<CloseCode> {
    let mut talk = Talk {
        bucket: Bucket::full(app.settings.limits.socket(), app.now()),
        unanswered: 0,
        pings: 0,
        app,
        socket,
        peer,
    };
    let period = Duration::from_secs(app.settings.times.ping_s.max(1));
    let mut pings = interval_at(Instant::now() + period, period);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let Ears { connection, queue } = talk.peer.ears();
        let step = tokio::select! {
            biased;
            () = app.stopping.cancelled() => return Some(CloseCode::Stopping),
            signal = connection.next() => Step::Signal(signal),
            _ = pings.tick() => Step::Ping,
            incoming = talk.socket.next() => Step::Incoming(incoming),
            Ok(()) = queue.changed() => Step::Counted,
        };
        if let Err(end) = talk.step(step).await {
            return end;
        }
    }
}

struct Talk<'a, P> {
    app: &'a App,
    socket: &'a mut Socket,
    peer: &'a mut P,
    bucket: Bucket,
    unanswered: u32,
    pings: u32,
}

type Ended = Option<CloseCode>;

impl<P: Peer> Talk<'_, P> {
    async fn step(&mut self, step: Step) -> Result<(), Ended> {
        match step {
            Step::Incoming(Incoming::Text(text)) => {
                self.unanswered = 0;
                self.frame(&text).await
            }
            Step::Incoming(Incoming::Alive) => {
                self.unanswered = 0;
                Ok(())
            }
            Step::Incoming(Incoming::End(code)) => Err(code),
            Step::Signal(Err(code)) => Err(Some(code)),
            Step::Signal(Ok(signal)) => {
                let events = self.peer.signal(signal).await;
                self.events(events).await
            }
            Step::Counted => {
                let events = self.peer.counted().await;
                self.events(events).await
            }
            Step::Ping => self.ping().await,
        }
    }

    async fn frame(&mut self, text: &str) -> Result<(), Ended> {
        let Command { id, body } = match P::read(text) {
            Ok(command) => command,
            Err(refused) => {
                let id = refused.id.ok_or(Some(CloseCode::BadFrame))?;
                return self.reply(id, Err(Refusal::from(refused.code).into_frame())).await;
            }
        };
        let rate = self.app.settings.limits.socket();
        let now: Timestamp = self.app.now();
        let outcome = if self.bucket.take(rate, P::cost(&body), now) {
            self.peer.command(body).await
        } else {
            Err(Refusal::from(ErrorCode::SlowDown).into_frame())
        };
        self.reply(id, outcome).await
    }

    async fn reply(&mut self, re: u64, outcome: Result<Reply, FrameProblem>) -> Result<(), Ended> {
        let reply = outcome.unwrap_or_else(Reply::Refused);
        self.send(&Frame::Reply { re, reply }).await
    }

    async fn events(&mut self, events: Result<Vec<Event>, Refusal>) -> Result<(), Ended> {
        // What could not be read now is lost to this socket; the next one resumes from storage.
        for event in events.map_err(|_| Some(CloseCode::SlowReader))? {
            self.send(&Frame::Event(event)).await?;
        }
        Ok(())
    }

    async fn ping(&mut self) -> Result<(), Ended> {
        if self.unanswered >= PINGS {
            return Err(Some(CloseCode::Silent));
        }
        self.pings = self.pings.wrapping_add(1);
        if self.pings.is_multiple_of(LOOK) && !self.peer.is_good().await {
            return Err(Some(CloseCode::SignedOut));
        }
        self.unanswered += 1;
        self.socket.ping().await.map_err(Some)
    }

    async fn send(&mut self, frame: &Frame) -> Result<(), Ended> {
        self.socket.send(frame, self.peer.ears().connection).await.map_err(Some)
    }
}
