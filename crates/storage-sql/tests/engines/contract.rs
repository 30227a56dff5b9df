//! The contract suite on both engines. A missing PostgreSQL is a failure, never a skip.

use crate::{postgres, sqlite};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_the_contract() {
    storage::contract::run(&sqlite::Files).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_the_contract() {
    storage::contract::run(&postgres::Server::start()).await;
}
