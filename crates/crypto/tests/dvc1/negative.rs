//! The numbered rules: each has a case that breaks it and nothing before it, and is refused by it.
//!
//! `tests/vectors/negative.json` is made here; TypeScript runs the same file.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{
    box_cases, epoch_cases, message_cases, parse_cases, reason_cases, run, statement_cases, world,
};
use crypto::encode::EncodingError as C;
use crypto::epoch::EpochError as E;
use crypto::message::MessageError as M;
use crypto::statement::StatementError as S;
use serde_json::{Value, json};

const FILE: &str = "../../tests/vectors/negative.json";

/// Every numbered rule of encoder, records, boxes, reasons and messages, and of older `orgkeys`.
fn rules() -> BTreeMap<String, String> {
    let encoding = [C::C1Label, C::C2MissingField, C::C3Truncated, C::C4FieldLength, C::C5Trailing];
    let epoch = [
        E::A1Signature,
        E::A2Client,
        E::A3FirstIsClient,
        E::A4Creator,
        E::A5Epoch,
        E::A6Prev,
        E::A7Back,
        E::A8ClientReader,
        E::A9Escalation,
        E::A10Team,
        E::A11StaffReader,
        E::A12Roster,
        E::A13Place,
        E::A14Order,
        E::A15Number,
        E::A16StaleRoster,
        E::A17CreatorNow,
        E::B1Malformed,
        E::B2Reader,
        E::B3Hash,
        E::B4Open,
        E::B5Commitment,
        E::B6Remade,
        E::B7LowOrder,
        E::R1Lane,
        E::R2Opening,
        E::R3Creator,
        E::R4Readers,
        E::R5Claimed,
        E::R6Back,
        E::R7NobodyLeft,
        E::R8Pair,
        E::R9Opening,
        E::R10Assigned,
    ];
    let message = [
        M::M1Place,
        M::M2Seq,
        M::M3Epoch,
        M::M4Sender,
        M::M5Open,
        M::M6Size,
        M::M7Version,
        M::M8Fill,
        M::M9Signature,
        M::M10Repeated,
        M::M11Counter,
        M::M12Transcript,
        M::M13Text,
        M::M14EpochFalls,
        M::M15TooLong,
        M::M16Gone,
    ];
    let statement = [S::S1Signature, S::S2Payload, S::S3Org, S::S4Signer, S::S5Version, S::S7Falls];
    let texts = encoding.iter().map(ToString::to_string);
    let texts = texts.chain(epoch.iter().map(ToString::to_string));
    let texts = texts.chain(message.iter().map(ToString::to_string));
    let texts = texts.chain(statement.iter().map(ToString::to_string));
    texts
        .map(|text| {
            let (rule, says) = text.split_once(": ").unwrap();
            (rule.to_owned(), says.to_owned())
        })
        .collect()
}

fn made() -> Value {
    let case = world::case();
    let rosters: Vec<Value> = world::roster_texts()
        .into_iter()
        .map(|(payload, entries)| json!({ "payload": payload, "entries": entries }))
        .collect();
    let cases = [
        parse_cases::cases(),
        epoch_cases::cases(),
        box_cases::cases(),
        reason_cases::cases(),
        message_cases::cases(),
        statement_cases::cases(),
    ];
    json!({
        "setting": {
            "org_id": hex::encode(case.org_id),
            "case_id": hex::encode(case.case_id),
            "csig_pk": hex::encode(case.csig_pk),
            "ckem_pk": hex::encode(case.ckem_pk),
            "rosters": rosters,
        },
        "rules": rules(),
        "cases": cases.concat(),
    })
}

fn file() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(&made()).unwrap() + "\n").unwrap();
    }
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_file_is_the_one_that_is_made_here() {
    assert!(file() == made(), "UPDATE_VECTORS=1 cargo test -p crypto writes it anew");
}

#[test]
fn every_case_breaks_the_rule_it_names_and_the_honest_ones_are_accepted() {
    let file = made();
    let mut wrong = Vec::new();
    for case in file["cases"].as_array().unwrap() {
        let found = run::run(&file["setting"], case);
        if found.as_deref() != case["rule"].as_str() {
            wrong.push(format!("{} ({}): found {found:?}", case["rule"], case["what"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_numbered_rule_has_a_case() {
    let file = file();
    let cases = file["cases"].as_array().unwrap();
    let missing: Vec<String> =
        rules().into_keys().filter(|rule| !cases.iter().any(|c| c["rule"] == **rule)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}
