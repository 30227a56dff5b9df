//! The whole service as one library: the command line, the settings, and the web.
//!
//! Rules live in the crates below this one; here they are only wired together.

mod api;
pub mod buckets;
mod check;
pub mod cli;
pub mod clock;
pub mod data_folder;
pub mod exits;
mod jobs;
pub mod org_cache;
mod presence;
pub mod queue;
pub mod refusal;
pub mod secrets;
pub mod settings;
pub mod state;
mod token;
mod view;
pub mod web;
mod wire;
mod ws;
