//! `teduh audit` as an operator meets it. What it says of a chain changed by hand is told by the
//! stories, on both engines.

use std::path::Path;

use super::{Serving, refused, teduh, text, with_staff};

fn audit(folder: &Path, args: &[&str]) -> String {
    let done = teduh(folder, &[&["audit"], args, &["--data", "data"]].concat());
    assert!(done.status.success(), "{args:?}: {}", text(&done.stderr));
    text(&done.stdout)
}

fn lines(exported: &str) -> Vec<serde_json::Value> {
    exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn it_says_the_same_while_the_service_runs_and_while_it_does_not() {
    let folder = with_staff();
    let folder = folder.path();
    let alone = (audit(folder, &["verify"]), audit(folder, &["export"]));
    let serving = Serving::start(folder, &["--listen", "127.0.0.1:0"]);
    let kept = alone.0.lines().last().unwrap().strip_prefix("Keep elsewhere: ").unwrap();
    let running = audit(folder, &["verify", "--kept", kept]);
    assert!(running.contains(&format!("up to number {}", kept.split(':').next().unwrap())));
    assert_eq!(audit(folder, &["export"]), alone.1);
    assert_eq!(serving.stop(), Some(0));
    let signed = audit(folder, &["verify"]);
    assert!(signed.contains("Signed checkpoints on it: 1, the newest at "), "{signed}");

    let other = format!("3:{}", "A".repeat(43));
    let args = ["audit", "verify", "--data", "data", "--kept", &other];
    let error = refused(&teduh(folder, &args));
    assert!(error.contains("not on this chain"), "{error}");
    for bad in ["3", "x:AAAA", "3:AAAA"] {
        let args = ["audit", "verify", "--data", "data", "--kept", bad];
        assert_eq!(teduh(folder, &args).status.code(), Some(2), "{bad}");
    }
}

#[test]
fn an_export_has_every_entry_and_no_name() {
    let folder = with_staff();
    let folder = folder.path();
    let exported = audit(folder, &["export"]);
    let entries = lines(&exported);
    let numbers: Vec<_> = entries.iter().map(|entry| entry["n"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=u64::try_from(entries.len()).unwrap()).collect::<Vec<_>>());
    assert!(entries.iter().any(|entry| entry["event"] == "roster_published"));
    for word in ["Sari", "sari@", "teduh.example"] {
        assert!(!exported.contains(word), "{word}");
    }

    let table = audit(folder, &["export", "--format", "csv"]);
    assert!(table.starts_with("n,time,actor,by,event,case,staff,detail,entry,a\n1,"), "{table}");
    assert_eq!(table.lines().count(), entries.len() + 1);

    let day = entries[0]["time"].as_str().unwrap()[..10].to_owned();
    let last = entries.last().unwrap()["time"].as_str().unwrap()[..10].to_owned();
    let days = lines(&audit(folder, &["export", "--from", &day, "--to", &last]));
    assert_eq!(days.len(), entries.len(), "both days belong to it");
    assert_eq!(audit(folder, &["export", "--to", "2020-01-01"]), "");
    assert_eq!(audit(folder, &["export", "--case", &"A".repeat(22)]), "");
    let bad = teduh(folder, &["audit", "export", "--data", "data", "--case", "K-1A2"]);
    assert_eq!(bad.status.code(), Some(2));
}

#[test]
fn a_folder_that_is_not_there_has_no_audit() {
    let folder = tempfile::tempdir().unwrap();
    let error = refused(&teduh(folder.path(), &["audit", "verify"]));
    assert!(error.contains("does not exist"), "{error}");
}
