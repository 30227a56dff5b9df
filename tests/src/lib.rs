//! Stories against the real binary: a service on a fresh folder, the people who use it, and what a
//! story needs to look behind them.
//!
//! Every story runs on SQLite and on PostgreSQL; where PostgreSQL 15 is missing it fails.

mod database;
mod engine;
mod house;
mod markers;
mod service;
mod snapshot;

pub use database::{Database, FEW_PAGES};
pub use engine::Engine;
pub use house::{House, open_to};
pub use markers::{Finding, find_marker, find_markers, holds};
pub use service::{Service, patiently};
pub use snapshot::People;
pub use test_support::Postgres;

/// Runs each story on both engines, as a test of its own.
#[macro_export]
macro_rules! on_both_engines {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() -> anyhow::Result<()> {
                    super::$story($crate::Engine::Sqlite).await
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() -> anyhow::Result<()> {
                    super::$story($crate::Engine::Postgres).await
                }
            )+
        }
    };
}
