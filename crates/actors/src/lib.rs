//! The client and the staff member in Rust: what a browser does, without a face.
//!
//! They speak the real HTTP and WebSocket, hold the keys, and verify everything that a page must
//! verify before it shows it.

mod board;
mod browser;
mod client;
mod counselor;
mod error;
mod escalations;
mod http;
pub mod kind;
mod lane;
mod line;
mod org;
mod staff;
mod supervisor;
mod tape;
mod wire;

pub use board::Board;
pub use browser::{Browser, Clock, Random};
pub use client::{Client, Intake, Prepared};
pub use counselor::{ClaimRecords, Claiming, Counselor, HeldCase};
pub use error::Error;
pub use escalations::Escalations;
pub use http::Http;
pub use lane::{HeldLane, Shown};
pub use line::Line;
pub use org::Organisation;
pub use staff::{CeremonyRequest, Credentials, Enrolling, StaffMember, VaultKeys};
pub use supervisor::{Supervisor, join, take_over};
pub use tape::{Asked, Tape};

/// What an actor's deed gives.
pub type Result<T> = std::result::Result<T, Error>;
