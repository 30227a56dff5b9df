//! The relay: sockets that write, and sockets that read what is written to them.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_async_with_config};

use super::log::Log;
use crate::subject::READERS;

/// The first frame to each socket, when it is heard.
pub(super) const READY: &str = "ready";
/// The acknowledgement.
pub(super) const STORED: &str = "stored";
/// Messages that a reader may be behind.
const BEHIND: usize = 1024;

/// Serves on a free port, which it prints, until it is killed.
pub(crate) async fn serve(log: &Path) -> Result<()> {
    let relay = Relay {
        log: Log::create(log)?,
        readers: (0..READERS.get()).map(|_| broadcast::Sender::new(BEHIND)).collect(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    let mut sockets = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        let relay = relay.clone();
        sockets.spawn(async move { relay.socket(stream).await });
        // Those that have ended are let go.
        while sockets.try_join_next().is_some() {}
    }
}

#[derive(Clone)]
struct Relay {
    log: Log,
    readers: Vec<broadcast::Sender<Utf8Bytes>>,
}

impl Relay {
    /// The first frame says `write` or `read`, and which reader.
    async fn socket(self, stream: TcpStream) -> Result<()> {
        // As Teduh's sockets have it (docs/dependencies.md); the rest stands as it comes.
        let config = WebSocketConfig::default().read_buffer_size(1024).write_buffer_size(0);
        let mut socket = accept_async_with_config(stream, Some(config)).await?;
        let role = socket.next().await.context("nothing came")??.into_text()?;
        let (role, reader) = role.split_once(' ').context("no role")?;
        let reader = self.readers.get(reader.parse::<usize>()?).context("no such reader")?;
        match role {
            "write" => self.write(socket, reader).await,
            "read" => read(socket, reader.subscribe()).await,
            _ => bail!("an unknown role"),
        }
    }

    async fn write(
        &self,
        mut socket: WebSocketStream<TcpStream>,
        reader: &broadcast::Sender<Utf8Bytes>,
    ) -> Result<()> {
        socket.send(Message::text(READY)).await?;
        while let Some(Message::Text(text)) = socket.next().await.transpose()? {
            self.log.append(text.clone()).await?;
            socket.send(Message::text(STORED)).await?;
            reader.send(text)?;
        }
        Ok(())
    }
}

async fn read(
    mut socket: WebSocketStream<TcpStream>,
    mut messages: broadcast::Receiver<Utf8Bytes>,
) -> Result<()> {
    socket.send(Message::text(READY)).await?;
    loop {
        socket.send(Message::Text(messages.recv().await?)).await?;
    }
}
