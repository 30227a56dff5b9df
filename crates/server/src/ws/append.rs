//! A message's way: stored, told to the others, and only then answered.

use std::sync::Arc;

use domain::CaseId;
use hub::{Channel, Signal};
use storage::StorageError;
use storage::messages::{Append, NewMessage, Stored, Writer};

use crate::state::App;
use crate::wire;

/// Stores a message and tells everybody, also for a retry: an answer may have been lost together
/// with the first telling, and receivers who have it pass it over.
pub(super) async fn append(
    app: &App,
    case: CaseId,
    writer: Writer,
    message: NewMessage,
) -> Result<Stored, StorageError> {
    let append = Append { case, writer, message: message.clone(), now: app.now() };
    let stored = app.store.messages.append(append).await?;
    tell(app, case, &message, &stored);
    Ok(stored)
}

/// Tells everybody of a message that was stored, alone or with another operation.
pub(super) fn tell(app: &App, case: CaseId, message: &NewMessage, stored: &Stored) {
    let (lane, seq) = (stored.lane, stored.seq);
    let signal = if stored.fresh {
        let message = Arc::new(wire::fresh_message(message, stored));
        Signal::Message { case, lane, message }
    } else {
        Signal::Stored { case, lane, seq }
    };
    app.hub.publish(Channel::Case(case), signal);
}

/// Tells everybody of a record.
pub(super) fn tell_record(app: &App, case: CaseId, head: &domain::record::RecordHead) {
    let (lane, epoch) = (head.lane, head.epoch);
    app.hub.publish(Channel::Case(case), Signal::Records { case, lane, epoch });
}
