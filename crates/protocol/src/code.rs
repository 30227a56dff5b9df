//! What a refusal is called, and with which code a socket closes.

use serde::{Deserialize, Serialize};

macro_rules! error_codes {
    ($($(#[$meta:meta])* $name:ident = $text:literal, $status:literal;)+) => {
        /// Why something was refused; `docs/protocol.md` says what to do about each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        pub enum ErrorCode {
            $($(#[$meta])* #[serde(rename = $text)] $name,)+
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The code as it stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),+ }
            }
        }
    };
}

error_codes! {
    /// The frame or body is not JSON of the expected shape.
    BadFrame = "bad_frame", 400;
    /// The frame or body is longer than [`crate::MAX_FRAME`].
    TooLarge = "too_large", 413;
    /// No command has this name.
    UnknownType = "unknown_type", 400;
    /// The first frame names a version that is not spoken here.
    UnsupportedVersion = "unsupported_version", 400;
    /// The first frame must be `hello`.
    HelloFirst = "hello_first", 401;
    /// The token is unknown, expired, foreign or wrongly signed.
    TokenInvalid = "token_invalid", 401;
    /// A refresh token was used a second time: every token of that sign-in is void.
    TokenReused = "token_reused", 401;
    /// E-mail or passphrase is wrong.
    SignInFailed = "sign_in_failed", 401;
    /// The one-time code is wrong or was used.
    TotpFailed = "totp_failed", 401;
    /// The person's role does not allow it.
    Forbidden = "forbidden", 403;
    /// Nothing is there.
    NotFound = "not_found", 404;
    /// The address does not answer this method.
    MethodNotAllowed = "method_not_allowed", 405;
    /// No case has this code.
    CodeUnknown = "code_unknown", 404;
    /// The invite is unknown, used or past its time.
    InviteUnknown = "invite_unknown", 404;
    /// The e-mail is in use.
    EmailTaken = "email_taken", 409;
    /// There is no roster yet, so no chat can begin.
    NotReady = "not_ready", 503;
    /// The case id is not the hash of the keys.
    CaseMismatch = "case_mismatch", 422;
    /// A record breaks a rule of the epochs; `rule` names it.
    RecordRefused = "record_refused", 422;
    /// A statement's signature, version or content was refused; `rule` names it.
    StatementRefused = "statement_refused", 422;
    /// Another epoch was posted first, or the message was sealed under an older one.
    StaleEpoch = "stale_epoch", 409;
    /// A record names a roster that is no longer current.
    StaleRoster = "stale_roster", 409;
    /// Somebody changed it meanwhile: fetch and try again.
    Conflict = "conflict", 409;
    /// The message's header does not parse, or names another organisation or kind of sender.
    EnvelopeRefused = "envelope_refused", 422;
    /// The message is not from who sent it.
    WrongSender = "wrong_sender", 403;
    /// The message is for a lane that its sender may not write.
    WrongLane = "wrong_lane", 403;
    /// This message id belongs to somebody else's message.
    MsgIdTaken = "msg_id_taken", 409;
    /// The session has ended.
    SessionEnded = "session_ended", 409;
    /// The session is not in a state that allows it.
    WrongState = "wrong_state", 409;
    /// Nobody waits, or nobody whom this person may take.
    NobodyWaits = "nobody_waits", 409;
    /// The rules would give another session.
    NotNext = "not_next", 409;
    /// Somebody else took it.
    Taken = "taken", 409;
    /// The time to open the claimed session is over.
    Lapsed = "lapsed", 409;
    /// The person has no free place or is not available.
    NotAvailable = "not_available", 409;
    /// The person lacks a group key that the case needs.
    KeysMissing = "keys_missing", 409;
    /// The person is not assigned to the case.
    NotAssigned = "not_assigned", 403;
    /// Another supervisor has acknowledged the escalation.
    EscalationAcknowledged = "escalation_acknowledged", 409;
    /// Another supervisor owns the escalation, and not the one it was to be taken over from.
    EscalationOwned = "escalation_owned", 409;
    /// The escalation is resolved; it may be reopened.
    EscalationClosed = "escalation_closed", 409;
    /// Nobody answers for the escalation's level yet.
    EscalationNotOwned = "escalation_not_owned", 409;
    /// Another escalation of the case is open.
    EscalationOpen = "escalation_open", 409;
    /// The escalation stands at this level or below already.
    LevelNotLower = "level_not_lower", 409;
    /// The second factor is to be given again: `confirm`.
    FactorNeeded = "factor_needed", 403;
    /// The person has not opened the case, or not any more.
    NotOpened = "not_opened", 403;
    /// What the case was opened for lets read only.
    ReadOnly = "read_only", 403;
    /// Who asked for an opening cannot be its second supervisor.
    OwnOpening = "own_opening", 403;
    /// The opening was refused or closed, or its time is over.
    OpeningOver = "opening_over", 409;
    /// The disk is full or the database does not answer: nothing was stored, try again.
    NotStored = "not_stored", 503;
    /// Too many requests; wait a little.
    SlowDown = "slow_down", 429;
    /// The service is stopping: connect again.
    Stopping = "stopping", 503;
    /// A fault of ours; it was logged.
    Internal = "internal", 500;
}

/// A refusal, over HTTP (RFC 9457, `application/problem+json`) and in a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Problem {
    /// `about:blank`: the code says it all.
    #[serde(rename = "type")]
    pub kind: String,
    /// One kind English sentence for developers; pages have their own words for each code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The code.
    pub code: ErrorCode,
    /// The numbered rule that was broken, where one was (`docs/crypto.md`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub rule: Option<String>,
}

/// Why the server closes a socket: 4000-4099 connect again, 4100-4199 sign in again, 4200 and above stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum CloseCode {
    /// Too slow a reader; connect again and resume.
    SlowReader = 4000,
    /// The service is stopping; connect again after a moment.
    Stopping = 4001,
    /// Two pings went unanswered.
    Silent = 4002,
    /// The token or the sign-in is no longer good.
    SignedOut = 4100,
    /// The first frame did not authenticate.
    Unauthenticated = 4101,
    /// The frame was malformed, too large or unknown.
    BadFrame = 4200,
    /// Another page of the same person took over.
    ContinuedElsewhere = 4201,
    /// The version is not spoken here.
    UnsupportedVersion = 4202,
    /// The client's own exit ended the token.
    Left = 4203,
}
