//! The socket: numbered commands with their answers, and events in between.
//!
//! Nothing runs beside the actor: frames are read while it waits for something.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use protocol::{Command, Event, Frame, FrameProblem, Reply};
use serde::Serialize;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::{Error, Http, Result, Tape};

/// Longest wait for a frame: far longer than any story needs, so that only a fault runs into it.
const PATIENCE: Duration = Duration::from_mins(1);

/// One connection.
pub struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last_id: u64,
    events: VecDeque<Event>,
    tape: Option<Tape>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("last_id", &self.last_id).finish_non_exhaustive()
    }
}

impl Line {
    /// Connects; the first command must be a `hello`.
    pub async fn connect(http: &Http) -> Result<Self> {
        let connected = timeout(PATIENCE, connect_async(http.socket())).await;
        let (socket, answer) = connected.map_err(|_| silence())?.map_err(broken)?;
        let tape = http.tape();
        if let Some(tape) = &tape {
            tape.answered(answer.headers(), b"");
        }
        Ok(Self { socket, last_id: 0, events: VecDeque::new(), tape })
    }

    /// Asks and waits for the answer, a refusal included.
    pub async fn ask<C: Serialize>(&mut self, command: C) -> Result<Reply> {
        let id = self.post(command).await?;
        self.answer(id).await
    }

    /// Asks for something whose answer carries nothing.
    pub async fn tell<C: Serialize>(&mut self, command: C) -> Result<()> {
        match self.ask(command).await? {
            Reply::Done => Ok(()),
            other => Err(unexpected(other)),
        }
    }

    /// Sends a command without waiting; gives its number.
    pub async fn post<C: Serialize>(&mut self, command: C) -> Result<u64> {
        self.last_id += 1;
        let command = Command { id: self.last_id, body: command };
        let text = command.write().map_err(|why| Error::BadAnswer(why.to_string()))?;
        self.post_text(text).await?;
        Ok(self.last_id)
    }

    /// Sends a frame as it is.
    pub async fn post_text(&mut self, text: String) -> Result<()> {
        if let Some(tape) = &self.tape {
            tape.say(text.as_bytes());
        }
        let sent = timeout(PATIENCE, self.socket.send(Message::text(text))).await;
        match sent.map_err(|_| silence())? {
            Ok(()) => Ok(()),
            // The server may have said why it closed before the write failed.
            Err(why) => match self.frame().await {
                Err(closed @ Error::Closed(_)) => Err(closed),
                _ => Err(broken(why)),
            },
        }
    }

    /// Waits for the answer to a command.
    pub async fn answer(&mut self, id: u64) -> Result<Reply> {
        loop {
            match self.frame().await? {
                Frame::Reply { re, reply } if re == id => return Ok(reply),
                Frame::Reply { .. } => {}
                Frame::Event(event) => self.events.push_back(event),
            }
        }
    }

    /// The next event, waited for.
    pub async fn event(&mut self) -> Result<Event> {
        if let Some(event) = self.events.pop_front() {
            return Ok(event);
        }
        loop {
            if let Frame::Event(event) = self.frame().await? {
                return Ok(event);
            }
        }
    }

    /// An event that came already.
    pub fn event_at_hand(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Waits until the server closes; gives the code.
    pub async fn closed(&mut self) -> Result<u16> {
        loop {
            match self.frame().await {
                Ok(_) => {}
                Err(Error::Closed(code)) => return Ok(code),
                Err(other) => return Err(other),
            }
        }
    }

    /// The next frame, whatever it is.
    pub async fn frame(&mut self) -> Result<Frame> {
        loop {
            let next = timeout(PATIENCE, self.socket.next()).await.map_err(|_| silence())?;
            match next {
                Some(Ok(Message::Text(text))) => {
                    if let Some(tape) = &self.tape {
                        tape.hear(text.as_bytes());
                    }
                    return serde_json::from_str(text.as_str())
                        .map_err(|why| Error::BadAnswer(why.to_string()));
                }
                Some(Ok(Message::Close(Some(close)))) => {
                    return Err(Error::Closed(close.code.into()));
                }
                Some(Ok(Message::Close(None))) | None => {
                    return Err(Error::NoAnswer("the connection ended".to_owned()));
                }
                Some(Ok(_)) => {}
                Some(Err(why)) => return Err(broken(why)),
            }
        }
    }
}

/// A reply that its command does not have; a refusal keeps its code.
pub(crate) fn unexpected(reply: Reply) -> Error {
    match reply {
        Reply::Refused(problem) => refused(problem),
        _ => Error::BadAnswer("another reply than the command has".to_owned()),
    }
}

pub(crate) fn refused(problem: FrameProblem) -> Error {
    Error::Refused { code: problem.code, rule: problem.rule }
}

fn silence() -> Error {
    Error::NoAnswer(format!("nothing came in {} s", PATIENCE.as_secs()))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err asks for")]
fn broken(why: tokio_tungstenite::tungstenite::Error) -> Error {
    Error::NoAnswer(why.to_string())
}
