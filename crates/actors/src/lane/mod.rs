//! One lane of a case as a reader holds it: the verified chain, the keys, the transcript, and
//! what is still to be sent.

mod records;
mod talk;
mod transcript;

use std::collections::BTreeMap;

use crypto::Id;
use crypto::case_id::CaseKeys;
use crypto::epoch::{Accepted, CreatorKind, EpochKey, Lane, LaneKind};
use crypto::outbox::Outbox;
use crypto::receiver::Receiver;
use protocol::{Body, Envelope, StoredMessage};

pub(crate) use records::own_view;
pub(crate) use talk::Writer;

/// A verified message.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its place in the lane.
    pub seq: u64,
    /// Its id.
    pub msg_id: Id,
    /// The person of staff who sent it; nobody for the client.
    pub staff_id: Option<Id>,
    /// 1 text, 5 note, 8 intake, 9 consent, 10 hello.
    pub kind: u8,
    /// What it says; nothing where this reader has no key for its epoch.
    pub body: Option<Body>,
}

impl Shown {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.body {
            Some(Body::Text { t }) => Some(t),
            _ => None,
        }
    }
}

/// One lane, verified.
#[derive(Debug, Clone)]
pub struct HeldLane {
    pub(crate) kind: LaneKind,
    case: CaseKeys,
    chain: Lane,
    accepted: Vec<Accepted>,
    keys: BTreeMap<u32, EpochKey>,
    receiver: Receiver,
    /// Messages that came before one with a smaller seq.
    early: BTreeMap<u64, StoredMessage>,
    shown: BTreeMap<u64, Shown>,
    outbox: Option<Outbox>,
    /// What was sent and is not acknowledged.
    on_its_way: Option<Envelope>,
    /// The highest seq that the client has read.
    pub read_by_client: u64,
    /// The highest seq that staff have read.
    pub read_by_staff: u64,
}

impl HeldLane {
    /// A lane of which nothing is known.
    pub(crate) fn new(case: CaseKeys, kind: LaneKind) -> Self {
        Self {
            kind,
            case,
            chain: Lane::new(case, kind),
            accepted: Vec::new(),
            keys: BTreeMap::new(),
            receiver: Receiver::new(case, kind),
            early: BTreeMap::new(),
            shown: BTreeMap::new(),
            outbox: None,
            on_its_way: None,
            read_by_client: 0,
            read_by_staff: 0,
        }
    }

    /// The messages, oldest first.
    pub fn messages(&self) -> impl Iterator<Item = &Shown> {
        self.shown.values()
    }

    /// The texts, oldest first.
    pub fn texts(&self) -> Vec<&str> {
        self.messages().filter_map(Shown::text).collect()
    }

    /// The newest seq held.
    pub fn last_seq(&self) -> u64 {
        self.receiver.seen().0
    }

    /// How many records are held.
    pub fn records(&self) -> u32 {
        self.chain.next_epoch()
    }

    /// The chain, to look at.
    pub fn chain(&self) -> &Lane {
        &self.chain
    }

    /// The key of the newest epoch, if this reader has it.
    pub fn newest_key(&self) -> Option<&EpochKey> {
        self.keys.get(&self.chain.last()?.epoch)
    }

    /// Whether every epoch opened, so that nothing is hidden from this reader.
    pub fn reads_all(&self) -> bool {
        self.accepted.len() == self.keys.len()
    }

    /// Texts that were not acknowledged, oldest first.
    pub fn unsent(&self) -> usize {
        self.outbox.as_ref().map_or(0, |outbox| outbox.unsent().count())
    }
}

/// Who makes records and sends messages.
pub(crate) fn creator_kind(staff: bool) -> CreatorKind {
    if staff { CreatorKind::Staff } else { CreatorKind::Client }
}
