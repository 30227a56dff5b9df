//! Sending: one message on its way at a time, a retry with the same bytes, a new sealing only
//! for a new epoch.

use crypto::epoch::EpochKey;
use crypto::message::{self, Content, Header};
use crypto::outbox::{Draft, Outbox};
use crypto::sign::SigningKey;
use protocol::{Blob, Body, Envelope, Hash, StoredAck, StoredMessage};
use zeroize::Zeroizing;

use super::{HeldLane, creator_kind};
use crate::{Browser, Error, Organisation, Result};

/// Who writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writer<'a> {
    pub(crate) key: &'a SigningKey,
    pub(crate) staff: bool,
}

impl HeldLane {
    /// Puts a message at the end of what is to be sent.
    pub(crate) fn push(
        &mut self,
        browser: &Browser,
        writer: Writer<'_>,
        kind: u8,
        body: &Body,
    ) -> Result<()> {
        let draft = draft(browser, kind, body)?;
        self.outbox_of(writer).push(draft).map_err(Error::alarm)
    }

    fn outbox_of(&mut self, writer: Writer<'_>) -> &mut Outbox {
        let next = self.receiver.next_ctr(&writer.key.kid());
        self.outbox.get_or_insert_with(|| Outbox::new(next))
    }

    /// The next bytes to send, if nothing is on its way.
    pub(crate) fn next_envelope(&mut self, writer: Writer<'_>) -> Result<Option<Envelope>> {
        let Some(mut outbox) = self.outbox.take() else { return Ok(None) };
        let next = outbox.next(|draft, ctr| {
            let key = self.newest_key().ok_or_else(|| {
                Error::NotPossible("no key of the newest epoch: no longer a reader".to_owned())
            })?;
            self.seal(draft, ctr, key, writer)
        });
        self.outbox = Some(outbox);
        let next = next?.map(to_wire);
        self.on_its_way.clone_from(&next);
        Ok(next)
    }

    fn seal(
        &self,
        draft: &Draft,
        ctr: u32,
        key: &EpochKey,
        writer: Writer<'_>,
    ) -> Result<message::Envelope> {
        let header = Header {
            org_id: self.case.org_id,
            case_id: self.case.case_id,
            lane: self.kind,
            epoch: key.epoch,
            msg_id: draft.msg_id,
            sender_kind: creator_kind(writer.staff),
            sender: writer.key.kid(),
            kind: draft.kind,
        };
        let (seen_seq, seen_th) = self.receiver.seen();
        let content =
            Content { ctr, ts_ms: draft.ts_ms, seen_seq, seen_th, body: draft.body.clone() };
        message::seal(&header, &content, key, writer.key).map_err(Error::alarm)
    }

    /// Seals messages that are posted together with a record, under that record's key.
    pub(crate) fn seal_beside(
        &self,
        browser: &Browser,
        writer: Writer<'_>,
        key: &EpochKey,
        bodies: &[(u8, Body)],
    ) -> Result<Vec<Envelope>> {
        let first = self.receiver.next_ctr(&writer.key.kid());
        (first..)
            .zip(bodies)
            .map(|(ctr, (kind, body))| {
                self.seal(&draft(browser, *kind, body)?, ctr, key, writer).map(to_wire)
            })
            .collect()
    }

    /// The server has it. Gives false where it stored other bytes of ours, to be fetched.
    pub(crate) fn stored(&mut self, ack: &StoredAck, organisation: &Organisation) -> Result<bool> {
        let outbox = self.outbox.as_mut().ok_or_else(|| Error::alarm("an unasked `stored`"))?;
        outbox.stored(&ack.msg_id.0, &ack.ct_hash.0).map_err(Error::alarm)?;
        let envelope = self.on_its_way.take().ok_or_else(|| Error::alarm("nothing was sent"))?;
        let ct_hash = crypto::hash::h(&envelope.c.0);
        if ct_hash != ack.ct_hash.0 {
            return Ok(self.last_seq() >= ack.seq);
        }
        self.take_own(envelope, ack, organisation)?;
        Ok(true)
    }

    /// Takes an own message at the place that the server gave it.
    pub(crate) fn take_own(
        &mut self,
        envelope: Envelope,
        ack: &StoredAck,
        organisation: &Organisation,
    ) -> Result<()> {
        let leaf = Hash(message::leaf(&envelope.h.0, &crypto::hash::h(&envelope.c.0)));
        let message = StoredMessage {
            seq: ack.seq,
            envelope: Some(envelope),
            leaf,
            stored_at: ack.stored_at,
        };
        self.take_message(message, organisation)
    }

    /// The connection broke or nothing was stored: the same bytes go out again.
    pub(crate) fn unanswered(&mut self) {
        if let Some(outbox) = &mut self.outbox {
            outbox.unanswered();
        }
    }

    /// Goes on with what a page held before it fetched the whole case anew.
    pub(crate) fn take_unsent(&mut self, before: Self) {
        let before_records = before.records();
        self.outbox = before.outbox;
        self.unanswered();
        if self.records() > before_records {
            self.epoch_changed();
        }
    }

    /// After a new epoch: seal anew, or stop where this writer is no reader of it.
    pub(crate) fn epoch_changed(&mut self) {
        let reads = self.newest_key().is_some();
        if let Some(outbox) = &mut self.outbox {
            if reads {
                outbox.new_epoch();
            } else {
                outbox.stop();
                self.outbox = None;
            }
        }
    }
}

fn draft(browser: &Browser, kind: u8, body: &Body) -> Result<Draft> {
    let body = serde_json::to_vec(body).map_err(|why| Error::BadAnswer(why.to_string()))?;
    Ok(Draft {
        msg_id: browser.random.bytes()?,
        kind,
        ts_ms: browser.clock.now_unsigned(),
        body: Zeroizing::new(body),
    })
}

fn to_wire(envelope: message::Envelope) -> Envelope {
    Envelope { h: Blob(envelope.header), c: Blob(envelope.ct) }
}
