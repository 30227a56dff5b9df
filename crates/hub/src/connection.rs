//! One authenticated socket, as the hub knows it.

use domain::{CaseId, Hash, SignInId, StaffId};
use protocol::CloseCode;

use crate::outbox::Inbox;
use crate::{Channel, Hub, Signal};

/// A connection of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub(crate) u64);

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The client of a case.
    Client {
        /// The case.
        case: CaseId,
        /// Hash of the token that authenticated.
        token: Hash,
    },
    /// A member of staff.
    Staff {
        /// Who.
        staff: StaffId,
        /// By which sign-in.
        sid: SignInId,
    },
}

/// For whom one connection writes at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Writer {
    /// The client of a case.
    Client(CaseId),
    /// A member of staff, for all their cases.
    Staff(StaffId),
}

impl Who {
    /// For whom this connection writes.
    pub const fn writer(&self) -> Writer {
        match self {
            Self::Client { case, .. } => Writer::Client(*case),
            Self::Staff { staff, .. } => Writer::Staff(*staff),
        }
    }
}

/// A connection's place in the hub; dropping it leaves.
pub struct Connection {
    pub(crate) hub: Hub,
    pub(crate) id: ConnectionId,
    pub(crate) inbox: Inbox,
}

impl Connection {
    /// Writes for its sender from now on: an older connection is closed with
    /// [`CloseCode::ContinuedElsewhere`]. One that is to be closed itself takes nothing over.
    pub fn take_over(&self) -> bool {
        self.hub.take_over(self.id)
    }

    /// Notes whether the desk at the other end is unlocked.
    pub fn set_unlocked(&self, unlocked: bool) {
        self.hub.set_unlocked(self.id, unlocked);
    }

    /// Listens to a channel; a second time changes nothing.
    pub fn subscribe(&self, channel: Channel) {
        self.hub.subscribe(self.id, channel);
    }

    /// Stops listening to a channel. Signals that wait in the outbox already still come.
    pub fn unsubscribe(&self, channel: Channel) {
        self.hub.unsubscribe(self.id, channel);
    }

    /// The next signal, or why to close. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Result<Signal, CloseCode> {
        self.inbox.next().await
    }

    /// Waits until the connection is to be closed.
    pub async fn closed(&self) -> CloseCode {
        self.inbox.closed().await
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.hub.leave(self.id);
    }
}
