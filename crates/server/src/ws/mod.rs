//! `/ws`: sockets of clients' pages and of desks.

mod append;
mod client;
mod cursor;
mod feed;
mod peer;
mod refused;
mod socket;
mod staff;

use std::pin::pin;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, Stream, StreamExt as _};
use protocol::{
    ClientCommand, CloseCode, Command, ErrorCode, Frame, MAX_FRAME, PROTOCOL_VERSION, Reply,
    StaffCommand,
};

use crate::api::Address;
use crate::auth::Source;
use crate::refusal::Refusal;
use crate::state::{App, Shared};
use socket::{Incoming, Socket};

/// How long the first frame may take.
const HELLO: Duration = Duration::from_secs(10);
/// What a new socket takes from its address's bucket.
const COST: u32 = 5;

/// Takes a socket over, unless the service is stopping or the address asks too much.
pub(crate) async fn upgrade(
    State(app): State<Shared>,
    address: Address,
    source: Source,
    upgrade: WebSocketUpgrade,
) -> Response {
    if app.stopping.is_cancelled() {
        return Refusal::from(ErrorCode::Stopping).into_response();
    }
    if let Err(refusal) = address.take(&app, COST) {
        return refusal.into_response();
    }
    // An idle socket costs 5 KiB with these, 130 KiB without.
    upgrade
        .read_buffer_size(1024)
        .write_buffer_size(0)
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .on_upgrade(move |socket| {
            let tasks = app.tasks.clone();
            tasks.track_future(serve(app, Socket::new(socket), source))
        })
}

async fn serve(app: Shared, mut socket: Socket, source: Source) {
    let end = match first(&app, &mut socket).await {
        Ok(First::Client(id, hello)) => client::serve(&app, &mut socket, id, hello).await,
        Ok(First::Staff(id, token, resuming)) => {
            let hello = staff::Hello { token, resuming, source };
            staff::serve(&app, &mut socket, id, hello).await
        }
        Err(end) => end,
    };
    if let Some(code) = end {
        socket.close(code).await;
    }
}

enum First {
    Client(u64, client::Hello),
    Staff(u64, String, bool),
}

/// The first frame, or how the socket ends without one.
async fn first(app: &App, socket: &mut Socket) -> Result<First, Option<CloseCode>> {
    let frames =
        stream::unfold(&mut *socket, |socket| async { Some((socket.next().await, socket)) });
    let text = tokio::select! {
        () = app.stopping.cancelled() => return Err(Some(CloseCode::Stopping)),
        text = in_time(HELLO, frames) => text?,
    };
    match read_first(&text) {
        Ok(first) => Ok(first),
        Err((id, code)) => Err(Some(refuse_first(socket, id, code).await)),
    }
}

/// The first text; whatever else comes meanwhile gives no more time.
async fn in_time(
    limit: Duration,
    incoming: impl Stream<Item = Incoming>,
) -> Result<String, Option<CloseCode>> {
    let mut incoming = pin!(incoming);
    let text = async {
        loop {
            match incoming.next().await {
                Some(Incoming::Text(text)) => return Ok(text),
                Some(Incoming::Alive) => {}
                Some(Incoming::End(code)) => return Err(code),
                None => return Err(None),
            }
        }
    };
    let late = |_| Err(Some(CloseCode::Unauthenticated));
    tokio::time::timeout(limit, text).await.unwrap_or_else(late)
}

fn read_first(text: &str) -> Result<First, (Option<u64>, ErrorCode)> {
    let (id, version, first) = match Command::<ClientCommand>::read(text) {
        Ok(Command { id, body: ClientCommand::Hello { version, token, after_seq, records } }) => {
            (id, version, First::Client(id, client::Hello { token, after_seq, records }))
        }
        Ok(Command { id, .. }) => return Err((Some(id), ErrorCode::HelloFirst)),
        Err(refused) if refused.code == ErrorCode::UnknownType => {
            match Command::<StaffCommand>::read(text) {
                Ok(Command { id, body: StaffCommand::StaffHello { version, token, resuming } }) => {
                    (id, version, First::Staff(id, token, resuming))
                }
                Ok(Command { id, .. }) => return Err((Some(id), ErrorCode::HelloFirst)),
                Err(refused) => return Err((refused.id, refused.code)),
            }
        }
        Err(refused) => return Err((refused.id, refused.code)),
    };
    if version == PROTOCOL_VERSION {
        Ok(first)
    } else {
        Err((Some(id), ErrorCode::UnsupportedVersion))
    }
}

/// Answers a first frame that was not taken, as far as it can be answered; gives the close code.
async fn refuse_first(socket: &mut Socket, id: Option<u64>, code: ErrorCode) -> CloseCode {
    if let Some(re) = id {
        let reply = Reply::Refused(Refusal::from(code).into_frame());
        if let Err(end) = socket.send_first(&Frame::Reply { re, reply }).await {
            return end;
        }
    }
    match code {
        ErrorCode::UnsupportedVersion => CloseCode::UnsupportedVersion,
        ErrorCode::HelloFirst | ErrorCode::TokenInvalid => CloseCode::Unauthenticated,
        // The database did not answer, or a fault of ours: the same hello may do a moment later.
        ErrorCode::NotStored | ErrorCode::Internal => CloseCode::SlowReader,
        _ => CloseCode::BadFrame,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pings_give_no_more_time_for_the_first_frame() {
        let pings = stream::unfold(0, async |pings| {
            assert!(pings < 100_000_000, "it waits for ever");
            tokio::task::yield_now().await;
            Some((Incoming::Alive, pings + 1))
        });
        let first = in_time(Duration::from_millis(1), pings);
        assert_eq!(first.await.unwrap_err(), Some(CloseCode::Unauthenticated));
    }
}
