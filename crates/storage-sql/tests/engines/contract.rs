//! The contract suite on both engines. A missing PostgreSQL is a failure, never a skip.

use std::time::Duration;

use crate::{postgres, sqlite, store};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_the_contract() {
    storage::contract::run(&sqlite::Files).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_the_contract() {
    // Long enough for the last of 64 at once on a slow machine.
    storage::contract::run(&postgres::Server::start(Duration::from_secs(5))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_goes_past_a_held_case() {
    storage::contract::run_held(&postgres::Server::start(store::WAIT)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_stands_races() {
    storage::contract::run_races(&postgres::Server::start(Duration::from_mins(1))).await;
}
