//! The transcript: messages in order of their seq, each verified before it is shown.

use crypto::message::Envelope;
use crypto::receiver::{EpochView, Receiver};
use protocol::{Page, StoredMessage};

use super::{HeldLane, Shown};
use crate::{Error, Organisation, Result};

impl HeldLane {
    /// Takes the newest page of a lane of which no message is held.
    pub(crate) fn take_first_page(
        &mut self,
        page: &Page,
        organisation: &Organisation,
    ) -> Result<()> {
        if let Some(first) = page.messages.first()
            && first.seq > 1
        {
            self.receiver = Receiver::page(self.case, self.kind, first.seq, page.th_before.0);
        }
        self.take_page(page, organisation)
    }

    /// Takes messages that follow those held; what is held already is passed over.
    pub(crate) fn take_page(&mut self, page: &Page, organisation: &Organisation) -> Result<()> {
        for message in &page.messages {
            self.take_message(message.clone(), organisation)?;
        }
        Ok(())
    }

    /// Takes a message, now or when those before it have come.
    pub(crate) fn take_message(
        &mut self,
        message: StoredMessage,
        organisation: &Organisation,
    ) -> Result<()> {
        if message.seq > self.last_seq() {
            self.early.insert(message.seq, message);
        }
        while let Some(next) = self.early.remove(&(self.last_seq() + 1)) {
            let shown = {
                let Self { receiver, accepted, keys, .. } = self;
                take(receiver, accepted, keys, &next, organisation)?
            };
            self.shown.extend(shown.map(|shown| (shown.seq, shown)));
        }
        Ok(())
    }

    /// Whether messages before one that came are missing.
    pub(crate) fn has_gap(&self) -> bool {
        !self.early.is_empty()
    }

    /// The oldest seq held, if older ones are to be fetched.
    pub(crate) fn oldest_wanted(&self) -> Option<u64> {
        let oldest = *self.shown.keys().next()?;
        (oldest > 1).then_some(oldest)
    }

    /// Puts an older page before what is held.
    pub(crate) fn take_older(&mut self, page: &Page, organisation: &Organisation) -> Result<()> {
        let first = page.messages.first().ok_or_else(|| Error::alarm("an empty older page"))?;
        let mut older = Receiver::page(self.case, self.kind, first.seq, page.th_before.0);
        for message in &page.messages {
            let shown = take(&mut older, &self.accepted, &self.keys, message, organisation)?;
            self.shown.extend(shown.map(|shown| (shown.seq, shown)));
        }
        self.receiver.prepend(older).map_err(Error::alarm)
    }
}

/// A message whose text was deleted counts by its leaf and is not shown.
fn take(
    receiver: &mut Receiver,
    accepted: &[crypto::epoch::Accepted],
    keys: &std::collections::BTreeMap<u32, crypto::epoch::EpochKey>,
    message: &StoredMessage,
    organisation: &Organisation,
) -> Result<Option<Shown>> {
    let Some(envelope) = &message.envelope else {
        receiver.take_leaf(message.seq, &message.leaf.0).map_err(Error::alarm)?;
        return Ok(None);
    };
    let envelope = Envelope { header: envelope.h.0.clone(), ct: envelope.c.0.clone() };
    if envelope.leaf() != message.leaf.0 {
        return Err(Error::alarm("a leaf that is not its message's"));
    }
    let view = |epoch: u32| {
        let record = accepted.iter().find(|record| record.body.epoch == epoch)?;
        let roster = organisation.rosters().get(record.body.roster_version)?;
        Some(EpochView { record, roster, key: keys.get(&epoch) })
    };
    let taken = receiver.take(message.seq, &envelope, view).map_err(Error::alarm)?;
    let body = match &taken.content {
        // A kind of a newer version is kept without its body, never dropped.
        Some(content) => serde_json::from_slice(&content.body).ok(),
        None => None,
    };
    Ok(Some(Shown {
        seq: message.seq,
        msg_id: taken.header.msg_id,
        staff_id: taken.staff_id,
        kind: taken.header.kind,
        body,
    }))
}
