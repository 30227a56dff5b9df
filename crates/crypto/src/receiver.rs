//! What a reader holds of one lane's transcript, and the rules by which it takes the next message.

use std::collections::{BTreeMap, BTreeSet};

use crate::case_id::CaseKeys;
use crate::epoch::{Accepted, CreatorKind, EpochKey, LaneKind, ReaderKind};
use crate::message::{self, Content, Envelope, Header, MessageError, th_next, th_start};
use crate::roster::KnownRoster;
use crate::sign::kid_kem;
use crate::{Hash, Id, PublicKey};

/// What a reader knows of the epoch that a message names.
#[derive(Debug, Clone, Copy)]
pub struct EpochView<'a> {
    /// The accepted record.
    pub record: &'a Accepted,
    /// The roster that the record names.
    pub roster: &'a KnownRoster,
    /// The epoch key; without it a message counts by its leaf.
    pub key: Option<&'a EpochKey>,
}

/// A message that was taken.
#[derive(Debug, Clone)]
pub struct Received {
    /// What it says in clear.
    pub header: Header,
    /// What it says under its seal, or nothing where the epoch does not open for this reader.
    pub content: Option<Content>,
    /// The person who sent it; nobody for the client.
    pub staff_id: Option<Id>,
}

/// One lane's transcript, from some seq on.
#[derive(Debug, Clone)]
pub struct Receiver {
    case: CaseKeys,
    lane: LaneKind,
    /// Transcript hash after each seq, beginning with the one before the first message held.
    hashes: BTreeMap<u64, Hash>,
    last: u64,
    last_th: Hash,
    proven: bool,
    msg_ids: BTreeSet<Id>,
    /// First and last counter of each sender.
    counters: BTreeMap<Id, (u32, u32)>,
    /// First and last epoch.
    epochs: Option<(u32, u32)>,
    /// Whether only the leaf is left of some.
    has_gone: bool,
    /// Whether some came with their envelope.
    has_whole: bool,
}

impl Receiver {
    /// A transcript from its beginning.
    pub fn new(case: CaseKeys, lane: LaneKind) -> Self {
        let start = th_start(&case.case_id, lane);
        Self { proven: true, ..Self::page(case, lane, 1, start) }
    }

    /// A page that begins with `first_seq` and comes with the hash before it, unproven until a
    /// signed (`seen_seq`, th) inside it meets the chain.
    pub fn page(case: CaseKeys, lane: LaneKind, first_seq: u64, th_before: Hash) -> Self {
        let last = first_seq.saturating_sub(1);
        Self {
            case,
            lane,
            hashes: BTreeMap::from([(last, th_before)]),
            last,
            last_th: th_before,
            proven: false,
            msg_ids: BTreeSet::new(),
            counters: BTreeMap::new(),
            epochs: None,
            has_gone: false,
            has_whole: false,
        }
    }

    /// The last (seq, transcript hash): what this reader signs in its next message.
    pub fn seen(&self) -> (u64, Hash) {
        (self.last, self.last_th)
    }

    /// Whether a signature, or the beginning of the lane, vouches for this part of the transcript.
    pub fn is_proven(&self) -> bool {
        self.proven
    }

    /// The counter that a sender's next message must have at least.
    pub fn next_ctr(&self, sender: &Id) -> u32 {
        self.counters.get(sender).map_or(1, |(_, last)| last.saturating_add(1))
    }

    /// Counts a message whose text was deleted: only its leaf is left. A deletion takes everything
    /// up to its moment, so one after a whole message is refused; it counts all the same.
    pub fn take_leaf(&mut self, seq: u64, leaf: &Hash) -> Result<(), MessageError> {
        self.chain(seq, leaf)?;
        self.has_gone = true;
        if self.has_whole { Err(MessageError::M16Gone) } else { Ok(()) }
    }

    fn chain(&mut self, seq: u64, leaf: &Hash) -> Result<(), MessageError> {
        if self.last.checked_add(1) != Some(seq) {
            return Err(MessageError::M2Seq);
        }
        self.last = seq;
        self.last_th = th_next(&self.last_th, seq, leaf);
        self.hashes.insert(seq, self.last_th);
        Ok(())
    }

    /// Takes the next message. A refused one still counts in the transcript (it is what the server
    /// stored); after a gap nothing changes, and the caller fetches from `seen().0 + 1`.
    pub fn take<'a>(
        &mut self,
        seq: u64,
        envelope: &Envelope,
        view: impl FnOnce(u32) -> Option<EpochView<'a>>,
    ) -> Result<Received, MessageError> {
        self.chain(seq, &envelope.leaf())?;
        self.has_whole = true;
        let header = Header::parse(&envelope.header)?;
        let place = (header.org_id, header.case_id, header.lane);
        if place != (self.case.org_id, self.case.case_id, self.lane) {
            return Err(MessageError::M1Place);
        }
        let view = view(header.epoch).ok_or(MessageError::M3Epoch)?;
        if self.epochs.is_some_and(|(_, last)| header.epoch < last) {
            return Err(MessageError::M14EpochFalls);
        }
        let (sender, staff_id) = self.sender(&header, &view)?;
        let content = match view.key {
            Some(key) => Some(self.open(seq, &header, envelope, key, &sender)?),
            None => None,
        };
        if !self.msg_ids.insert(header.msg_id) {
            return Err(MessageError::M10Repeated);
        }
        self.count(&header, content.as_ref());
        Ok(Received { header, content, staff_id })
    }

    fn sender(
        &self,
        header: &Header,
        view: &EpochView<'_>,
    ) -> Result<(PublicKey, Option<Id>), MessageError> {
        match header.sender_kind {
            CreatorKind::Client => {
                let fits = self.lane == LaneKind::Chat && header.sender == self.case.csig_kid();
                if fits { Ok((self.case.csig_pk, None)) } else { Err(MessageError::M4Sender) }
            }
            CreatorKind::Staff => {
                let person = view.roster.by_sig_kid(&header.sender);
                let person = person.ok_or(MessageError::M4Sender)?;
                let kid = kid_kem(&person.kem_pk);
                let reads = view.record.body.of_kind(ReaderKind::Staff).any(|r| r.kid == kid);
                if !reads {
                    return Err(MessageError::M4Sender);
                }
                Ok((person.sig_pk, Some(person.staff_id)))
            }
        }
    }

    fn open(
        &mut self,
        seq: u64,
        header: &Header,
        envelope: &Envelope,
        key: &EpochKey,
        sender: &PublicKey,
    ) -> Result<Content, MessageError> {
        let (content, signature) = message::open(header, envelope, key)?;
        message::verify(envelope, &content, &signature, sender)?;
        if self.msg_ids.contains(&header.msg_id) {
            return Err(MessageError::M10Repeated);
        }
        if self.counters.get(&header.sender).is_some_and(|(_, last)| content.ctr <= *last) {
            return Err(MessageError::M11Counter);
        }
        if content.seen_seq >= seq {
            return Err(MessageError::M12Transcript);
        }
        // What the sender saw before this page began cannot be judged here.
        if let Some(th) = self.hashes.get(&content.seen_seq) {
            if *th != content.seen_th {
                return Err(MessageError::M12Transcript);
            }
            self.proven = true;
        }
        Ok(content)
    }

    fn count(&mut self, header: &Header, content: Option<&Content>) {
        let first = self.epochs.map_or(header.epoch, |(first, _)| first);
        self.epochs = Some((first, header.epoch));
        if let Some(content) = content {
            let entry = self.counters.entry(header.sender).or_insert((content.ctr, content.ctr));
            entry.1 = content.ctr;
        }
    }

    /// Puts an older page, already taken message by message, before this one.
    pub fn prepend(&mut self, older: Self) -> Result<(), MessageError> {
        let Some((first, th_before)) = self.hashes.first_key_value() else {
            return Err(MessageError::M2Seq);
        };
        if (older.case, older.lane, older.last) != (self.case, self.lane, *first) {
            return Err(MessageError::M2Seq);
        }
        if older.last_th != *th_before {
            return Err(MessageError::M12Transcript);
        }
        if !older.msg_ids.is_disjoint(&self.msg_ids) {
            return Err(MessageError::M10Repeated);
        }
        let falls = |(sender, (_, last)): (&Id, &(u32, u32))| {
            self.counters.get(sender).is_some_and(|(first, _)| first <= last)
        };
        if older.counters.iter().any(falls) {
            return Err(MessageError::M11Counter);
        }
        if let (Some((_, last)), Some((first, _))) = (older.epochs, self.epochs)
            && first < last
        {
            return Err(MessageError::M14EpochFalls);
        }
        if older.has_whole && self.has_gone {
            return Err(MessageError::M16Gone);
        }
        self.hashes.extend(older.hashes);
        self.msg_ids.extend(older.msg_ids);
        for (sender, (first, last)) in older.counters {
            self.counters.entry(sender).and_modify(|own| own.0 = first).or_insert((first, last));
        }
        self.epochs = match (older.epochs, self.epochs) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (older, own) => own.or(older),
        };
        // The newer part's hash commits to the older one: a proof of it proves both.
        self.proven |= older.proven;
        self.has_gone |= older.has_gone;
        self.has_whole |= older.has_whole;
        Ok(())
    }
}
