//! A case of `negative.json`, as it is written.

use crypto::epoch::{BoxRow, ReaderKind, Record};
use crypto::kem::KemKey;
use serde_json::{Value, json};

use super::world::Story;

/// One case: the rule that it breaks, or none if it must be accepted.
pub(crate) fn case(rule: Option<&str>, what: &str, kind: &str, input: Value) -> Value {
    let mut case = json!({ "rule": rule, "what": what, "kind": kind });
    case["input"] = input;
    case
}

pub(crate) fn records(records: &[Record]) -> Value {
    records.iter().map(record).collect()
}

pub(crate) fn record(record: &Record) -> Value {
    json!({ "body": hex::encode(&record.body), "sig": hex::encode(record.sig) })
}

/// A record after a lane's records.
pub(crate) fn epoch(rule: Option<&str>, what: &str, story: &Story, next: &Record) -> Value {
    let lane = story.kind.as_u8();
    let input = json!({ "lane": lane, "chain": records(&story.records), "record": record(next) });
    case(rule, what, "epoch", input)
}

/// The same, with what only the server knows.
pub(crate) fn posted(
    rule: Option<&str>,
    what: &str,
    story: &Story,
    next: &Record,
    posting: Value,
) -> Value {
    let mut case = epoch(rule, what, story, next);
    case["server"] = json!(true);
    case["input"]["posting"] = posting;
    let boxes = next.boxes.iter().map(|row| hex::encode(&row.bytes)).collect();
    let place = &mut case["input"]["posting"]["boxes"];
    if place.is_null() {
        *place = boxes;
    }
    case
}

/// The same, opened by a reader.
pub(crate) fn opened(
    rule: Option<&str>,
    what: &str,
    story: &Story,
    next: &Record,
    reader: (ReaderKind, &KemKey, &[u8]),
) -> Value {
    let mut case = epoch(rule, what, story, next);
    let (kind, key, row) = reader;
    case["input"]["reader"] = json!({
        "rtype": kind.as_u8(),
        "kem_sk": hex::encode(key.secret().expose()),
        "box": hex::encode(row),
    });
    case
}

/// The box of a reader.
pub(crate) fn box_of(record: &Record, kind: ReaderKind) -> &BoxRow {
    record.boxes.iter().find(|row| row.kind == kind).unwrap()
}
