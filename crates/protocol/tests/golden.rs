//! One frame of each kind, as it stands on the wire: other clients are written against these.
#![expect(clippy::unwrap_used, reason = "a test says what broke by failing")]

use std::collections::BTreeSet;

use protocol::{ClientCommand, Command, ErrorCode, Frame, StaffCommand};
use serde_json::Value;

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty())
}

fn kind(line: &str) -> String {
    let value: Value = serde_json::from_str(line).unwrap();
    value.get("type").unwrap().as_str().unwrap().to_owned()
}

macro_rules! commands {
    ($name:ident, $type:ty, $file:literal, $count:literal) => {
        #[test]
        fn $name() {
            let text = include_str!(concat!("../golden/", $file));
            let mut kinds = BTreeSet::new();
            for line in lines(text) {
                let command = Command::<$type>::read(line).unwrap();
                let written: Value = serde_json::from_str(&command.write().unwrap()).unwrap();
                assert_eq!(written, serde_json::from_str::<Value>(line).unwrap());
                kinds.insert(kind(line));
            }
            assert_eq!(kinds.len(), $count, "a frame of each kind: {kinds:?}");
        }
    };
}
commands!(client_commands, ClientCommand, "client-commands.jsonl", 8);
commands!(staff_commands, StaffCommand, "staff-commands.jsonl", 31);

#[test]
fn server_frames() {
    let mut kinds = BTreeSet::new();
    for line in lines(include_str!("../golden/server-frames.jsonl")) {
        let frame: Frame = serde_json::from_str(line).unwrap();
        assert_eq!(
            serde_json::to_value(&frame).unwrap(),
            serde_json::from_str::<Value>(line).unwrap()
        );
        kinds.insert(kind(line));
    }
    assert_eq!(kinds.len(), 22, "a frame of each kind: {kinds:?}");
}

#[test]
fn what_is_no_command_is_refused_and_says_which() {
    for (text, id, code) in [
        ("", None, ErrorCode::BadFrame),
        ("[]", None, ErrorCode::BadFrame),
        ("{\"id\":1}", Some(1), ErrorCode::BadFrame),
        ("{\"type\":\"end\"}", None, ErrorCode::BadFrame),
        ("{\"id\":-1,\"type\":\"end\"}", None, ErrorCode::BadFrame),
        ("{\"id\":2,\"type\":\"sing\"}", Some(2), ErrorCode::UnknownType),
        ("{\"id\":3,\"type\":\"read\"}", Some(3), ErrorCode::BadFrame),
        ("{\"id\":3,\"type\":\"read\",\"seq\":1,\"more\":1}", Some(3), ErrorCode::BadFrame),
        ("{\"id\":4,\"type\":\"read\",\"seq\":\"1\"}", Some(4), ErrorCode::BadFrame),
    ] {
        let refused = Command::<ClientCommand>::read(text).unwrap_err();
        assert_eq!((refused.id, refused.code), (id, code), "{text}");
    }
    let long = format!("{{\"id\":1,\"type\":\"{}\"}}", "x".repeat(protocol::MAX_FRAME));
    assert_eq!(Command::<ClientCommand>::read(&long).unwrap_err().code, ErrorCode::TooLarge);
}

#[test]
fn no_secret_is_shown() {
    let hello = Command::<ClientCommand>::read(
        lines(include_str!("../golden/client-commands.jsonl")).next().unwrap(),
    )
    .unwrap();
    assert!(format!("{hello:?}").contains("Token(redacted)"));
}
