//! What a socket says to frames that it cannot take.

use crate::house::House;
use protocol::{
    ClientCommand, CloseCode, ErrorCode, Frame, FrameProblem, MAX_FRAME, PROTOCOL_VERSION, Reply,
    StaffCommand, Token,
};

fn code(reply: &Reply) -> Option<ErrorCode> {
    match reply {
        Reply::Refused(FrameProblem { code, .. }) => Some(*code),
        _ => None,
    }
}

fn hello(version: u16) -> ClientCommand {
    ClientCommand::Hello { version, token: Token([7; 32]), after_seq: 0, records: 0 }
}

#[tokio::test]
async fn what_is_no_frame_ends_the_socket() {
    let house = House::open(|_| ()).await;
    for text in ["", "{", "[1]", "{\"type\":\"hello\"}", "{\"id\":-1,\"type\":\"send\"}"] {
        let mut line = house.line().await;
        line.post_text(text.to_owned()).await.unwrap();
        assert_eq!(line.closed().await.unwrap(), CloseCode::BadFrame as u16, "{text}");
    }
}

#[tokio::test]
async fn a_frame_beyond_the_limit_ends_the_socket() {
    let house = House::open(|_| ()).await;
    let mut line = house.line().await;
    line.post_text("x".repeat(MAX_FRAME + 1)).await.unwrap();
    assert_eq!(line.closed().await.unwrap(), CloseCode::BadFrame as u16);
}

#[tokio::test]
async fn an_unknown_command_is_named_before_the_socket_ends() {
    let house = House::open(|_| ()).await;
    let mut line = house.line().await;
    line.post_text("{\"id\":3,\"type\":\"dance\"}".to_owned()).await.unwrap();
    let Frame::Reply { re: 3, reply } = line.frame().await.unwrap() else { unreachable!() };
    assert_eq!(code(&reply), Some(ErrorCode::UnknownType));
    assert_eq!(line.closed().await.unwrap(), CloseCode::BadFrame as u16);
}

#[tokio::test]
async fn another_version_is_told_to_stop() {
    let house = House::open(|_| ()).await;
    let mut line = house.line().await;
    let reply = line.ask(hello(PROTOCOL_VERSION + 1)).await.unwrap();
    assert_eq!(code(&reply), Some(ErrorCode::UnsupportedVersion));
    assert_eq!(line.closed().await.unwrap(), CloseCode::UnsupportedVersion as u16);
}

#[tokio::test]
async fn whoever_does_not_authenticate_first_is_out() {
    let house = House::open(|_| ()).await;
    let mut line = house.line().await;
    let reply = line.ask(ClientCommand::End {}).await.unwrap();
    assert_eq!(code(&reply), Some(ErrorCode::HelloFirst));
    assert_eq!(line.closed().await.unwrap(), CloseCode::Unauthenticated as u16);

    let mut line = house.line().await;
    assert_eq!(
        code(&line.ask(hello(PROTOCOL_VERSION)).await.unwrap()),
        Some(ErrorCode::TokenInvalid)
    );
    assert_eq!(line.closed().await.unwrap(), CloseCode::Unauthenticated as u16);

    let mut line = house.line().await;
    let token = "eyJhbGciOiJub25lIn0.e30.".to_owned();
    let desk = StaffCommand::StaffHello { version: PROTOCOL_VERSION, token, resuming: false };
    assert_eq!(code(&line.ask(desk).await.unwrap()), Some(ErrorCode::TokenInvalid));
    assert_eq!(line.closed().await.unwrap(), CloseCode::Unauthenticated as u16);
}

#[tokio::test]
async fn a_service_that_stops_tells_everybody_and_takes_no_one_in() {
    let house = House::open(|_| ()).await;
    let mut line = house.line().await;
    house.app.stopping.cancel();
    assert_eq!(line.closed().await.unwrap(), CloseCode::Stopping as u16);
    assert!(actors::Line::connect(&house.http).await.is_err());
}
