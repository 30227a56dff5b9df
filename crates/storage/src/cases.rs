//! Opening a case and coming back to it.

use async_trait::async_trait;
use domain::case::Routing;
use domain::{Case, CaseId, EscId, Escalation, Hash, Kid, Level, Session, SessionId, Timestamp};

use crate::Result;
use crate::messages::{NewMessage, Stored};
use crate::records::NewRecord;

/// A client's first opening.
#[derive(Clone)]
pub struct Opening {
    /// Certified by the keys; the server has checked that.
    pub case: CaseId,
    /// For the new session.
    pub session: SessionId,
    /// Hash of the token that the client has drawn.
    pub token: Hash,
    /// Id of the client's signing key.
    pub csig_kid: Kid,
    /// The client's signing key.
    pub csig_pk: [u8; 32],
    /// The client's box key.
    pub ckem_pk: [u8; 32],
    /// The answers that route.
    pub routing: Routing,
    /// What the intake says of danger.
    pub level: Level,
    /// For the escalation, if that level escalates.
    pub escalation: EscId,
    /// Lane 1, epoch 0.
    pub record: NewRecord,
    /// Consent, intake, first text; lane 1, epoch 0, in order.
    pub messages: Vec<NewMessage>,
    /// When.
    pub now: Timestamp,
}

/// A client who comes back when no session is open.
#[derive(Clone)]
pub struct Rejoin {
    /// The case.
    pub case: CaseId,
    /// For the new session.
    pub session: SessionId,
    /// The token of the ended session; it moves to the new one.
    pub token: Hash,
    /// Reason 5, unless the team reads the newest epoch already.
    pub record: Option<NewRecord>,
    /// When.
    pub now: Timestamp,
}

/// What stands after an opening.
#[derive(Clone)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// Where the messages of the request stand, in its order.
    pub stored: Vec<Stored>,
    /// The open escalation of the case.
    pub escalation: Option<Escalation>,
    /// `false` for a retry: nothing is to be published again.
    pub fresh: bool,
}

/// Cases.
#[async_trait]
pub trait Cases: Send + Sync {
    /// Opens a case: case, session, record, boxes and first messages stand together.
    ///
    /// An intake that escalates raises in the same transaction.
    ///
    /// With the same case and token again it gives what stands, and replaces nothing.
    ///
    /// # Errors
    /// `Exists` when the case is there under another token; `StaleRoster`; `StaleEpoch` when the
    /// record is not a first one of lane 1.
    async fn open(&self, opening: Opening) -> Result<Opened>;

    /// Opens a new session of a case whose last one has ended, in the queue; the client is here.
    ///
    /// With the same token again, while that session is open, it gives what stands.
    ///
    /// # Errors
    /// `NotFound` when the token is not of this case; `StaleEpoch` also when a record is missing
    /// because the team does not read the newest epoch; `StaleRoster`.
    async fn rejoin(&self, rejoin: Rejoin) -> Result<Session>;

    /// A case with the heads of its lanes.
    async fn get(&self, case: CaseId) -> Result<Case>;

    /// Records that the client consents to notes being kept longer.
    async fn consent_to_notes(&self, case: CaseId) -> Result<()>;
}
