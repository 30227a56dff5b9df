//! Worked values, both directions: every one is made from its inputs, and read back.

mod make;
mod read;

use std::path::PathBuf;

use serde_json::Value;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(name)
}

fn file(name: &str) -> Option<Value> {
    let text = std::fs::read_to_string(path(name)).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn every_value_of_dvc1_is_made_from_its_inputs() {
    let given = file("dvc1.json").unwrap();
    let made = make::from_inputs(&given, &given);
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
}

#[test]
fn every_value_of_dvc1_is_read_back() {
    read::everything(&file("dvc1.json").unwrap());
}

#[test]
fn our_own_vectors_are_those_that_are_made_here() {
    let shape = file("dvc1.json").unwrap();
    let made = make::from_inputs(&make::other_inputs(&shape), &shape);
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&made).unwrap() + "\n";
        std::fs::write(path("from-rust.json"), text).unwrap();
    }
    let file = file("from-rust.json").unwrap();
    assert!(file == made, "UPDATE_VECTORS=1 cargo test -p crypto writes it anew");
    read::everything(&made);
}

#[test]
fn what_typescript_made_is_read_and_made_alike() {
    // TypeScript commits its file; until then there is nothing to compare.
    let Some(given) = file("from-typescript.json") else { return };
    read::everything(&given);
    let made = make::from_inputs(&given, &file("dvc1.json").unwrap());
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
}
