//! Epochs: who can read a lane, record by record.
//!
//! [`build()`] makes a record with its boxes, [`Lane::check_public`] is what the server (and every
//! reader) checks of it, [`Accepted::open`] what a reader checks with its keys.

mod boxes;
mod build;
mod error;
mod lane;
mod readers;
mod reason;
mod record;
mod table;

pub(crate) use boxes::split_key;
pub use boxes::{BoxRow, EpochKey, Reader, ReaderKind, reader_box};
pub use build::{Draft, build};
pub use error::EpochError;
pub use lane::{Accepted, Lane, Opened, Posting};
pub use reason::Reason;
pub use record::{Body, CreatorKind, LaneKind, NamedReader, Record};
