//! A refusal on its way out: over HTTP as `application/problem+json`, over a socket as a frame.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use domain::session::Refused;
use domain::{escalation, opening};
use protocol::{ErrorCode, FrameProblem, Problem};
use storage::StorageError;

/// What was refused, and by which rule where there is a numbered one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {}", code.as_str(), rule.as_deref().unwrap_or_default())]
pub struct Refusal {
    /// The code.
    pub code: ErrorCode,
    /// The numbered rule.
    pub rule: Option<String>,
}

impl Refusal {
    /// A refusal by a numbered rule; `rule` is the rule's own words, beginning with its number.
    pub fn by_rule(code: ErrorCode, rule: &impl std::fmt::Display) -> Self {
        Self { code, rule: Some(rule.to_string()) }
    }

    /// A fault of ours: logged here, once; the caller learns only that it happened.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        let source = error.source().map(ToString::to_string);
        tracing::error!(%error, source, "internal fault");
        ErrorCode::Internal.into()
    }

    /// The refusal as the answer to a command.
    pub fn into_frame(self) -> FrameProblem {
        FrameProblem {
            code: self.code,
            title: title(self.code).to_owned(),
            rule: self.rule,
            lanes: Vec::new(),
            deadline: None,
        }
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self { code, rule: None }
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        let code = match error {
            StorageError::Full | StorageError::Busy => {
                tracing::warn!(%error, "not stored");
                ErrorCode::NotStored
            }
            StorageError::NotFound => ErrorCode::NotFound,
            StorageError::Taken => ErrorCode::Taken,
            StorageError::NotNext => ErrorCode::NotNext,
            StorageError::Refused(Refused::NotYours) => ErrorCode::NotAssigned,
            StorageError::Refused(Refused::TooLate) => ErrorCode::Lapsed,
            StorageError::Refused(_) => ErrorCode::WrongState,
            StorageError::Escalation(refused) => escalation_code(refused),
            StorageError::Opening(refused) => opening_code(refused),
            StorageError::StaleEpoch => ErrorCode::StaleEpoch,
            StorageError::StaleRoster => ErrorCode::StaleRoster,
            StorageError::StaleVersion | StorageError::Exists | StorageError::Reused => {
                ErrorCode::Conflict
            }
            StorageError::ForeignMessage => ErrorCode::MsgIdTaken,
            StorageError::Expired | StorageError::Disabled => ErrorCode::TokenInvalid,
            StorageError::Sealed | StorageError::Engine(_) => return Self::internal(&error),
        };
        code.into()
    }
}

/// Who stands in the way is in the escalation itself, which every supervisor has.
const fn escalation_code(refused: escalation::Refused) -> ErrorCode {
    match refused {
        // A desk offers levels 2 and 3 alone.
        escalation::Refused::NoEscalation => ErrorCode::BadFrame,
        escalation::Refused::NotOpen => ErrorCode::EscalationClosed,
        escalation::Refused::Acknowledged(_) => ErrorCode::EscalationAcknowledged,
        escalation::Refused::Owned(_) => ErrorCode::EscalationOwned,
        escalation::Refused::NotLower => ErrorCode::LevelNotLower,
        escalation::Refused::NotOwned => ErrorCode::EscalationNotOwned,
        escalation::Refused::AnotherOpen => ErrorCode::EscalationOpen,
    }
}

const fn opening_code(refused: opening::Refused) -> ErrorCode {
    match refused {
        opening::Refused::Own => ErrorCode::OwnOpening,
        opening::Refused::NotYours => ErrorCode::Forbidden,
        opening::Refused::Over => ErrorCode::OpeningOver,
        // Another supervisor came first, or it was never alone: the desk shows what stands.
        opening::Refused::Answered | opening::Refused::NotAlone => ErrorCode::Conflict,
        opening::Refused::NotOpened => ErrorCode::NotOpened,
        opening::Refused::ReadsOnly => ErrorCode::ReadOnly,
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: title(self.code).to_owned(),
            status: self.code.status(),
            code: self.code,
            rule: self.rule,
        };
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&problem).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        (status, [(CONTENT_TYPE, kind)], body).into_response()
    }
}

/// One kind sentence for developers; pages have their own words.
const fn title(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::BadFrame => "This is not JSON of the expected shape.",
        ErrorCode::TooLarge => "This is longer than we take.",
        ErrorCode::UnknownType => "There is no command of this name.",
        ErrorCode::UnsupportedVersion => "This version is not spoken here.",
        ErrorCode::HelloFirst => "The first frame must be a hello.",
        ErrorCode::TokenInvalid => "The token is not good, or not any more.",
        ErrorCode::TokenReused => "This token was used before; sign in again.",
        ErrorCode::SignInFailed => "E-mail or passphrase is wrong.",
        ErrorCode::TotpFailed => "The one-time code is wrong or was used.",
        ErrorCode::Forbidden => "The role does not allow it.",
        ErrorCode::NotFound => "There is nothing here.",
        ErrorCode::MethodNotAllowed => "This address does not take that method.",
        ErrorCode::CodeUnknown => "No case has this code.",
        ErrorCode::InviteUnknown => "The invite is unknown, used or past its time.",
        ErrorCode::EmailTaken => "The e-mail is in use.",
        ErrorCode::NotReady => "There is no roster yet.",
        ErrorCode::CaseMismatch => "The case is not that of these keys.",
        ErrorCode::RecordRefused => "The record breaks a rule.",
        ErrorCode::StatementRefused => "The statement breaks a rule.",
        ErrorCode::StaleEpoch => "Another epoch is the newest.",
        ErrorCode::StaleRoster => "Another roster is the newest.",
        ErrorCode::Conflict => "Somebody changed it meanwhile; fetch it again.",
        ErrorCode::EnvelopeRefused => "The message's header is not in order.",
        ErrorCode::WrongSender => "The message is not from who sent it.",
        ErrorCode::WrongLane => "This lane is not the sender's to write.",
        ErrorCode::MsgIdTaken => "The message id belongs to another message.",
        ErrorCode::SessionEnded => "The session has ended.",
        ErrorCode::WrongState => "The session is not in a state that allows it.",
        ErrorCode::NobodyWaits => "Nobody waits.",
        ErrorCode::NotNext => "Another session is next.",
        ErrorCode::Taken => "Somebody else took it.",
        ErrorCode::Lapsed => "The time for it is over.",
        ErrorCode::NotAvailable => "There is no free place, or the status does not allow it.",
        ErrorCode::KeysMissing => "A group key is still missing.",
        ErrorCode::NotAssigned => "Another person is assigned.",
        ErrorCode::EscalationAcknowledged => "Another supervisor has acknowledged it.",
        ErrorCode::EscalationOwned => "Another supervisor owns it.",
        ErrorCode::EscalationClosed => "The escalation is resolved.",
        ErrorCode::EscalationNotOwned => "Nobody owns the escalation yet.",
        ErrorCode::EscalationOpen => "Another escalation of the case is open.",
        ErrorCode::LevelNotLower => "It stands at this level or below.",
        ErrorCode::FactorNeeded => "The second factor is to be given again.",
        ErrorCode::NotOpened => "The case is not open to this person.",
        ErrorCode::ReadOnly => "What the case was opened for lets read only.",
        ErrorCode::OwnOpening => "Another supervisor has to answer this opening.",
        ErrorCode::OpeningOver => "The opening is over.",
        ErrorCode::NotStored => "Nothing was stored; try again.",
        ErrorCode::SlowDown => "Too many requests; wait a little.",
        ErrorCode::Stopping => "The service is stopping; connect again.",
        ErrorCode::Internal => "A fault of ours; it was logged.",
    }
}
