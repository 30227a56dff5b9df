//! Between the wire's types and those of the rules.

use domain::case::Language;
use domain::staff::Status;
use protocol::{Blob, Envelope, StaffStatus, StoredAck, StoredMessage};
use storage::messages::{Line, NewMessage, Stored};

/// An envelope as it is stored: the header with its length, then the ciphertext.
pub(crate) fn envelope_to_bytes(envelope: &Envelope) -> Vec<u8> {
    // A parsed header has fixed fields and is far below 64 KiB.
    let length = u16::try_from(envelope.h.0.len()).unwrap_or(u16::MAX);
    [length.to_be_bytes().as_slice(), &envelope.h.0, &envelope.c.0].concat()
}

/// The envelope again; none when the bytes are not what was stored.
pub(crate) fn envelope_from_bytes(bytes: &[u8]) -> Option<Envelope> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let (header, ct) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    Some(Envelope { h: Blob(header.to_vec()), c: Blob(ct.to_vec()) })
}

/// A line of a transcript.
pub(crate) fn stored_message(line: &Line) -> StoredMessage {
    StoredMessage {
        seq: line.seq,
        envelope: line.envelope.as_deref().and_then(envelope_from_bytes),
        leaf: protocol::Hash(*line.leaf.as_bytes()),
        stored_at: line.at.0,
    }
}

/// A message just stored, as the others get it.
pub(crate) fn fresh_message(message: &NewMessage, stored: &Stored) -> StoredMessage {
    StoredMessage {
        seq: stored.seq,
        envelope: envelope_from_bytes(&message.envelope),
        leaf: protocol::Hash(*message.leaf.as_bytes()),
        stored_at: stored.at.0,
    }
}

/// What its sender is told.
pub(crate) const fn ack(stored: &Stored) -> StoredAck {
    StoredAck {
        msg_id: protocol::Id(*stored.id.as_bytes()),
        seq: stored.seq,
        ct_hash: protocol::Hash(*stored.ct_hash.as_bytes()),
        stored_at: stored.at.0,
    }
}

pub(crate) const fn language_in(language: protocol::Language) -> Language {
    match language {
        protocol::Language::Id => Language::Indonesian,
        protocol::Language::En => Language::English,
    }
}

pub(crate) const fn language_out(language: Language) -> protocol::Language {
    match language {
        Language::Indonesian => protocol::Language::Id,
        Language::English => protocol::Language::En,
    }
}

pub(crate) const fn status_in(status: StaffStatus) -> Status {
    match status {
        StaffStatus::Available => Status::Available,
        StaffStatus::Busy => Status::Busy,
        StaffStatus::Pause => Status::Pause,
    }
}

pub(crate) const fn status_out(status: Status) -> StaffStatus {
    match status {
        Status::Available => StaffStatus::Available,
        Status::Busy => StaffStatus::Busy,
        Status::Pause => StaffStatus::Pause,
    }
}
