//! Transcripts: sealed lines, their places, and how far each reader has read.

use std::sync::Arc;

use async_trait::async_trait;
use domain::case::LaneHead;
use domain::{CaseId, Hash, Kid, Lane, MsgId, Timestamp};
use sealing::{Place, ShredKey};
use storage::messages::{Append, Line, NewMessage, Page, Range, ReadMark, Stored};
use storage::{Messages, Result, StorageError};

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::error::from_sealing;
use crate::keystore::KeyKind;
use crate::shared::Shared;
use crate::transcript;
use crate::value::{Row, args, unexpected};
use crate::writer::Writer;

/// The transcripts, with the writer that lets many appends share one commit.
pub(crate) struct Transcripts<DB: Dialect> {
    pub(crate) shared: Arc<Shared<DB>>,
    pub(crate) writer: Writer,
}

#[async_trait]
impl<DB: Dialect> Messages for Transcripts<DB> {
    async fn append(&self, append: Append) -> Result<Stored> {
        let kind = KeyKind::of_envelopes(append.message.lane);
        // A lane that was never opened has no key, and no epoch that a message could name.
        let key = match self.shared.keys.get(append.case, kind).await {
            Err(StorageError::NotFound) => return Err(StorageError::StaleEpoch),
            key => key?,
        };
        let sealed = seal_envelope(&key, &append.message)?;
        self.writer.append(append, sealed).await
    }

    async fn page(&self, case: CaseId, lane: Lane, range: Range, limit: u32) -> Result<Page> {
        const AFTER: &str = "SELECT seq, msg_id, epoch, at, leaf, envelope FROM messages
            WHERE case_id = $1 AND lane = $2 AND seq > $3 ORDER BY seq LIMIT $4";
        const BEFORE: &str = "SELECT seq, msg_id, epoch, at, leaf, envelope FROM messages
            WHERE case_id = $1 AND lane = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4";
        let (sql, from) = match range {
            Range::After(seq) => (AFTER, seq),
            Range::Before(seq) => (BEFORE, seq),
        };
        let one_more = u64::from(limit) + 1;
        let mut rows = self.shared.db.rows(sql, args![case, lane, from, one_more]).await?;
        let asked = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > asked;
        rows.truncate(asked);
        if matches!(range, Range::Before(_)) {
            rows.reverse();
        }
        let key = match self.shared.keys.get(case, KeyKind::of_envelopes(lane)).await {
            Err(StorageError::NotFound) => None,
            key => Some(key?),
        };
        let lines = rows.iter().map(|row| line(row, key.as_ref())).collect::<Result<Vec<_>>>()?;
        let first = lines.first().map(|line| line.seq);
        Ok(Page { th_before: self.th_before(case, lane, first).await?, lines, more })
    }

    async fn read(&self, case: CaseId, lane: Lane, reader: Kid, seq: u64) -> Result<bool> {
        const STANDS: &str = "SELECT seq FROM read_marks
            WHERE case_id = $1 AND lane = $2 AND reader = $3 AND seq >= $4";
        // A mark beyond the last line would claim what nobody has written yet.
        const RAISE: &str = "INSERT INTO read_marks (case_id, lane, reader, seq)
            SELECT case_id, lane, $3, CASE WHEN $4 < last_seq THEN $4 ELSE last_seq END
            FROM lanes WHERE case_id = $1 AND lane = $2 AND last_seq > 0
            ON CONFLICT (case_id, lane, reader) DO UPDATE SET seq = excluded.seq
            WHERE excluded.seq > read_marks.seq";
        const LAST: &str = "SELECT last_seq FROM lanes WHERE case_id = $1 AND lane = $2";
        let db = &self.shared.db;
        let last: u64 = db.one(LAST, args![case, lane]).await?.number(0)?;
        let seq = seq.min(last);
        if seq == 0 || db.first(STANDS, args![case, lane, reader, seq]).await?.is_some() {
            return Ok(false);
        }
        Ok(db.execute(RAISE, args![case, lane, reader, seq]).await? > 0)
    }

    async fn read_marks(&self, case: CaseId, lane: Lane) -> Result<Vec<ReadMark>> {
        const SQL: &str = "SELECT reader, seq FROM read_marks WHERE case_id = $1 AND lane = $2";
        let rows = self.shared.db.rows(SQL, args![case, lane]).await?;
        rows.iter().map(|row| Ok(ReadMark { reader: row.id(0)?, seq: row.number(1)? })).collect()
    }
}

impl<DB: Dialect> Transcripts<DB> {
    /// The transcript hash before the first line of a page, or after the last of the lane.
    async fn th_before(&self, case: CaseId, lane: Lane, first: Option<u64>) -> Result<Hash> {
        const LAST: &str = "SELECT th FROM lanes WHERE case_id = $1 AND lane = $2";
        const AT: &str = "SELECT th FROM messages WHERE case_id = $1 AND lane = $2 AND seq = $3";
        let db = &self.shared.db;
        match first {
            None => match db.first(LAST, args![case, lane]).await? {
                Some(row) => row.id(0),
                None => Ok(transcript::start(case, lane)),
            },
            Some(0 | 1) => Ok(transcript::start(case, lane)),
            Some(seq) => db.one(AT, args![case, lane, seq - 1]).await?.id(0),
        }
    }
}

fn line(row: &Row, key: Option<&ShredKey>) -> Result<Line> {
    let id: MsgId = row.id(1)?;
    let envelope = match (row.opt_bytes(5)?, key) {
        (Some(sealed), Some(key)) => Some(key.open(place(&id), sealed).map_err(from_sealing)?),
        _ => None,
    };
    Ok(Line {
        id,
        seq: row.number(0)?,
        epoch: row.number(2)?,
        at: row.time(3)?,
        leaf: row.id(4)?,
        envelope,
    })
}

fn place(id: &MsgId) -> Place<'_> {
    Place { table: "messages", row_key: id.as_bytes(), column: "envelope" }
}

/// Seals an envelope for its row.
pub(crate) fn seal_envelope(key: &ShredKey, message: &NewMessage) -> Result<Vec<u8>> {
    key.seal(place(&message.id), &message.envelope).map_err(from_sealing)
}

/// Where a message stands already; refuses another sender's id.
pub(crate) async fn known<DB: Dialect>(
    tx: &mut Tx<DB>,
    case: CaseId,
    message: &NewMessage,
) -> Result<Option<Stored>> {
    const SQL: &str = "SELECT sender_kid, lane, seq, ct_hash, at FROM messages
        WHERE case_id = $1 AND msg_id = $2";
    let Some(row) = tx.first(SQL, args![case, message.id]).await? else { return Ok(None) };
    if row.id::<Kid>(0)? != message.sender {
        return Err(StorageError::ForeignMessage);
    }
    Ok(Some(Stored {
        id: message.id,
        lane: row.lane(1)?,
        seq: row.number(2)?,
        ct_hash: row.id(3)?,
        at: row.time(4)?,
        fresh: false,
    }))
}

/// Stores a message as the next line; the head moves on and is saved by the caller.
pub(crate) async fn insert<DB: Dialect>(
    tx: &mut Tx<DB>,
    case: CaseId,
    head: &mut LaneHead,
    message: &NewMessage,
    sealed: Vec<u8>,
    now: Timestamp,
) -> Result<Stored> {
    const SQL: &str = "INSERT INTO messages
            (case_id, lane, seq, msg_id, epoch, sender_kid, leaf, ct_hash, th, at, envelope)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let NewMessage { id, lane, epoch, sender, leaf, ct_hash, .. } = *message;
    let seq = head.seq.checked_add(1).ok_or_else(unexpected)?;
    let th = transcript::next(head.th, seq, leaf);
    tx.execute(SQL, args![case, lane, seq, id, epoch, sender, leaf, ct_hash, th, now, sealed])
        .await?;
    (head.seq, head.th) = (seq, th);
    Ok(Stored { id, lane, seq, ct_hash, at: now, fresh: true })
}

/// Saves where a lane ends.
pub(crate) async fn save_head<DB: Dialect>(
    tx: &mut Tx<DB>,
    case: CaseId,
    lane: Lane,
    head: &LaneHead,
) -> Result<()> {
    const SQL: &str = "UPDATE lanes SET last_seq = $3, th = $4 WHERE case_id = $1 AND lane = $2";
    tx.execute(SQL, args![case, lane, head.seq, head.th]).await.map(drop)
}

/// Stores messages that come with another operation on the chat, in its transaction.
pub(crate) async fn insert_with<DB: Dialect>(
    tx: &mut Tx<DB>,
    case: CaseId,
    head: &mut LaneHead,
    key: &ShredKey,
    messages: &[NewMessage],
    now: Timestamp,
) -> Result<Vec<Stored>> {
    let mut stored = Vec::with_capacity(messages.len());
    for message in messages {
        if let Some(known) = known(tx, case, message).await? {
            stored.push(known);
            continue;
        }
        if message.lane != Lane::Chat || message.epoch != head.epoch {
            return Err(StorageError::StaleEpoch);
        }
        let sealed = seal_envelope(key, message)?;
        stored.push(insert(tx, case, head, message, sealed, now).await?);
    }
    save_head(tx, case, Lane::Chat, head).await?;
    Ok(stored)
}

/// Where the messages of a retried operation stand.
pub(crate) async fn stored_before<DB: Dialect>(
    tx: &mut Tx<DB>,
    case: CaseId,
    messages: &[NewMessage],
) -> Result<Vec<Stored>> {
    let mut stored = Vec::with_capacity(messages.len());
    for message in messages {
        stored.extend(known(tx, case, message).await?);
    }
    Ok(stored)
}
