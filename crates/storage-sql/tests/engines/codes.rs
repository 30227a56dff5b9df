//! A wrong code costs one look-up by its tag, in the index that keeps tags apart.

use crate::{postgres, sqlite};

/// The statement of `Codes::find`.
const FIND: &str = "SELECT case_id, wrapped FROM codes WHERE tag = $1";

#[test]
fn a_code_is_found_by_this_statement() {
    let source = include_str!("../../src/codes.rs");
    let (_, find) = source.split_once("async fn find").unwrap();
    let (find, _) = find.split_once("async fn has").unwrap();
    assert!(find.contains(FIND));
    assert_eq!(find.matches("self.db.").count(), 1, "one look-up");
}

#[tokio::test]
async fn sqlite_looks_a_code_up_in_its_index() {
    let folder = tempfile::tempdir().unwrap();
    let plan = sqlite::plan(&folder, FIND).await;
    assert!(plan.starts_with("SEARCH codes USING INDEX"), "{plan}");
    assert!(plan.ends_with("(tag=?)"), "{plan}");
}

#[tokio::test]
async fn postgres_looks_a_code_up_in_its_index() {
    let plan = postgres::plan(&postgres::Server::start(crate::store::WAIT), FIND).await;
    assert!(plan.starts_with("Index Scan using codes_tag_key on codes"), "{plan}");
    assert!(plan.contains("Index Cond: (tag = "), "{plan}");
}
