//! A: accept a record only if.

use crypto::epoch::LaneKind::{Chat, Notes};
use crypto::epoch::Reason::{Claim, Invite, Open, Rekey, Reopen};
use crypto::epoch::{Body, CreatorKind, NamedReader, Reader, ReaderKind, Record};
use crypto::roster::GroupKind;
use serde_json::{Value, json};

use super::case::epoch;
use super::reason_cases::{claimed, opening};
use super::world::{Spec, Story, case, group_key, id, opener, signed, signer, spec};

pub(crate) fn cases() -> Vec<Value> {
    [form(), place(), creators(), readers()].concat()
}

/// An honest record with one thing changed and signed again.
fn forged(story: &Story, next: &Spec, by: &str, change: impl FnOnce(&mut Body)) -> Record {
    let honest = story.make(next).0;
    let mut body = Body::parse(&honest.body).unwrap();
    change(&mut body);
    signed(body.to_bytes(), by, honest.boxes)
}

fn claim() -> Spec {
    claimed()[1].clone()
}

fn waiting() -> Story {
    Story::of(Chat, &[opening()])
}

fn form() -> Vec<Value> {
    let story = waiting();
    let honest = story.make(&claim()).0;
    let at = |rule, what, change: &dyn Fn(&mut Vec<u8>)| {
        let mut body = honest.body.clone();
        change(&mut body);
        epoch(Some(rule), what, &story, &signed(body, "anna", honest.boxes.clone()))
    };
    // Where the one-byte fields stand in the body: after label, ids and lengths.
    let (lane, creator, reason) = (54, 97, 118);
    let reader = honest.body.windows(5).position(|w| w == b"1/rdr").unwrap() + 7;
    vec![
        at("C1", "another label", &|body| body[3] ^= 1),
        at("C3", "cut off", &|body| body.truncate(body.len() - 1)),
        at("C5", "a byte more", &|body| body.push(0)),
        at("A15", "lane 3", &|body| body[lane] = 3),
        at("A15", "a maker of kind 3", &|body| body[creator] = 3),
        at("A15", "reason 8", &|body| body[reason] = 8),
        at("A15", "a reader of kind 5", &|body| body[reader] = 5),
        epoch(
            Some("A14"),
            "readers the other way round",
            &story,
            &forged(&story, &claim(), "anna", |body| body.readers.reverse()),
        ),
        epoch(
            Some("A14"),
            "a reader twice",
            &story,
            &forged(&story, &claim(), "anna", |body| body.readers.insert(0, body.readers[0])),
        ),
    ]
}

fn place() -> Vec<Value> {
    let story = waiting();
    let with = |rule, what, change: &dyn Fn(&mut Body)| {
        let record = forged(&story, &claim(), "anna", change);
        epoch(Some(rule), what, &story, &record)
    };
    let later = Story::of(Chat, &[opening(), claim()]);
    let newer =
        Story::of(Chat, &[opening(), claim(), spec(Rekey, "sari", &["anna"], false).version(2)]);
    let falls = newer.make(&spec(Rekey, "anna", &["anna"], false)).0;
    vec![
        with("A13", "another organisation", &|body| body.org_id[0] ^= 1),
        with("A13", "another case", &|body| body.case_id[0] ^= 1),
        with("A13", "another lane", &|body| body.lane = Notes),
        with("A5", "an epoch left out", &|body| body.epoch += 1),
        with("A5", "an epoch again", &|body| body.epoch -= 1),
        epoch(Some("A5"), "rolled back: the last record again", &later, &later.records[1]),
        with("A6", "another record before it", &|body| body.prev[0] ^= 1),
        with("A12", "an unknown roster", &|body| body.roster_version = 9),
        epoch(Some("A12"), "a roster that falls along the chain", &newer, &falls),
    ]
}

fn creators() -> Vec<Value> {
    let (empty, story) = (Story::new(Chat), waiting());
    let claim_by = |rule, what, name| {
        epoch(Some(rule), what, &story, &story.make(&spec(Claim, name, &["anna"], false)).0)
    };
    let honest = story.make(&claim()).0;
    let mut flipped = honest.clone();
    flipped.sig[5] ^= 1;
    let by_other = signed(honest.body.clone(), "budi", honest.boxes.clone());
    let reopen = Story::of(Chat, &claimed());
    let as_client = forged(&reopen, &spec(Reopen, "client", &[], true), "anna", |body| {
        body.creator = signer("anna").kid();
    });
    let first_by_staff = forged(&empty, &opening(), "anna", |body| {
        body.creator_kind = CreatorKind::Staff;
        body.creator = signer("anna").kid();
    });
    // The attacker's own keys under the client's case id.
    let mut taken = epoch(
        Some("A2"),
        "keys that the case id does not certify",
        &empty,
        &forged(&empty, &opening(), "thief", |body| body.creator = signer("thief").kid()),
    );
    taken["input"]["case"] = json!({
        "case_id": hex::encode(case().case_id),
        "csig_pk": hex::encode(signer("thief").public()),
        "ckem_pk": hex::encode(case().ckem_pk),
    });
    vec![
        epoch(Some("A1"), "a changed signature", &story, &flipped),
        epoch(Some("A1"), "signed by another", &story, &by_other),
        epoch(Some("A2"), "a counselor as the client", &reopen, &as_client),
        taken,
        epoch(Some("A3"), "the chat begun by staff", &empty, &first_by_staff),
        claim_by("A4", "an admin", "dewi"),
        claim_by("A4", "a member whose time is up", "erna"),
        claim_by("A4", "a stranger", "fajar"),
    ]
}

fn readers() -> Vec<Value> {
    let (story, notes) = (waiting(), Story::new(Notes));
    let opens = spec(Open, "anna", &["anna"], true);
    let client = Reader { kind: ReaderKind::Client, kem_pk: case().ckem_pk };
    let other = Reader { kind: ReaderKind::Client, kem_pk: opener("thief").public() };
    let escalation = |generation| Reader {
        kind: ReaderKind::Escalation,
        kem_pk: group_key(GroupKind::Escalation, generation).public(),
    };
    let team = |generation| Reader {
        kind: ReaderKind::Team,
        kem_pk: group_key(GroupKind::Team, generation).public(),
    };
    let readers = |rule, what, story: &Story, next: &Spec, change: &dyn Fn(&mut Vec<Reader>)| {
        let mut readers = story.readers(next);
        change(&mut readers);
        epoch(Some(rule), what, story, &story.make_for(next, readers).0)
    };
    let drop = |kind| move |list: &mut Vec<Reader>| list.retain(|reader| reader.kind != kind);
    let chat = Story::of(Chat, &claimed());
    let rekey = spec(Rekey, "sari", &["anna"], false).version(2);
    let reopen = spec(Reopen, "client", &[], true).version(2);
    let budi = spec(Claim, "anna", &["budi"], false).version(2);
    let invite = |name| spec(Invite, "anna", &["anna", name], false);
    vec![
        readers("A8", "without the client", &story, &claim(), &drop(ReaderKind::Client)),
        readers("A8", "another client", &story, &claim(), &|list| {
            list.retain(|reader| reader.kind != ReaderKind::Client);
            list.push(other);
        }),
        readers("A8", "two clients", &story, &claim(), &|list| list.push(other)),
        readers("A8", "the client in the notes", &notes, &opens, &|list| list.push(client)),
        readers("A9", "without escalation", &story, &claim(), &drop(ReaderKind::Escalation)),
        readers("A9", "an older escalation generation", &chat, &rekey, &|list| {
            list.retain(|reader| reader.kind != ReaderKind::Escalation);
            list.push(escalation(1));
        }),
        readers("A9", "two escalation generations", &chat, &rekey, &|list| {
            list.push(escalation(1));
        }),
        readers("A10", "an older team generation", &chat, &reopen, &|list| {
            list.retain(|reader| reader.kind != ReaderKind::Team);
            list.push(team(1));
        }),
        readers("A10", "a team of somebody's own", &chat, &reopen, &|list| {
            list.retain(|reader| reader.kind != ReaderKind::Team);
            list.push(Reader { kind: ReaderKind::Team, kem_pk: opener("thief").public() });
        }),
        readers("A11", "a reader whom the roster does not know", &chat, &invite("fajar"), &|_| {}),
        readers("A11", "an admin as reader", &chat, &invite("dewi"), &|_| {}),
        readers("A11", "a reader whose time is up", &chat, &invite("erna"), &|_| {}),
        readers("A11", "a reader who was removed", &story, &budi, &|_| {}),
        unknown_reader(&chat),
    ]
}

/// A server that slips in a reader of its own, under a name that nobody has.
fn unknown_reader(story: &Story) -> Value {
    let record = forged(story, &spec(Rekey, "anna", &["anna"], false), "anna", |body| {
        let reader = NamedReader { kind: ReaderKind::Staff, kid: id("server"), box_hash: [9; 32] };
        body.readers.push(reader);
        body.readers.sort();
    });
    epoch(Some("A11"), "a reader of the server's own", story, &record)
}
