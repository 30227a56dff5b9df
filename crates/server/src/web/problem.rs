//! Refusals as `application/problem+json`: a code for programs, a kind sentence for people.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};

/// Every code that an HTTP refusal can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// Nothing is here.
    NotFound,
    /// The method is not one that this address takes.
    MethodNotAllowed,
}

/// A refusal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Problem {
    code: Code,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self { code }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code, title) = match self.code {
            Code::NotFound => (StatusCode::NOT_FOUND, "not_found", "There is nothing here."),
            Code::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This address does not take that method.",
            ),
        };
        let body = serde_json::json!({
            "type": "about:blank",
            "title": title,
            "status": status.as_u16(),
            "code": code,
        });
        let kind = HeaderValue::from_static("application/problem+json");
        (status, [(CONTENT_TYPE, kind)], body.to_string()).into_response()
    }
}

/// No route has this address.
pub(super) async fn not_found() -> Problem {
    Code::NotFound.into()
}

/// A route has this address, but not for this method.
pub(super) async fn method_not_allowed() -> Problem {
    Code::MethodNotAllowed.into()
}
