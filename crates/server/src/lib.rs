//! The whole service as one library: the command line, the settings, and the web.
//!
//! Rules live in the crates below this one; here they are only wired together.

pub mod cli;
pub mod data_folder;
pub mod secrets;
pub mod settings;
pub mod web;
