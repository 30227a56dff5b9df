//! The whole service as one library: the command line, the settings, and the web.
//!
//! Rules live in the crates below this one; here they are only wired together.

pub mod api;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod data_folder;
pub mod departed;
pub mod org_cache;
mod org_wire;
pub mod refusal;
pub mod secrets;
pub mod settings;
pub mod state;
mod statements;
pub mod web;
