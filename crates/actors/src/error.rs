use protocol::ErrorCode;

/// Why an actor's deed failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The server refused.
    #[error("refused: {}{}", code.as_str(), rule.as_ref().map(|rule| format!(" ({rule})")).unwrap_or_default())]
    Refused {
        /// Why.
        code: ErrorCode,
        /// The numbered rule that was broken, where one was.
        rule: Option<String>,
    },
    /// The server did not answer: it is down, or the connection broke. The deed may have been done.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// The socket was closed with this code.
    #[error("closed with {0}")]
    Closed(u16),
    /// The answer is not one that the protocol knows.
    #[error("not an answer of the protocol: {0}")]
    BadAnswer(String),
    /// What the server gave does not verify: a page stops here and says so.
    #[error("does not verify: {0}")]
    Alarm(String),
    /// The actor lacks what the deed needs: a key, a role, a typed text of the right form.
    #[error("not possible here: {0}")]
    NotPossible(String),
}

impl Error {
    /// Wraps what a check of the crypto crate found.
    pub(crate) fn alarm(why: impl std::fmt::Display) -> Self {
        Self::Alarm(why.to_string())
    }

    /// The code of a refusal.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }
}
