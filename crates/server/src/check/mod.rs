//! What of a message or a record can be checked without any key, and the way into storage's types.

mod message;
mod raise;
mod record;

pub(crate) use message::{Sender, message};
pub(crate) use raise::{Raising, raise};
pub(crate) use record::{Chain, Post, Standing, reopening};
