//! The outbox against a server that loses requests and answers, changes epochs and repeats itself.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use crypto::Id;
use crypto::hash::h;
use crypto::message::Envelope;
use crypto::outbox::{Draft, Outbox, OutboxError};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Write,
    /// Sends what is due; the request or the answer may be lost.
    Send {
        request_lost: bool,
        answer_lost: bool,
    },
    /// Full disk.
    NotStored,
    NewEpoch,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Write),
        6 => (any::<bool>(), any::<bool>())
            .prop_map(|(request_lost, answer_lost)| Step::Send { request_lost, answer_lost }),
        1 => Just(Step::NotStored),
        1 => Just(Step::NewEpoch),
    ]
}

/// The server, and everything that ever went over the wire.
#[derive(Default)]
struct Server {
    epoch: u32,
    stored: Vec<(Id, u32, [u8; 32])>,
    seen: BTreeMap<(u32, Id), Vec<u8>>,
}

/// In place of a sealed message: its epoch, id and counter, and what was drawn at sealing.
fn sealed(epoch: u32, draft: &Draft, ctr: u32, drawn: u32) -> Envelope {
    let header = [&epoch.to_be_bytes()[..], &draft.msg_id].concat();
    Envelope { header, ct: [ctr.to_be_bytes(), drawn.to_be_bytes()].concat() }
}

impl Server {
    /// The answer: stored with a hash, or nothing for a stale epoch.
    fn take(&mut self, envelope: &Envelope) -> Option<(Id, [u8; 32])> {
        let (epoch, msg_id) = envelope.header.split_at(4);
        let epoch = u32::from_be_bytes(epoch.try_into().unwrap());
        let msg_id: Id = msg_id.try_into().unwrap();
        let before = self.seen.insert((epoch, msg_id), envelope.ct.clone());
        assert!(before.is_none_or(|ct| ct == envelope.ct), "two texts under one (epoch, msg_id)");
        if let Some((_, _, hash)) = self.stored.iter().find(|(known, ..)| *known == msg_id) {
            return Some((msg_id, *hash));
        }
        if epoch != self.epoch {
            return None;
        }
        let ctr = u32::from_be_bytes(envelope.ct[..4].try_into().unwrap());
        self.stored.push((msg_id, ctr, envelope.ct_hash()));
        Some((msg_id, envelope.ct_hash()))
    }
}

struct Sender {
    outbox: Outbox,
    epoch: u32,
    drawn: u32,
    written: Vec<Id>,
    acknowledged: Vec<Id>,
}

impl Sender {
    fn new() -> Self {
        Self {
            outbox: Outbox::new(1),
            epoch: 0,
            drawn: 0,
            written: Vec::new(),
            acknowledged: Vec::new(),
        }
    }

    fn write(&mut self) {
        let number = u32::try_from(self.written.len()).unwrap();
        let msg_id = crypto::hash::h16(&number.to_be_bytes());
        self.written.push(msg_id);
        let draft = Draft { msg_id, kind: 1, ts_ms: 0, body: Vec::new().into() };
        self.outbox.push(draft).unwrap();
    }

    fn due(&mut self) -> Option<Envelope> {
        let (epoch, drawn) = (self.epoch, &mut self.drawn);
        self.outbox
            .next(|draft, ctr| {
                *drawn += 1;
                Ok::<_, Infallible>(sealed(epoch, draft, ctr, *drawn))
            })
            .unwrap()
    }

    fn send(&mut self, server: &mut Server, request_lost: bool, answer_lost: bool) {
        let Some(envelope) = self.due() else { return };
        let answer = if request_lost { None } else { Some(server.take(&envelope)) };
        match answer.filter(|_| !answer_lost) {
            None => self.outbox.unanswered(),
            Some(Some((msg_id, hash))) => {
                self.acknowledged.push(self.outbox.stored(&msg_id, &hash).unwrap().msg_id);
            }
            Some(None) => {
                self.epoch = server.epoch;
                self.outbox.new_epoch();
            }
        }
    }
}

proptest! {
    #[test]
    fn every_message_is_stored_once_and_in_order(steps in prop::collection::vec(step(), 0..80)) {
        let (mut sender, mut server) = (Sender::new(), Server::default());
        for step in steps {
            match step {
                Step::Write => sender.write(),
                Step::Send { request_lost, answer_lost } => {
                    sender.send(&mut server, request_lost, answer_lost);
                }
                Step::NotStored => {
                    if sender.due().is_some() {
                        sender.outbox.unanswered();
                    }
                }
                Step::NewEpoch => server.epoch += 1,
            }
        }
        // Two rounds a message at most: one may find a stale epoch.
        for _ in 0..=2 * sender.written.len() {
            sender.send(&mut server, false, false);
        }
        let stored: Vec<Id> = server.stored.iter().map(|(msg_id, ..)| *msg_id).collect();
        prop_assert_eq!(&stored, &sender.written);
        prop_assert_eq!(&sender.acknowledged, &sender.written);
        let counters: Vec<u32> = server.stored.iter().map(|(_, ctr, _)| *ctr).collect();
        let count = u32::try_from(counters.len()).unwrap();
        prop_assert_eq!(counters, (1..=count).collect::<Vec<_>>());
        prop_assert_eq!(sender.outbox.unsent().count(), 0);
        let ids: BTreeSet<Id> = stored.iter().copied().collect();
        prop_assert_eq!(ids.len(), stored.len());
    }
}

#[test]
fn a_retry_sends_the_same_bytes_and_only_a_new_epoch_seals_again() {
    let mut sender = Sender::new();
    sender.write();
    let first = sender.due().unwrap();
    assert!(sender.due().is_none(), "one on its way at a time");
    sender.outbox.unanswered();
    assert_eq!(sender.due().unwrap(), first);
    sender.epoch = 1;
    sender.outbox.new_epoch();
    let second = sender.due().unwrap();
    assert_ne!(second, first);
    assert_eq!(second.ct[..4], first.ct[..4], "the counter is kept");
}

#[test]
fn an_answer_that_comes_late_is_taken_for_the_bytes_of_the_epoch_before() {
    let mut sender = Sender::new();
    sender.write();
    let first = sender.due().unwrap();
    sender.outbox.new_epoch();
    sender.due().unwrap();
    let msg_id = sender.written[0];
    assert_eq!(sender.outbox.stored(&msg_id, &first.ct_hash()).unwrap().msg_id, msg_id);
}

#[test]
fn other_bytes_under_the_same_id_are_an_alarm() {
    let mut sender = Sender::new();
    sender.write();
    sender.due().unwrap();
    let msg_id = sender.written[0];
    assert_eq!(sender.outbox.stored(&msg_id, &h(b"")), Err(OutboxError::X3OtherBytes));
    assert_eq!(sender.outbox.unsent().count(), 1, "the message is kept");
}

#[test]
fn an_answer_for_nothing_sent_is_refused() {
    let mut sender = Sender::new();
    sender.write();
    let msg_id = sender.written[0];
    assert_eq!(sender.outbox.stored(&msg_id, &h(b"")), Err(OutboxError::X4Unexpected));
    assert_eq!(sender.outbox.stored(&[0; 16], &h(b"")), Err(OutboxError::X4Unexpected));
}

#[test]
fn a_message_id_is_taken_once() {
    let mut sender = Sender::new();
    sender.write();
    let draft = sender.outbox.unsent().next().unwrap().clone();
    assert_eq!(sender.outbox.push(draft), Err(OutboxError::X1Repeated));
}

#[test]
fn a_sender_who_is_no_reader_gets_the_unsent_text_back_and_stops() {
    let mut sender = Sender::new();
    sender.write();
    sender.write();
    sender.due().unwrap();
    let unsent: Vec<Id> = sender.outbox.stop().iter().map(|draft| draft.msg_id).collect();
    assert_eq!(unsent, sender.written);
    assert!(sender.due().is_none());
    let draft = Draft { msg_id: [9; 16], kind: 1, ts_ms: 0, body: Vec::new().into() };
    assert_eq!(sender.outbox.push(draft), Err(OutboxError::X2Stopped));
}
