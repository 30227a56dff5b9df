//! Who calls: the access token of a request or a socket, held against the sign-ins that live.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use domain::staff::Role;
use domain::{Roles, SignInId, StaffId, Timestamp};
use protocol::ErrorCode;

use crate::refusal::Refusal;
use crate::state::{App, Shared};

/// A signed-in member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub staff: StaffId,
    /// By which sign-in.
    pub sid: SignInId,
    /// What they may do now, by storage and not by the token.
    pub roles: Roles,
    /// When the token ends.
    pub expires: Timestamp,
}

impl Caller {
    /// Recognises an access token.
    ///
    /// # Errors
    /// `token_invalid` when it is not good, or its sign-in is over, at most two seconds late.
    pub async fn by_token(app: &App, token: &str) -> Result<Self, Refusal> {
        let now = app.now();
        let claims = app.auth.tokens.read(token, now)?;
        let roles = app.auth.living.roles(&app.store, claims.staff, claims.sid, now).await?;
        Ok(Self { staff: claims.staff, sid: claims.sid, roles, expires: claims.expires })
    }

    /// Refuses whoever lacks the role.
    ///
    /// # Errors
    /// `forbidden`.
    pub(crate) fn must_be(&self, role: Role) -> Result<(), Refusal> {
        if self.roles.has(role) { Ok(()) } else { Err(ErrorCode::Forbidden.into()) }
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Refusal> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer "));
        Self::by_token(app, token.ok_or(ErrorCode::TokenInvalid)?).await
    }
}
