//! The anchor: the least that a durable relay must do. A message is appended to a log, forced to
//! the disk together with those that came meanwhile, acknowledged, and passed on to its reader.
//! There is no encryption, no database, no rule, and nobody signs in.

mod log;
mod relay;

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::plan::Plan;
use crate::subject::{READERS, Reader, Room, Sender, Subject};
use crate::syncs::{Syncs, Trace};

pub(crate) use relay::serve;

/// About as long as Teduh's frame of an ordinary line: 528 bytes of ciphertext and a header, base64url.
const FRAME: usize = 900;

/// The relay, in a process of its own.
pub(crate) struct Anchor {
    process: Child,
    address: String,
    _folder: TempDir,
}

impl Anchor {
    /// Starts it on a new log.
    pub(crate) async fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("teduh-anchor-").tempdir()?;
        let mut process = Command::new(std::env::current_exe()?)
            .arg("anchor")
            .arg(folder.path().join("log"))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut said = BufReader::new(process.stdout.take().context("no stdout")?).lines();
        let address = said.next_line().await?.context("the anchor gave no address")?;
        Ok(Self { process, address, _folder: folder })
    }

    async fn connect(&self, role: String) -> Result<Socket> {
        let stream = TcpStream::connect(&self.address).await?;
        let (mut socket, _) = client_async(format!("ws://{}", self.address), stream).await?;
        socket.send(Message::text(role)).await?;
        let mut socket = Socket(socket);
        // A reader that is not heard yet would miss what is written.
        ensure!(socket.next().await? == relay::READY, "the anchor is not ready");
        Ok(socket)
    }

    /// A socket that writes to this reader.
    async fn writer(&self, reader: u32) -> Result<Socket> {
        self.connect(format!("write {reader}")).await
    }
}

impl Subject for Anchor {
    type Sender = Socket;
    type Reader = Socket;

    fn pid(&self) -> Result<u32> {
        self.process.id().context("the anchor has ended")
    }

    fn database_pid(&self) -> Option<u32> {
        None
    }

    async fn rooms(&self, plan: &Plan) -> Result<Vec<Room<Socket, Socket>>> {
        let mut rooms = Vec::new();
        for index in 0..READERS.get() {
            let reader = self.connect(format!("read {index}")).await?;
            let mut senders = Vec::new();
            for _ in 0..Plan::share(plan.senders.get(), READERS, index) {
                senders.push(self.writer(index).await?);
            }
            rooms.push(Room { reader, senders });
        }
        Ok(rooms)
    }

    async fn idle(&self, sessions: u32) -> Result<JoinSet<()>> {
        let mut waiting = JoinSet::new();
        for _ in 0..sessions {
            let mut socket = self.writer(0).await?;
            waiting.spawn(async move { while socket.next().await.is_ok() {} });
        }
        Ok(waiting)
    }

    async fn syncs(&self) -> Result<Syncs> {
        Trace::attach(self.pid()?).await
    }
}

/// A connection to the anchor.
pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    async fn next(&mut self) -> Result<String> {
        let next = self.0.next().await.context("the anchor closed")??;
        Ok(next.into_text()?.as_str().to_owned())
    }
}

impl Sender for Socket {
    async fn send(&mut self) -> Result<Duration> {
        self.0.send(Message::text("x".repeat(FRAME))).await?;
        let posted = Instant::now();
        let answer = self.next().await?;
        ensure!(answer == relay::STORED, "a message was not stored");
        Ok(posted.elapsed())
    }
}

impl Reader for Socket {
    async fn read(&mut self, messages: u32) -> Result<()> {
        for _ in 0..messages {
            self.next().await?;
        }
        Ok(())
    }
}
