//! Who is connected, who listens to what, and who writes for whom.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{CaseId, Hash, SignInId, StaffId};
use protocol::CloseCode;

use crate::outbox::{self, Outbox};
use crate::{Broker, Channel, Connection, ConnectionId, Signal, Who, Writer};

/// The connections of this process.
#[derive(Clone)]
pub struct Hub {
    state: Arc<Mutex<State>>,
    broker: Arc<dyn Broker>,
}

#[derive(Default)]
struct State {
    last_id: u64,
    connections: HashMap<ConnectionId, Entry>,
    channels: HashMap<Channel, HashSet<ConnectionId>>,
    writers: HashMap<Writer, ConnectionId>,
}

struct Entry {
    who: Who,
    outbox: Outbox,
    channels: HashSet<Channel>,
    /// A desk only: its person has given the passphrase.
    unlocked: bool,
}

impl Hub {
    /// A hub that hears what this broker carries.
    pub fn new(broker: Arc<dyn Broker>) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let here = Arc::downgrade(&state);
        broker.attach(Box::new(move |channel, signal| {
            if let Some(state) = here.upgrade() {
                lock(&state).deliver(channel, signal);
            }
        }));
        Self { state, broker }
    }

    /// Takes a connection in that writes for its sender at once.
    pub fn connect(&self, who: Who) -> Connection {
        let connection = self.join(who);
        connection.take_over();
        connection
    }

    /// Takes a connection in. It can be closed, but writes for nobody until it takes over.
    pub fn join(&self, who: Who) -> Connection {
        let (outbox, inbox) = outbox::pair();
        let mut state = lock(&self.state);
        state.last_id += 1;
        let id = ConnectionId(state.last_id);
        let entry = Entry { who, outbox, channels: HashSet::new(), unlocked: false };
        state.connections.insert(id, entry);
        Connection { hub: self.clone(), id, inbox }
    }

    /// Tells every listener of a channel, on every node. Never waits.
    pub fn publish(&self, channel: Channel, signal: Signal) {
        self.broker.publish(channel, signal);
    }

    /// Whether somebody writes for this sender.
    pub fn is_here(&self, writer: Writer) -> bool {
        lock(&self.state).writers.contains_key(&writer)
    }

    /// The members of staff whose unlocked desks listen to a channel.
    pub fn staff_on(&self, channel: Channel) -> BTreeSet<StaffId> {
        let state = lock(&self.state);
        let listeners = state.channels.get(&channel).into_iter().flatten();
        let staff = |id| match state.connections.get(id) {
            Some(Entry { who: Who::Staff { staff, .. }, unlocked: true, .. }) => Some(*staff),
            Some(_) | None => None,
        };
        listeners.filter_map(staff).collect()
    }

    /// Whether the desk that writes for this person is unlocked.
    pub fn is_unlocked(&self, staff: StaffId) -> bool {
        let state = lock(&self.state);
        let id = state.writers.get(&Writer::Staff(staff));
        id.and_then(|id| state.connections.get(id)).is_some_and(|entry| entry.unlocked)
    }

    /// Closes each connection of a case's client that came with this token.
    pub fn close_token(&self, case: CaseId, token: Hash, code: CloseCode) {
        self.close_client(case, code, |theirs| theirs == token);
    }

    /// Closes each connection of a case's client that came with another token than this.
    pub fn close_other_tokens(&self, case: CaseId, token: Hash, code: CloseCode) {
        self.close_client(case, code, |theirs| theirs != token);
    }

    /// Closes the connection of each of these sign-ins.
    pub fn close_sign_ins(&self, sids: &[SignInId], code: CloseCode) {
        let state = lock(&self.state);
        for entry in state.connections.values() {
            if matches!(entry.who, Who::Staff { sid, .. } if sids.contains(&sid)) {
                entry.outbox.close(code);
            }
        }
    }

    /// Closes every connection.
    pub fn close_all(&self, code: CloseCode) {
        for entry in lock(&self.state).connections.values() {
            entry.outbox.close(code);
        }
    }

    /// How many connections there are.
    pub fn len(&self) -> usize {
        lock(&self.state).connections.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn close_client(&self, case: CaseId, code: CloseCode, pick: impl Fn(Hash) -> bool) {
        for entry in lock(&self.state).connections.values() {
            if matches!(entry.who, Who::Client { case: theirs, token } if theirs == case && pick(token))
            {
                entry.outbox.close(code);
            }
        }
    }

    pub(crate) fn take_over(&self, id: ConnectionId) -> bool {
        let mut state = lock(&self.state);
        let writer = match state.connections.get(&id) {
            Some(entry) if !entry.outbox.is_closed() => entry.who.writer(),
            _ => return false,
        };
        match state.writers.insert(writer, id) {
            Some(older) if older != id => state.close(older, CloseCode::ContinuedElsewhere),
            _ => {}
        }
        true
    }

    pub(crate) fn set_unlocked(&self, id: ConnectionId, unlocked: bool) {
        if let Some(entry) = lock(&self.state).connections.get_mut(&id) {
            entry.unlocked = unlocked;
        }
    }

    pub(crate) fn subscribe(&self, id: ConnectionId, channel: Channel) {
        let mut state = lock(&self.state);
        let Some(entry) = state.connections.get_mut(&id) else { return };
        entry.channels.insert(channel);
        state.channels.entry(channel).or_default().insert(id);
    }

    pub(crate) fn unsubscribe(&self, id: ConnectionId, channel: Channel) {
        let mut state = lock(&self.state);
        if let Some(entry) = state.connections.get_mut(&id) {
            entry.channels.remove(&channel);
        }
        state.forget(id, channel);
    }

    pub(crate) fn leave(&self, id: ConnectionId) {
        let mut state = lock(&self.state);
        let Some(entry) = state.connections.remove(&id) else { return };
        for channel in entry.channels {
            state.forget(id, channel);
        }
        let writer = entry.who.writer();
        if state.writers.get(&writer) == Some(&id) {
            state.writers.remove(&writer);
        }
    }
}

impl State {
    fn deliver(&self, channel: Channel, signal: &Signal) {
        for id in self.channels.get(&channel).into_iter().flatten() {
            if let Some(entry) = self.connections.get(id) {
                entry.outbox.push(signal.clone());
            }
        }
    }

    fn close(&self, id: ConnectionId, code: CloseCode) {
        if let Some(entry) = self.connections.get(&id) {
            entry.outbox.close(code);
        }
    }

    fn forget(&mut self, id: ConnectionId, channel: Channel) {
        if let Some(listeners) = self.channels.get_mut(&channel) {
            listeners.remove(&id);
            if listeners.is_empty() {
                self.channels.remove(&channel);
            }
        }
    }
}

/// Nothing inside panics half-way through a change, so a poisoned state is still whole.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
