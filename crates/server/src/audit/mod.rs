//! The audit chain as the service signs it, searches it, verifies it and gives it away.

mod export;
mod keys;
mod search;
mod verify;

pub(crate) use export::export;
pub use export::{Export, Exported};
pub use keys::AuditKeys;
pub(crate) use search::{Filter, search};
pub use verify::Report;
pub(crate) use verify::verify;
