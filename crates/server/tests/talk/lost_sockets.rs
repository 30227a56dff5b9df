//! Sockets that are ended because nobody keeps up at their other end.

use hub::{Channel, Signal};
use protocol::{ClientCommand, CloseCode, Command, PROTOCOL_VERSION, SessionState};
use server::settings::Settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::house::Office;

#[tokio::test]
async fn who_reads_too_slowly_is_closed_with_4000_and_misses_nothing() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    let mut dewi = office.counselor().await;
    let case = dewi.claim_next().await.unwrap();
    client.until_state(SessionState::Active).await.unwrap();
    dewi.say(case, "Saya di sini.").await.unwrap();
    // More at once than waits for anybody: nothing else runs between two of these.
    let case_id = domain::CaseId::new(case);
    for _ in 0..=300 {
        office.app().hub.publish(Channel::Case(case_id), Signal::Session { case: case_id });
    }
    let line = client.line().unwrap();
    assert_eq!(line.closed().await.unwrap(), CloseCode::SlowReader as u16);
    client.connect().await.unwrap();
    client.until_reads("Saya di sini.").await.unwrap();
}

#[tokio::test]
async fn who_answers_no_ping_is_closed_with_4002() {
    let mut settings = Settings::default();
    settings.times.ping_s = 1;
    let office = Office::with(settings).await;
    let client = office.client("Saya takut.").await;
    let mut mute = Mute::connect(office.address).await;
    let hello = ClientCommand::Hello {
        version: PROTOCOL_VERSION,
        token: client.token().clone(),
        after_seq: 0,
        records: 0,
    };
    mute.send(&Command { id: 1, body: hello }.write().unwrap()).await;
    let (pings, code) = mute.until_closed().await;
    assert_eq!((pings, code), (2, CloseCode::Silent as u16));
}

/// A socket that reads, and never answers a ping as every library would.
struct Mute(TcpStream);

impl Mute {
    async fn connect(address: std::net::SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let ask = format!(
            "GET /ws HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        assert!(head.starts_with(b"HTTP/1.1 101 "));
        Self(stream)
    }

    /// One text frame, masked with zeros.
    async fn send(&mut self, text: &str) {
        let length = u8::try_from(text.len()).unwrap();
        assert!(length < 126, "longer ones have another header");
        let head = [0x81, 0x80 | length, 0, 0, 0, 0];
        self.0.write_all(&[&head[..], text.as_bytes()].concat()).await.unwrap();
    }

    /// Reads frames until the server closes; gives the number of pings and the code.
    async fn until_closed(&mut self) -> (u32, u16) {
        let mut pings = 0;
        loop {
            let (kind, short) = (self.0.read_u8().await.unwrap(), self.0.read_u8().await.unwrap());
            let length = match short {
                126 => u64::from(self.0.read_u16().await.unwrap()),
                127 => self.0.read_u64().await.unwrap(),
                short => short.into(),
            };
            let mut body = vec![0; usize::try_from(length).unwrap()];
            self.0.read_exact(&mut body).await.unwrap();
            match kind & 0x0f {
                8 => return (pings, u16::from_be_bytes(*body.first_chunk().unwrap())),
                9 => pings += 1,
                _ => {}
            }
        }
    }
}
