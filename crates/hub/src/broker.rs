//! How a signal reaches the hubs of all nodes.

use std::sync::OnceLock;

use crate::{Channel, Signal};

/// What a broker calls for each signal that reaches this node.
pub type Deliver = Box<dyn Fn(Channel, &Signal) + Send + Sync>;

/// Carries signals between nodes, at most once; what is lost is healed from storage.
pub trait Broker: Send + Sync {
    /// Tells the broker where this node's signals go; called once.
    fn attach(&self, deliver: Deliver);

    /// Hands a signal to every node, this one too. Never waits.
    fn publish(&self, channel: Channel, signal: Signal);
}

/// The broker of a single node.
#[derive(Default)]
pub struct MemoryBroker(OnceLock<Deliver>);

impl Broker for MemoryBroker {
    fn attach(&self, deliver: Deliver) {
        // A second hub on the same broker would get nothing, which its first test shows.
        let _ = self.0.set(deliver);
    }

    fn publish(&self, channel: Channel, signal: Signal) {
        if let Some(deliver) = self.0.get() {
            deliver(channel, &signal);
        }
    }
}
