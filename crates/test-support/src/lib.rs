//! What tests of several crates need.

mod postgres;

pub use postgres::{Durability, Postgres};
