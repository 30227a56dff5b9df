//! `send`: a message of the client.

use domain::session::Refused;
use protocol::{Envelope, ErrorCode, FrameProblem, Reply};
use storage::StorageError;
use storage::messages::Writer;

use super::Page;
use crate::check::{self, Sender};
use crate::refusal::Refusal;
use crate::wire;
use crate::ws::{append, refused};

impl Page {
    pub(super) async fn send(&mut self, envelope: &Envelope) -> Result<Reply, FrameProblem> {
        let sender = Sender::Client(self.case, self.csig);
        let (case, message) =
            check::message(self.app.org_id(), sender, envelope).map_err(Refusal::into_frame)?;
        let writer = Writer::Client(self.session.id);
        match append::append(&self.app, case, writer, message).await {
            Ok(stored) => {
                self.feed.own(stored.seq);
                Ok(Reply::Stored(wire::ack(&stored)))
            }
            Err(StorageError::Refused(Refused::WrongState)) => {
                Err(Refusal::from(ErrorCode::SessionEnded).into_frame())
            }
            Err(error) => Err(self.refuse(error.into()).await),
        }
    }

    /// The refusal; after `stale_epoch` with the chain as it now stands.
    pub(super) async fn refuse(&self, refusal: Refusal) -> FrameProblem {
        match self.stored_case().await {
            Ok(case) => refused::with_chains(&self.app, &case, &self.reader(), refusal).await,
            Err(_) => refusal.into_frame(),
        }
    }
}
