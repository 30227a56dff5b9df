//! B: boxes, and A7, the back link.

use crypto::Secret;
use crypto::encode::c;
use crypto::epoch::LaneKind::{Chat, Notes};
use crypto::epoch::Reason::{Claim, Invite};
use crypto::epoch::{Body, BoxRow, EpochKey, LaneKind, Reader, ReaderKind, Record, reader_box};
use crypto::kem;
use serde_json::{Value, json};

use super::case::{box_of, epoch, opened, posted};
use super::reason_cases::{claimed, opening};
use super::world::{Story, case, id, opener, secret, signed, spec};

pub(crate) fn cases() -> Vec<Value> {
    [own(), moved(), rubbish(), back(), all()].concat()
}

fn waiting() -> Story {
    Story::of(Chat, &[opening()])
}

fn claim() -> Record {
    waiting().make(&claimed()[1]).0
}

/// Opened by Anna, who claims.
fn by_anna(rule: Option<&str>, what: &str, record: &Record, row: &[u8]) -> Value {
    opened(rule, what, &waiting(), record, (ReaderKind::Staff, &opener("anna"), row))
}

/// A record with another box for one reader, under the hash of that box.
fn with_box(honest: &Record, row: &BoxRow, change: impl FnOnce(&mut Body)) -> Record {
    let mut body = Body::parse(&honest.body).unwrap();
    for named in &mut body.readers {
        if named.kind == row.kind {
            named.box_hash = row.hash();
        }
    }
    change(&mut body);
    let boxes = honest.boxes.iter().filter(|other| other.kind != row.kind).cloned();
    let boxes = boxes.chain([row.clone()]).collect();
    signed(body.to_bytes(), "anna", boxes)
}

fn own() -> Vec<Value> {
    let record = claim();
    let row = &box_of(&record, ReaderKind::Staff).bytes;
    let client = &box_of(&record, ReaderKind::Client).bytes;
    let mut changed = row.clone();
    *changed.last_mut().unwrap() ^= 1;
    let budi = (ReaderKind::Staff, &opener("budi"), row.as_slice());
    vec![
        by_anna(None, "an honest box", &record, row),
        by_anna(Some("B1"), "a box cut off", &record, &row[..row.len() - 1]),
        by_anna(Some("B1"), "a byte after the box", &record, &[row, &[0][..]].concat()),
        by_anna(Some("B2"), "another reader's box", &record, client),
        opened(Some("B2"), "no reader of this record", &waiting(), &record, budi),
        by_anna(Some("B3"), "a changed box", &record, &changed),
    ]
}

fn moved() -> Vec<Value> {
    let honest = claim();
    let secret = || Secret::new(*waiting().key_for_next().secret().expose());
    let anna = Reader { kind: ReaderKind::Staff, kem_pk: opener("anna").public() };
    let (org, here) = (id("org"), case().case_id);
    let from = |what, key: EpochKey| {
        let row = reader_box(&key, &anna).unwrap();
        let record = with_box(&honest, &row, |_| {});
        by_anna(Some("B4"), what, &record, &row.bytes)
    };
    let at = |case_id, lane: LaneKind, epoch| EpochKey::new(org, case_id, lane, epoch, secret());
    // Budi's box under Anna's name.
    let budi = Reader { kind: ReaderKind::Staff, kem_pk: opener("budi").public() };
    let row = reader_box(&waiting().key_for_next(), &budi).unwrap();
    let renamed = [&row.bytes[..15], &opener("anna").kid(), &row.bytes[31..]].concat();
    let row = BoxRow { kid: opener("anna").kid(), bytes: renamed, ..row };
    let record = with_box(&honest, &row, |_| {});
    vec![
        from("a box of another case", at(id("elsewhere"), Chat, 1)),
        from("a box of another lane", at(here, Notes, 1)),
        from("a box of another epoch", at(here, Chat, 2)),
        by_anna(Some("B4"), "another reader's box, renamed", &record, &row.bytes),
    ]
}

/// A box with any inside and any commitment, otherwise made as it should be.
fn any_box(key: &EpochKey, name: &str, kc: &[u8; 32], plain: &[u8; 32]) -> BoxRow {
    let (kind, pk, kid) = match name {
        "client" => (ReaderKind::Client, case().ckem_pk, case().ckem_kid()),
        _ => (ReaderKind::Staff, opener(name).public(), opener(name).kid()),
    };
    let place: [&[u8]; 6] =
        [&key.org_id, &key.case_id, &[1], &key.epoch.to_be_bytes(), &[kind.as_u8()], &kid];
    let sealed = kem::seal(&pk, &c("epoch/seal", &place), kc, plain, &secret("any ikm")).unwrap();
    let bytes = c("rcp", &[&[kind.as_u8()], &kid, &sealed.enc, &sealed.ct]);
    BoxRow { kind, kid, bytes }
}

fn rubbish() -> Vec<Value> {
    let (story, honest) = (waiting(), claim());
    let key = story.key_for_next();
    let row = box_of(&honest, ReaderKind::Staff).bytes.clone();
    // Anna's box opens, but to a key that another commitment belongs to.
    let wrong = any_box(&key, "anna", &[5; 32], key.secret().expose());
    let committed = with_box(&honest, &wrong, |body| body.kc = [5; 32]);
    // Anna gets her key; the client's box holds rubbish, or is made with another ephemeral key.
    let junk = any_box(&key, "client", &key.commitment(), &[0; 32]);
    let other = any_box(&key, "client", &key.commitment(), key.secret().expose());
    let own = any_box(&key, "anna", &key.commitment(), key.secret().expose());
    // In roster 3 Citra's key is of low order.
    let chat = Story::of(Chat, &claimed());
    let invite = spec(Invite, "anna", &["anna"], false).version(3);
    let record = chat.make(&invite).0;
    let mut body = Body::parse(&record.body).unwrap();
    let weak = crypto::sign::kid_kem(&[0; 32]);
    let reader =
        crypto::epoch::NamedReader { kind: ReaderKind::Staff, kid: weak, box_hash: [1; 32] };
    body.readers.push(reader);
    body.readers.sort();
    let weak = signed(body.to_bytes(), "anna", record.boxes.clone());
    let anna = record.boxes.iter().find(|row| row.kid == opener("anna").kid()).unwrap();
    vec![
        by_anna(Some("B5"), "another commitment", &committed, &wrong.bytes),
        by_anna(Some("B6"), "rubbish for the client", &with_box(&honest, &junk, |_| {}), &row),
        by_anna(Some("B6"), "a box made by chance", &with_box(&honest, &other, |_| {}), &row),
        by_anna(
            Some("B6"),
            "one's own made by chance",
            &with_box(&honest, &own, |_| {}),
            &own.bytes,
        ),
        opened(
            Some("B7"),
            "a reader with a low-order key",
            &chat,
            &weak,
            (ReaderKind::Staff, &opener("anna"), &anna.bytes),
        ),
    ]
}

fn back() -> Vec<Value> {
    let (story, honest) = (waiting(), claim());
    let row = box_of(&honest, ReaderKind::Staff).bytes.clone();
    let mut body = Body::parse(&honest.body).unwrap();
    body.back[0] ^= 1;
    let changed = signed(body.to_bytes(), "anna", honest.boxes.clone());
    // Anna seals a key into the link that never was the one before.
    let mut liar = story.clone();
    liar.keys[0] = EpochKey::new(id("org"), case().case_id, Chat, 0, secret("another"));
    let lied = liar.make(&spec(Claim, "anna", &["anna"], false)).0;
    let held = |mut case: Value| {
        case["input"]["reader"]["held"] = json!(hex::encode(story.keys[0].secret().expose()));
        case
    };
    let lied_row = &box_of(&lied, ReaderKind::Staff).bytes;
    vec![
        held(by_anna(None, "the back link gives the key held", &honest, &row)),
        by_anna(Some("A7"), "a changed back link", &changed, &row),
        held(by_anna(Some("A7"), "a back link to another key", &lied, lied_row)),
    ]
}

fn all() -> Vec<Value> {
    let (story, honest) = (waiting(), claim());
    let with = |rule, what, boxes: Vec<Vec<u8>>| {
        let boxes: Vec<String> = boxes.iter().map(hex::encode).collect();
        let posting = json!({
            "current": 1, "previous_too": false, "opened": false,
            "assigned": null, "lane_1": null, "boxes": boxes,
        });
        posted(Some(rule), what, &story, &honest, posting)
    };
    let boxes: Vec<Vec<u8>> = honest.boxes.iter().map(|row| row.bytes.clone()).collect();
    let changed = |at: usize| {
        let mut boxes = boxes.clone();
        *boxes[at].last_mut().unwrap() ^= 1;
        boxes
    };
    let twice = vec![boxes[0].clone(), boxes[0].clone(), boxes[2].clone()];
    let cut = vec![boxes[0].clone(), boxes[1].clone(), boxes[2][..9].to_vec()];
    vec![
        with("B2", "posted without a box", boxes[..2].to_vec()),
        with("B2", "posted with one box twice", twice),
        with("B1", "posted with a box cut off", cut),
        with("B3", "posted with a changed box", changed(1)),
        // A lane 2 record in lane 1's place never gets as far as its boxes.
        epoch(
            Some("A13"),
            "a record of the notes",
            &story,
            &Story::new(Notes).make(&spec(crypto::epoch::Reason::Open, "anna", &["anna"], true)).0,
        ),
    ]
}
