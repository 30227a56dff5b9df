//! What a client's page sends.

use serde::{Deserialize, Serialize};

use crate::command::Named;
use crate::{
    Blob, CaseView, Credential, Envelope, Id, NewEpoch, PublicKey, Routing, SessionView, StoredAck,
    Token,
};

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Language {
    /// Bahasa Indonesia.
    Id,
    /// English.
    En,
}

/// `POST /api/sessions`: a new case. A retry with the same token is answered the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Opening {
    /// Drawn by the page; the server keeps its hash.
    pub token: Token,
    /// The client's signing key.
    pub csig_pk: PublicKey,
    /// The client's sealing key.
    pub ckem_pk: PublicKey,
    /// Lane 1, epoch 0.
    pub epoch: NewEpoch,
    /// The answers that route.
    pub routing: Routing,
    /// Proof of work; not asked for yet.
    pub pow: Option<String>,
    /// Consent, intake and the first text, in this order, as far as there are any.
    pub messages: Vec<Envelope>,
}

/// The answer to an opening: it is stored, and in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Opened {
    /// The case.
    pub case_id: Id,
    /// Its session.
    pub session: SessionView,
    /// What is stored of the messages.
    pub stored: Vec<StoredAck>,
}

/// `PUT /api/session/code`: from now on the code brings the client back. Repeating it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PutCode {
    /// The session's token.
    pub token: Token,
    /// What the code yields.
    pub cred: Credential,
    /// W: the client's keys, sealed under the code.
    pub wrap: Blob,
}

/// `POST /api/session/lock`: ends the token and its socket; always answered with 204.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LockSession {
    /// The session's token.
    pub token: Token,
}

/// `POST /api/return`: a client comes back with the code. A retry with the same token is answered the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Return {
    /// What the code yields.
    pub cred: Credential,
    /// Drawn by the page; it replaces the case's older tokens.
    pub token: Token,
    /// Proof of work; not asked for yet.
    pub pow: Option<String>,
}

/// The answer to a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Returned {
    /// W.
    pub wrap: Blob,
    /// The case, lane 1 alone.
    pub case: CaseView,
}

/// A command of the client's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ClientCommand {
    /// First frame. Answered with `welcome`.
    Hello {
        /// [`crate::PROTOCOL_VERSION`].
        version: u16,
        /// The session's token.
        token: Token,
        /// The newest seq that the page has, 0 for none.
        after_seq: u64,
        /// How many records of lane 1 the page has.
        records: u32,
    },
    /// A message. Answered with `stored` once it is durable.
    Send {
        /// The sealed message.
        envelope: Envelope,
    },
    /// Everything up to `seq` was shown. Answered with `done`.
    Read {
        /// The highest seq shown.
        seq: u64,
    },
    /// Messages after a place, oldest first, at most 200. Answered with `page`.
    FetchAfter {
        /// The newest seq that the page has, 0 for none.
        seq: u64,
    },
    /// The 50 messages before a place. Answered with `page`.
    FetchBefore {
        /// The oldest seq that the page has.
        seq: u64,
    },
    /// Opens the case to the team again (crypto.md 7.3, 7.5) or, without a record, takes the place
    /// in the queue again. Answered with `session`.
    Reopen {
        /// Reason 5; none where lane 1's newest record already names team and newest generations.
        epoch: Option<NewEpoch>,
    },
    /// The client says that there is danger, also once more. Levels only go up. Answered with
    /// `session`.
    RaiseLevel {
        /// Drawn by the page for each press; the same again is the same press.
        raise_id: Id,
        /// 1 to 3.
        level: u8,
    },
    /// The client ends the session. Answered with `session`.
    End {},
}

impl Named for ClientCommand {
    const NAMES: &'static [&'static str] =
        &["hello", "send", "read", "fetch_after", "fetch_before", "reopen", "raise_level", "end"];
}
