//! Between the wire's types and those of the rules.

use chrono::{Datelike as _, NaiveDate};
use domain::Day;
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

/// The day 0, counted from the first day of year 1.
const EPOCH_DAY: i32 = 719_163;

/// A day as `YYYY-MM-DD`; none where the calendar has no such day.
pub(crate) fn day_out(Day(day): Day) -> Option<String> {
    let date = NaiveDate::from_num_days_from_ce_opt(day.checked_add(EPOCH_DAY)?)?;
    Some(date.format("%Y-%m-%d").to_string())
}

/// The day of `YYYY-MM-DD`, and of nothing that is written otherwise.
pub(crate) fn day_in(text: &str) -> Option<Day> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let day = Day(date.num_days_from_ce() - EPOCH_DAY);
    (day_out(day)? == text).then_some(day)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_in_one_way() {
        assert_eq!(day_in("1970-01-01"), Some(Day(0)));
        assert_eq!(day_in("2028-02-29"), Some(Day(21_243)));
        assert_eq!(day_out(Day(21_243)).as_deref(), Some("2028-02-29"));
        for text in ["2026-02-29", "2026-2-8", " 2026-02-08", "2026-02-08T00:00", "26-02-08", ""] {
            assert_eq!(day_in(text), None, "{text}");
        }
        assert_eq!(day_out(Day(i32::MAX)), None);
    }
}
