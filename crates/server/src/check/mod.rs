//! What of a message or a record can be checked without any key, and the way into storage's types.

mod message;
mod record;

pub(crate) use message::{Sender, message};
pub(crate) use record::{Chain, Post};
