//! The whole service as one library: the command line, the settings, and the web.
//!
//! Rules live in the crates below this one; here they are only wired together.

pub mod admin;
pub mod api;
pub mod audit;
pub mod auth;
pub mod board;
pub mod buckets;
pub mod ceremony;
mod check;
pub mod cli;
pub mod clock;
pub mod data_folder;
pub mod departed;
pub mod exits;
pub mod jobs;
pub mod org_cache;
mod org_wire;
mod presence;
pub mod queue;
pub mod refusal;
pub mod secrets;
pub mod service;
pub mod settings;
pub mod state;
mod statements;
mod token;
mod view;
pub mod web;
mod wire;
mod ws;
