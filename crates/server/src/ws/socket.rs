//! A socket: frames in, frames out, pings, and an end with a code.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::StreamExt as _;
use hub::Connection;
use protocol::{CloseCode, Frame};
use tokio::time::error::Elapsed;

use crate::refusal::Refusal;

/// How long one frame may take to leave.
const WRITE: Duration = Duration::from_secs(30);
/// How long the other end has to answer a close.
const GOODBYE: Duration = Duration::from_secs(2);

/// A socket that speaks text frames.
pub(super) struct Socket(WebSocket);

/// What came in.
pub(super) enum Incoming {
    /// A text frame.
    Text(String),
    /// The other end is alive.
    Alive,
    /// It ended, or is to be closed with this code.
    End(Option<CloseCode>),
}

impl Socket {
    pub(super) const fn new(socket: WebSocket) -> Self {
        Self(socket)
    }

    /// The next frame. Nothing is lost when the future is dropped.
    pub(super) async fn next(&mut self) -> Incoming {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Incoming::Text(text.as_str().to_owned()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Incoming::Alive,
            Some(Ok(Message::Close(_))) | None => Incoming::End(None),
            // Bytes, a frame too large or malformed, or a broken connection, where nobody reads it.
            Some(Ok(Message::Binary(_)) | Err(_)) => Incoming::End(Some(CloseCode::BadFrame)),
        }
    }

    /// Sends a frame, unless the connection is to be closed or does not take it.
    pub(super) async fn send(
        &mut self,
        frame: &Frame,
        connection: &Connection,
    ) -> Result<(), CloseCode> {
        let text = write(frame)?;
        tokio::select! {
            biased;
            sent = tokio::time::timeout(WRITE, self.0.send(text)) => outcome(sent),
            code = connection.closed() => Err(code),
        }
    }

    /// Sends a frame before anybody is known at the other end.
    pub(super) async fn send_first(&mut self, frame: &Frame) -> Result<(), CloseCode> {
        let text = write(frame)?;
        outcome(tokio::time::timeout(WRITE, self.0.send(text)).await)
    }

    /// Asks for a sign of life.
    pub(super) async fn ping(&mut self) -> Result<(), CloseCode> {
        let ping = Message::Ping(axum::body::Bytes::new());
        outcome(tokio::time::timeout(WRITE, self.0.send(ping)).await)
    }

    /// Says goodbye and waits a little for the other end, so that it reads the code.
    pub(super) async fn close(mut self, code: CloseCode) {
        let frame = CloseFrame { code: code as u16, reason: "".into() };
        let goodbye = async {
            if self.0.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = self.0.next().await {}
            }
        };
        // Whoever does not answer is left: the socket is dropped next.
        let _ = tokio::time::timeout(GOODBYE, goodbye).await;
    }
}

fn write(frame: &Frame) -> Result<Message, CloseCode> {
    match serde_json::to_string(frame) {
        Ok(text) => Ok(Message::Text(text.into())),
        Err(error) => {
            Refusal::internal(&error);
            Err(CloseCode::SlowReader)
        }
    }
}

fn outcome<E>(sent: Result<Result<(), E>, Elapsed>) -> Result<(), CloseCode> {
    sent.ok().and_then(Result::ok).ok_or(CloseCode::Silent)
}
