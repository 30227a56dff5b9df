//! The bounded way to one connection, and the reason for which it ends.

use protocol::CloseCode;
use tokio::sync::{mpsc, watch};

use crate::Signal;

/// So many signals may wait for a connection before it counts as too slow.
pub(crate) const CAPACITY: usize = 256;

/// The hub's end.
pub(crate) struct Outbox {
    signals: mpsc::Sender<Signal>,
    close: watch::Sender<Option<CloseCode>>,
}

/// The connection's end.
pub(crate) struct Inbox {
    signals: mpsc::Receiver<Signal>,
    close: watch::Receiver<Option<CloseCode>>,
}

pub(crate) fn pair() -> (Outbox, Inbox) {
    let (signals_in, signals_out) = mpsc::channel(CAPACITY);
    let (close_in, close_out) = watch::channel(None);
    (
        Outbox { signals: signals_in, close: close_in },
        Inbox { signals: signals_out, close: close_out },
    )
}

impl Outbox {
    /// Never waits: a full outbox closes its connection.
    pub(crate) fn push(&self, signal: Signal) {
        if self.signals.try_send(signal).is_err() {
            self.close(CloseCode::SlowReader);
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.close.borrow().is_some()
    }

    /// The first reason stays.
    pub(crate) fn close(&self, code: CloseCode) {
        self.close.send_if_modified(|stands| {
            let first = stands.is_none();
            stands.get_or_insert(code);
            first
        });
    }
}

impl Inbox {
    pub(crate) async fn next(&mut self) -> Result<Signal, CloseCode> {
        tokio::select! {
            biased;
            code = closed(&self.close) => Err(code),
            signal = self.signals.recv() => signal.ok_or(CloseCode::Stopping),
        }
    }

    pub(crate) async fn closed(&self) -> CloseCode {
        closed(&self.close).await
    }
}

async fn closed(close: &watch::Receiver<Option<CloseCode>>) -> CloseCode {
    let mut close = close.clone();
    match close.wait_for(Option::is_some).await.map(|code| *code) {
        Ok(Some(code)) => code,
        // The hub is gone with its outboxes: the service ends.
        Ok(None) | Err(_) => CloseCode::Stopping,
    }
}
