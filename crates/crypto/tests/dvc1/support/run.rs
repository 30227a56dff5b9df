//! Runs a case of `negative.json`: gives the rule that it breaks, or nothing if it is accepted.

use std::fmt::Display;

use crypto::case_id::CaseKeys;
use crypto::encode::{Len, parse};
use crypto::epoch::{BoxRow, EpochKey, Lane, LaneKind, Posting, ReaderKind, Record};
use crypto::kem::KemKey;
use crypto::message::{Content, Envelope, Header, seal};
use crypto::receiver::{EpochView, Receiver};
use crypto::roster::{KnownRoster, Rosters};
use crypto::statement::{OrgKeys, Statement};
use crypto::{Secret, base64url};
use serde_json::Value;

use super::world::{self, signer};

/// The rule before the colon of an error's text.
fn rule(error: &impl Display) -> String {
    error.to_string().split(':').next().unwrap_or_default().to_owned()
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

pub(crate) fn fixed<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

/// Runs one case under the file's setting.
pub(crate) fn run(setting: &Value, case: &Value) -> Option<String> {
    let input = &case["input"];
    let outcome = match case["kind"].as_str().unwrap() {
        "parse" => run_parse(input),
        "epoch" => run_epoch(setting, input),
        "message" => run_message(setting, input),
        "seal" => run_seal(input),
        "orgkeys" => run_orgkeys(setting, input),
        other => panic!("unknown kind {other}"),
    };
    outcome.err()
}

fn run_parse(input: &Value) -> Result<(), String> {
    let length = |value: &Value| match value {
        Value::Number(n) => Len::Is(n.as_u64().unwrap().try_into().unwrap()),
        Value::Array(list) => Len::IsOrEmpty(list[0].as_u64().unwrap().try_into().unwrap()),
        _ => Len::Any,
    };
    let lengths: Vec<Len> = input["lengths"].as_array().unwrap().iter().map(length).collect();
    let lengths: [Len; 2] = lengths.try_into().unwrap();
    let label = input["label"].as_str().unwrap();
    parse(label, lengths, &bytes(&input["bytes"])).map(drop).map_err(|e| rule(&e))
}

fn run_orgkeys(setting: &Value, input: &Value) -> Result<(), String> {
    let root = fixed(&input["root"]);
    let statement = |value: &Value| serde_json::from_value::<Statement>(value.clone()).unwrap();
    let newest = statement(&input["newest"]).verify::<OrgKeys>(&root, &fixed(&setting["org_id"]));
    let older =
        newest.expect("the newest is sound").verify_older(&root, &statement(&input["older"]));
    older.map(drop).map_err(|e| rule(&e))
}

fn case_keys(setting: &Value, input: &Value) -> CaseKeys {
    let from = if input["case"].is_null() { setting } else { &input["case"] };
    CaseKeys {
        org_id: fixed(&setting["org_id"]),
        case_id: fixed(&from["case_id"]),
        csig_pk: fixed(&from["csig_pk"]),
        ckem_pk: fixed(&from["ckem_pk"]),
    }
}

pub(crate) fn rosters(setting: &Value) -> Rosters {
    let mut rosters = Rosters::default();
    for roster in setting["rosters"].as_array().unwrap() {
        let entries = roster["entries"].as_array().unwrap();
        let entries = entries.iter().map(|entry| entry.as_str().unwrap().as_bytes());
        let roster = serde_json::from_str(roster["payload"].as_str().unwrap()).unwrap();
        rosters.insert(KnownRoster::new(roster, entries).unwrap());
    }
    rosters
}

fn lane_of(input: &Value) -> LaneKind {
    LaneKind::from_u8(input["lane"].as_u64().unwrap().try_into().unwrap()).unwrap()
}

fn record(value: &Value) -> Record {
    Record { body: bytes(&value["body"]), sig: fixed(&value["sig"]), boxes: Vec::new() }
}

fn records(value: &Value) -> Vec<Record> {
    value.as_array().unwrap().iter().map(record).collect()
}

fn run_epoch(setting: &Value, input: &Value) -> Result<(), String> {
    let (case, rosters) = (case_keys(setting, input), rosters(setting));
    let chain = records(&input["chain"]);
    let lane = Lane::walk(case, lane_of(input), &chain, &rosters).expect("the chain is sound");
    let mut next = record(&input["record"]);
    let (reader, posting) = (&input["reader"], &input["posting"]);
    let boxes: Vec<Value> = match posting["boxes"].as_array() {
        Some(boxes) => boxes.clone(),
        None => reader.get("box").cloned().into_iter().collect(),
    };
    let boxes: Result<Vec<BoxRow>, _> =
        boxes.iter().map(|row| BoxRow::parse(&bytes(row))).collect();
    if let Ok(boxes) = &boxes {
        next.boxes.clone_from(boxes);
    }
    let lane_1 = posting.get("lane_1").filter(|list| !list.is_null());
    let lane_1 = lane_1
        .map(|list| Lane::walk(case, LaneKind::Chat, &records(list), &rosters).expect("sound"));
    let posting = posting.as_object().filter(|_| boxes.is_ok()).map(|posting| Posting {
        current: posting["current"].as_u64().unwrap(),
        previous_too: posting["previous_too"].as_bool().unwrap(),
        lane_1: lane_1.as_ref(),
        opened: posting["opened"].as_bool().unwrap(),
        assigned: posting["assigned"].as_str().map(|id| fixed(&Value::from(id))),
    });
    let accepted = lane.check_public(&next, &rosters, posting.as_ref()).map_err(|e| rule(&e))?;
    boxes.map_err(|e| rule(&e))?;
    if reader.is_null() {
        return Ok(());
    }
    let own = KemKey::new(Secret::new(fixed(&reader["kem_sk"])));
    assert!(ReaderKind::from_u8(reader["rtype"].as_u64().unwrap().try_into().unwrap()).is_some());
    let held = reader.get("held").map(|held| {
        let epoch = accepted.body.epoch - 1;
        EpochKey::new(case.org_id, case.case_id, lane_of(input), epoch, Secret::new(fixed(held)))
    });
    accepted.open(&own, held.as_ref()).map(drop).map_err(|e| rule(&e))
}

fn run_message(setting: &Value, input: &Value) -> Result<(), String> {
    let (case, rosters, lane) = (case_keys(setting, input), rosters(setting), lane_of(input));
    let mut state = Lane::new(case, lane);
    let mut known = Vec::new();
    for record in records(&input["chain"]) {
        let accepted = state.check_public(&record, &rosters, None).expect("the chain is sound");
        state.append(&accepted);
        known.push(accepted);
    }
    let keys: Vec<EpochKey> = input["keys"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(epoch, key)| {
            let secret = Secret::new(fixed(key));
            EpochKey::new(case.org_id, case.case_id, lane, epoch.parse().unwrap(), secret)
        })
        .collect();
    let view = |epoch: u32| {
        let record = known.iter().find(|accepted| accepted.body.epoch == epoch)?;
        let roster = rosters.get(record.body.roster_version)?;
        Some(EpochView { record, roster, key: keys.iter().find(|key| key.epoch == epoch) })
    };
    let mut receiver = match input.get("page") {
        Some(page) => {
            let first = page["first_seq"].as_u64().unwrap();
            Receiver::page(case, lane, first, fixed(&page["th_before"]))
        }
        None => Receiver::new(case, lane),
    };
    let envelope = |row: &Value| Envelope { header: bytes(&row["h"]), ct: bytes(&row["c"]) };
    for row in input["before"].as_array().unwrap() {
        let seq = row["seq"].as_u64().unwrap();
        receiver.take(seq, &envelope(row), view).expect("what came before is sound");
    }
    let next = &input["message"];
    let seq = next["seq"].as_u64().unwrap();
    if next.get("leaf").is_some() {
        return receiver.take_leaf(seq, &fixed(&next["leaf"])).map_err(|e| rule(&e));
    }
    receiver.take(seq, &envelope(next), view).map(drop).map_err(|e| rule(&e))
}

fn run_seal(input: &Value) -> Result<(), String> {
    let story = world::Story::of(LaneKind::Chat, &[super::reason_cases::opening()]);
    let len: usize = input["body_len"].as_u64().unwrap().try_into().unwrap();
    let (header, content, _): (Header, Content, Envelope) =
        world::message(&story.keys[0], "client", 1, (0, [0; 32]));
    let content = Content { body: vec![b' '; len].into(), ..content };
    let sealed = seal(&header, &content, &story.keys[0], &signer("client"));
    sealed.map(|envelope| drop(base64url::encode(envelope.ct))).map_err(|e| rule(&e))
}
