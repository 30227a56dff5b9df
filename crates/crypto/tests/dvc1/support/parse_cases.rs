//! C: the encoder.

use crypto::encode::c;
use serde_json::{Value, json};

use super::case::case;

pub(crate) fn cases() -> Vec<Value> {
    let good = c("kid/sig", &[&[7; 32], b""]);
    let lengths = json!([32, [16]]);
    let parse = |rule, what, bytes: &[u8]| {
        let bytes = hex::encode(bytes);
        let input = json!({ "label": "kid/sig", "lengths": lengths, "bytes": bytes });
        case(rule, what, "parse", input)
    };
    let cut = |n: usize| &good[..good.len() - n];
    let trailing = [good.as_slice(), &[0]].concat();
    vec![
        parse(None, "an honest encoding", &good),
        parse(None, "the field that may be empty, full", &c("kid/sig", &[&[7; 32], &[8; 16]])),
        parse(Some("C1"), "another label", &c("kid/kem", &[&[7; 32], b""])),
        parse(Some("C1"), "a label that goes on", &c("kid/sig2", &[&[7; 32], b""])),
        parse(Some("C1"), "another protocol", &[b"\x00\x0cdvc2/kid/sig", &good[14..]].concat()),
        parse(Some("C2"), "nothing at all", b""),
        parse(Some("C2"), "the last field is missing", cut(2)),
        parse(Some("C3"), "cut off inside a length", cut(1)),
        parse(Some("C3"), "cut off inside a field", &good[..30]),
        parse(Some("C4"), "a field too short", &c("kid/sig", &[&[7; 31], b""])),
        parse(Some("C4"), "a field too long", &c("kid/sig", &[&[7; 33], b""])),
        parse(Some("C4"), "neither empty nor full", &c("kid/sig", &[&[7; 32], &[8; 15]])),
        parse(Some("C5"), "a byte after the end", &trailing),
        parse(Some("C5"), "a field too many", &c("kid/sig", &[&[7; 32], b"", b""])),
    ]
}
