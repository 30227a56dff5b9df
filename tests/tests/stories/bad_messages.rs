//! Bad input, row by row: messages.

use actors::{Client, Counselor};
use anyhow::{Context, Result, bail, ensure};
use crypto::Secret;
use crypto::epoch::{CreatorKind, EpochKey, LaneKind};
use crypto::message::{self, Content, Header};
use crypto::sign::SigningKey;
use protocol::{
    Blob, ClientCommand, Envelope, ErrorCode, Reply, SessionState, StaffCommand, StoredAck,
};
use stories::{Engine, House, on_both_engines};

/// A client and a counselor who talk.
struct Talk {
    house: House,
    client: Client,
    dewi: Counselor,
    case: crypto::Id,
}

impl Talk {
    async fn begun(engine: Engine) -> Result<Self> {
        let house = House::open(engine).await?;
        let mut client = house.client("Halo.").await?;
        let mut dewi = house.counselor(0).await?;
        let case = dewi.claim_next().await?;
        client.until_state(SessionState::Active).await?;
        Ok(Self { house, client, dewi, case })
    }

    /// A header as this client's page would write it.
    fn header(&self, msg_id: crypto::Id) -> Result<Header> {
        Ok(Header {
            org_id: self.client.case().org_id,
            case_id: self.case,
            lane: LaneKind::Chat,
            epoch: self.key()?.epoch,
            msg_id,
            sender_kind: CreatorKind::Client,
            sender: self.client.signing_key().kid(),
            kind: actors::kind::TEXT,
        })
    }

    fn key(&self) -> Result<&EpochKey> {
        self.client.chat.newest_key().context("a key")
    }

    /// The client's socket sends this; the answer.
    async fn client_sends(&mut self, header: &Header, text: &str) -> Result<Reply> {
        let envelope = sealed(header, self.key()?, self.client.signing_key(), text)?;
        Ok(self.client.line()?.ask(ClientCommand::Send { envelope }).await?)
    }

    async fn desk_sends(&mut self, header: &Header, text: &str) -> Result<Reply> {
        let envelope = sealed(header, self.key()?, self.dewi.member.signing_key(), text)?;
        Ok(self.dewi.line()?.ask(StaffCommand::Send { envelope }).await?)
    }
}

fn sealed(header: &Header, key: &EpochKey, signer: &SigningKey, text: &str) -> Result<Envelope> {
    let body = serde_json::to_vec(&protocol::Body::Text { t: text.to_owned() })?;
    let content = Content {
        ctr: 100,
        ts_ms: 0,
        seen_seq: 0,
        seen_th: message::th_start(&header.case_id, header.lane),
        body: body.into(),
    };
    let sealed = message::seal(header, &content, key, signer)?;
    Ok(Envelope { h: Blob(sealed.header), c: Blob(sealed.ct) })
}

fn code(reply: &Reply) -> Option<ErrorCode> {
    match reply {
        Reply::Refused(problem) => Some(problem.code),
        _ => None,
    }
}

fn ack(reply: Reply) -> Result<StoredAck> {
    match reply {
        Reply::Stored(ack) => Ok(ack),
        other => bail!("{other:?}"),
    }
}

#[tokio::test]
async fn another_sender_is_wrong_sender() -> Result<()> {
    let mut talk = Talk::begun(Engine::Sqlite).await?;
    let header = Header { sender: [9; 16], ..talk.header([1; 16])? };
    ensure!(code(&talk.client_sends(&header, "x").await?) == Some(ErrorCode::WrongSender));
    Ok(())
}

#[tokio::test]
async fn the_client_of_another_case_is_wrong_sender() -> Result<()> {
    let mut talk = Talk::begun(Engine::Sqlite).await?;
    let other = talk.house.client("Halo juga.").await?;
    let header = Header { case_id: other.case_id(), ..talk.header([1; 16])? };
    ensure!(code(&talk.client_sends(&header, "x").await?) == Some(ErrorCode::WrongSender));
    Ok(())
}

#[tokio::test]
async fn a_client_in_lane_2_is_wrong_lane() -> Result<()> {
    let mut talk = Talk::begun(Engine::Sqlite).await?;
    let header = Header { lane: LaneKind::Notes, ..talk.header([1; 16])? };
    ensure!(code(&talk.client_sends(&header, "x").await?) == Some(ErrorCode::WrongLane));
    Ok(())
}

#[tokio::test]
async fn a_counselor_of_no_such_case_is_not_assigned() -> Result<()> {
    let mut talk = Talk::begun(Engine::Sqlite).await?;
    let other = talk.house.client("Halo juga.").await?;
    let header = Header {
        case_id: other.case_id(),
        sender_kind: CreatorKind::Staff,
        sender: talk.dewi.member.signing_key().kid(),
        ..talk.header([1; 16])?
    };
    ensure!(code(&talk.desk_sends(&header, "x").await?) == Some(ErrorCode::NotAssigned));
    Ok(())
}

#[tokio::test]
async fn an_older_epoch_is_stale_epoch_and_brings_the_chain() -> Result<()> {
    let mut talk = Talk::begun(Engine::Sqlite).await?;
    let header = Header { epoch: 0, ..talk.header([1; 16])? };
    match talk.client_sends(&header, "x").await? {
        Reply::Refused(problem) => {
            ensure!(problem.code == ErrorCode::StaleEpoch);
            ensure!(problem.lanes.iter().any(|lane| lane.lane == 1 && lane.records.len() == 2));
        }
        other => bail!("{other:?}"),
    }
    Ok(())
}

#[tokio::test]
async fn an_epoch_that_is_not_there_yet_is_stale_epoch() -> Result<()> {
    let mut talk = Talk::begun(Engine::Sqlite).await?;
    let header = Header { epoch: 7, ..talk.header([1; 16])? };
    ensure!(code(&talk.client_sends(&header, "x").await?) == Some(ErrorCode::StaleEpoch));
    Ok(())
}

#[tokio::test]
async fn another_organisation_is_envelope_refused() -> Result<()> {
    let mut talk = Talk::begun(Engine::Sqlite).await?;
    let header = Header { org_id: [9; 16], ..talk.header([1; 16])? };
    ensure!(code(&talk.client_sends(&header, "x").await?) == Some(ErrorCode::EnvelopeRefused));
    Ok(())
}

#[tokio::test]
async fn a_header_that_is_none_is_envelope_refused() -> Result<()> {
    let mut talk = Talk::begun(Engine::Sqlite).await?;
    let envelope = Envelope { h: Blob(vec![1, 2, 3]), c: Blob(vec![0; 528]) };
    let reply = talk.client.line()?.ask(ClientCommand::Send { envelope }).await?;
    ensure!(code(&reply) == Some(ErrorCode::EnvelopeRefused));
    Ok(())
}

#[tokio::test]
async fn a_size_that_is_none_of_the_six_is_envelope_refused() -> Result<()> {
    let mut talk = Talk::begun(Engine::Sqlite).await?;
    let header = talk.header([1; 16])?.to_bytes();
    let envelope = Envelope { h: Blob(header), c: Blob(vec![0; 600]) };
    let reply = talk.client.line()?.ask(ClientCommand::Send { envelope }).await?;
    ensure!(code(&reply) == Some(ErrorCode::EnvelopeRefused));
    Ok(())
}

#[tokio::test]
async fn a_message_after_the_end_is_session_ended() -> Result<()> {
    let mut talk = Talk::begun(Engine::Sqlite).await?;
    talk.client.end().await?;
    let header = talk.header([1; 16])?;
    ensure!(code(&talk.client_sends(&header, "x").await?) == Some(ErrorCode::SessionEnded));
    Ok(())
}

/// The same id again: the first stays, whatever the bytes, in one row.
async fn the_same_message_id_again_is_answered_with_the_first(engine: Engine) -> Result<()> {
    let mut talk = Talk::begun(engine).await?;
    let header = talk.header([1; 16])?;
    let first = ack(talk.client_sends(&header, "yang pertama").await?)?;
    let same = ack(talk.client_sends(&header, "yang pertama").await?)?;
    // Sealed anew under another epoch key: other bytes under the same id.
    let other = EpochKey::new(
        header.org_id,
        header.case_id,
        LaneKind::Chat,
        header.epoch,
        Secret::new([7; 32]),
    );
    let envelope = sealed(&header, &other, talk.client.signing_key(), "yang kedua")?;
    let again = ack(talk.client.line()?.ask(ClientCommand::Send { envelope }).await?)?;
    ensure!((&same, &again) == (&first, &first), "{first:?} {same:?} {again:?}");
    let rows = "SELECT count(*) FROM messages WHERE case_id = $1 AND lane = 1";
    let stored = talk.house.database().await?.count(rows, talk.case).await?;
    ensure!(stored == i64::try_from(first.seq)?, "one row");
    talk.dewi.until_reads(talk.case, "yang pertama").await?;
    Ok(())
}

async fn a_foreign_message_id_is_msg_id_taken(engine: Engine) -> Result<()> {
    let mut talk = Talk::begun(engine).await?;
    let header = talk.header([1; 16])?;
    ack(talk.client_sends(&header, "milik klien").await?)?;
    let hers = Header {
        sender_kind: CreatorKind::Staff,
        sender: talk.dewi.member.signing_key().kid(),
        ..header
    };
    ensure!(code(&talk.desk_sends(&hers, "milik konselor").await?) == Some(ErrorCode::MsgIdTaken));
    talk.dewi.until_reads(talk.case, "milik klien").await?;
    Ok(())
}

on_both_engines!(
    the_same_message_id_again_is_answered_with_the_first,
    a_foreign_message_id_is_msg_id_taken,
);
