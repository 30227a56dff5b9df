//! Connections, channels and presence in memory.
//!
//! A connection listens to channels and is handed signals; what a signal shows to whom is decided by
//! the one who forwards it. Every outbox is bounded: who reads too slowly is closed and resumes.
#![deny(missing_docs)]

mod broker;
mod channel;
mod connection;
mod outbox;
mod registry;

pub use broker::{Broker, Deliver, MemoryBroker};
pub use channel::{Channel, Signal};
pub use connection::{Connection, ConnectionId, Who, Writer};
pub use registry::Hub;
