//! Both records of one deed, and the greeting that goes with them.

use crypto::epoch::Reason;
use domain::record::RecordHead;
use domain::{Case, CaseId, Lane};
use protocol::{Envelope, ErrorCode, NewEpoch};
use storage::messages::NewMessage;
use storage::records::NewRecord;
use storage::sessions::Moved;

use super::Desk;
use crate::check::{self, Chain, Post, Sender, Standing};
use crate::refusal::Refusal;
use crate::ws::append;

/// What the browser of somebody who comes has made.
pub(super) struct Posted {
    pub(super) chat: NewEpoch,
    pub(super) notes: NewEpoch,
    pub(super) hello: Envelope,
}

/// A record with the reasons that its command may give.
pub(super) type Half<'a> = (&'a NewEpoch, &'a [Reason]);

/// What others are told of once it stands.
pub(super) struct Telling {
    heads: Vec<RecordHead>,
    hello: Option<NewMessage>,
}

impl Telling {
    pub(super) fn of(chat: &NewRecord, notes: &NewRecord, hello: Option<&NewMessage>) -> Self {
        Self { heads: vec![chat.head.clone(), notes.head.clone()], hello: hello.cloned() }
    }

    /// Records that no greeting goes with.
    pub(super) fn of_records<'a>(records: impl Iterator<Item = &'a NewRecord>) -> Self {
        Self { heads: records.map(|record| record.head.clone()).collect(), hello: None }
    }
}

impl Desk {
    /// Judges lane 1's record, and lane 2's by lane 1 as it is then.
    pub(super) async fn judge_pair(
        &self,
        case: &Case,
        (chat, chat_reasons): Half<'_>,
        (notes, notes_reasons): Half<'_>,
        standing: Standing,
    ) -> Result<(NewRecord, NewRecord), Refusal> {
        let org = self.app.org.now();
        let (store, org_id, by) = (&self.app.store, self.app.org_id(), Some(self.access.staff));
        let mut lane_1 = Chain::load(store, &org, org_id, case, Lane::Chat).await?;
        let (epoch, reasons) = (chat, chat_reasons);
        let chat = lane_1.post(&Post { epoch, reasons, by, lane_1: None, standing })?;
        let mut lane_2 = Chain::load(store, &org, org_id, case, Lane::Notes).await?;
        let (epoch, reasons, lane_1) = (notes, notes_reasons, Some(&lane_1));
        let notes = lane_2.post(&Post { epoch, reasons, by, lane_1, standing })?;
        Ok((chat, notes))
    }

    /// The greeting of somebody who comes.
    pub(super) fn greeting(&self, case: CaseId, hello: &Envelope) -> Result<NewMessage, Refusal> {
        let sender = Sender::Staff(self.sig);
        let (named, message) = check::message(self.app.org_id(), sender, hello)?;
        if named != case {
            return Err(ErrorCode::EnvelopeRefused.into());
        }
        if message.lane != Lane::Chat {
            return Err(ErrorCode::WrongLane.into());
        }
        Ok(message)
    }

    /// Tells everybody: from here on it stands, whatever becomes of this socket.
    pub(super) fn tell_moved(&self, telling: &Telling, moved: &Moved) {
        let case = moved.session.case;
        for head in &telling.heads {
            append::tell_record(&self.app, case, head);
        }
        if let (Some(hello), Some(stored)) = (&telling.hello, moved.stored.first()) {
            append::tell(&self.app, case, hello, stored);
        }
        self.app.session_changed(&moved.session);
    }
}
