//! Both schemas are one: the same migrations, tables and columns, each column explained.

use std::path::{Path, PathBuf};

use crate::{postgres, sqlite};

#[tokio::test]
async fn both_engines_have_the_same_tables_and_columns() {
    let folder = tempfile::tempdir().unwrap();
    let server = postgres::Server::start(crate::store::WAIT);
    assert_eq!(sqlite::columns(&folder).await, postgres::columns(&server).await);
}

#[test]
fn migrations_have_the_same_numbers_and_names() {
    for (sqlite, postgres) in [("sqlite", "postgres"), ("keystore/sqlite", "keystore/postgres")] {
        let names = |folder| files(folder).iter().map(|path| name(path)).collect::<Vec<_>>();
        assert_eq!(names(sqlite), names(postgres));
    }
}

#[test]
fn every_column_is_explained() {
    for folder in ["sqlite", "postgres", "keystore/sqlite", "keystore/postgres"] {
        for file in files(folder) {
            let text = std::fs::read_to_string(&file).unwrap();
            let mut before = "";
            for line in text.lines() {
                let is_column = line.starts_with("    ")
                    && ["BLOB", "BYTEA", "INTEGER", "BIGINT", "BOOLEAN", "TEXT"].iter().any(
                        |kind| {
                            line.split_whitespace()
                                .nth(1)
                                .is_some_and(|w| w.trim_end_matches(',') == *kind)
                        },
                    );
                let explained = ["-- clear", "-- sealed", "-- keyed hash", "-- hash"]
                    .iter()
                    .any(|word| before.trim_start().starts_with(word));
                assert!(!is_column || explained, "{}: {line}", file.display());
                before = line;
            }
        }
    }
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(folder);
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
