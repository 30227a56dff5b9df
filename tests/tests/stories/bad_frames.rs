//! Bad input, row by row: frames that are none, and first frames that do not do.

use actors::{Error, Line};
use anyhow::{Result, ensure};
use protocol::{CloseCode, ErrorCode, Frame, Reply};
use stories::{Engine, House};

/// What a row's frame is met with.
#[derive(Debug, PartialEq, Eq)]
enum Met {
    Refused(ErrorCode),
    Closed(CloseCode),
}

/// A client's page that is connected sends this frame.
async fn in_a_session(frame: String) -> Result<Vec<Met>> {
    let house = House::open(Engine::Sqlite).await?;
    let mut client = house.client("Halo.").await?;
    client.line()?.post_text(frame).await?;
    met(client.line()?).await
}

/// A fresh socket sends this frame first.
async fn first(frame: &str) -> Result<Vec<Met>> {
    let house = House::open(Engine::Sqlite).await?;
    let mut line = Line::connect(&house.browser().http).await?;
    line.post_text(frame.to_owned()).await?;
    met(&mut line).await
}

/// A refusal, and the close where one follows a refusal of the first frame.
async fn met(line: &mut Line) -> Result<Vec<Met>> {
    let mut met = Vec::new();
    loop {
        match line.frame().await {
            Ok(Frame::Reply { reply: Reply::Refused(problem), .. }) => {
                met.push(Met::Refused(problem.code));
                if !matches!(
                    problem.code,
                    ErrorCode::UnsupportedVersion | ErrorCode::HelloFirst | ErrorCode::TokenInvalid
                ) {
                    return Ok(met);
                }
            }
            Ok(_) => {}
            Err(Error::Closed(code)) => {
                met.extend(CLOSES.into_iter().find(|c| *c as u16 == code).map(Met::Closed));
                return Ok(met);
            }
            Err(other) => return Err(other.into()),
        }
    }
}

const CLOSES: [CloseCode; 3] =
    [CloseCode::BadFrame, CloseCode::Unauthenticated, CloseCode::UnsupportedVersion];

#[tokio::test]
async fn an_oversized_frame_closes_with_4200() -> Result<()> {
    let long = format!(r#"{{"id":1,"type":"read","seq":1,"x":"{}"}}"#, "x".repeat(70_000));
    ensure!(in_a_session(long).await? == [Met::Closed(CloseCode::BadFrame)]);
    Ok(())
}

#[tokio::test]
async fn a_frame_that_is_no_json_closes_with_4200() -> Result<()> {
    ensure!(in_a_session("halo".to_owned()).await? == [Met::Closed(CloseCode::BadFrame)]);
    Ok(())
}

#[tokio::test]
async fn a_frame_without_a_number_closes_with_4200() -> Result<()> {
    let frame = r#"{"type":"read","seq":1}"#.to_owned();
    ensure!(in_a_session(frame).await? == [Met::Closed(CloseCode::BadFrame)]);
    Ok(())
}

#[tokio::test]
async fn an_unknown_field_is_bad_frame() -> Result<()> {
    let frame = r#"{"id":7,"type":"read","seq":1,"more":true}"#.to_owned();
    ensure!(in_a_session(frame).await? == [Met::Refused(ErrorCode::BadFrame)]);
    Ok(())
}

#[tokio::test]
async fn an_unknown_type_is_unknown_type() -> Result<()> {
    let frame = r#"{"id":7,"type":"whisper","text":"x"}"#.to_owned();
    ensure!(in_a_session(frame).await? == [Met::Refused(ErrorCode::UnknownType)]);
    Ok(())
}

#[tokio::test]
async fn a_desks_command_from_a_client_is_unknown_type() -> Result<()> {
    let frame = r#"{"id":7,"type":"status","status":"available"}"#.to_owned();
    ensure!(in_a_session(frame).await? == [Met::Refused(ErrorCode::UnknownType)]);
    Ok(())
}

#[tokio::test]
async fn an_unknown_version_is_unsupported_version() -> Result<()> {
    let frame = format!(
        r#"{{"id":1,"type":"hello","version":99,"token":"{}","after_seq":0,"records":0}}"#,
        "A".repeat(43)
    );
    let met = first(&frame).await?;
    ensure!(
        met == [
            Met::Refused(ErrorCode::UnsupportedVersion),
            Met::Closed(CloseCode::UnsupportedVersion)
        ],
        "{met:?}"
    );
    Ok(())
}

#[tokio::test]
async fn anything_before_hello_is_hello_first() -> Result<()> {
    let met = first(r#"{"id":1,"type":"read","seq":1}"#).await?;
    ensure!(
        met == [Met::Refused(ErrorCode::HelloFirst), Met::Closed(CloseCode::Unauthenticated)],
        "{met:?}"
    );
    Ok(())
}

#[tokio::test]
async fn an_unknown_client_token_is_token_invalid() -> Result<()> {
    let frame = format!(
        r#"{{"id":1,"type":"hello","version":1,"token":"{}","after_seq":0,"records":0}}"#,
        "A".repeat(43)
    );
    let met = first(&frame).await?;
    ensure!(
        met == [Met::Refused(ErrorCode::TokenInvalid), Met::Closed(CloseCode::Unauthenticated)],
        "{met:?}"
    );
    Ok(())
}

/// The connection of a refused command goes on, and nothing of the talk is lost.
#[tokio::test]
async fn a_refused_command_does_not_end_the_talk() -> Result<()> {
    let house = House::open(Engine::Sqlite).await?;
    let mut client = house.client("Halo.").await?;
    client.line()?.post_text(r#"{"id":900,"type":"whisper"}"#.to_owned()).await?;
    client.say("Masih di sini.").await?;
    ensure!(client.chat.texts() == ["Halo.", "Masih di sini."]);
    Ok(())
}

#[tokio::test]
async fn a_body_of_another_shape_is_bad_frame() -> Result<()> {
    let house = House::open(Engine::Sqlite).await?;
    let body = serde_json::json!({"token": "short"});
    let refused: Result<protocol::Opened, Error> =
        house.browser().http.post("/api/sessions", &body).await;
    ensure!(refused.err().and_then(|why| why.code()) == Some(ErrorCode::BadFrame));
    Ok(())
}

#[tokio::test]
async fn a_body_that_is_too_long_is_too_large() -> Result<()> {
    let house = House::open(Engine::Sqlite).await?;
    let body = serde_json::json!({"token": "x".repeat(100_000)});
    let refused: Result<protocol::Opened, Error> =
        house.browser().http.post("/api/sessions", &body).await;
    ensure!(refused.err().and_then(|why| why.code()) == Some(ErrorCode::TooLarge));
    Ok(())
}
