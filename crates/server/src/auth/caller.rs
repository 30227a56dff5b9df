//! Who calls: the access token of a request or a socket, held against the sign-ins that live.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use domain::staff::Role;
use domain::{Roles, SignInId, StaffId, Timestamp};
use protocol::ErrorCode;
use storage::staff::Standing;

use crate::refusal::Refusal;
use crate::state::{App, Shared};

/// A signed-in member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub staff: StaffId,
    /// By which sign-in.
    pub sid: SignInId,
    /// What they may do now, by storage and not by the token: nothing while they wait for a
    /// roster, once there is one.
    pub roles: Roles,
    /// What the roster or, while they wait, their invite says that they are.
    pub named: Roles,
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
        let (staff, sid, expires) = (claims.staff, claims.sid, claims.expires);
        let none = Roles::default();
        let mut caller = Self { staff, sid, roles: none, named: none, expires };
        caller.look_again(app).await?;
        Ok(caller)
    }

    /// Reads once more what they may do: at each request, and on a socket after each roster.
    ///
    /// # Errors
    /// `token_invalid` when the sign-in is over.
    pub(crate) async fn look_again(&mut self, app: &App) -> Result<(), Refusal> {
        let found = app.auth.living.find(&app.store, self.staff, self.sid, app.now()).await?;
        let waits = found.standing == Standing::Waiting && app.org.now().newest_roster().is_some();
        self.roles = if waits { Roles::default() } else { found.roles };
        self.named = found.roles;
        Ok(())
    }

    /// Refuses whoever is not even invited as this: for what a signature has to prove besides.
    ///
    /// # Errors
    /// `forbidden`.
    pub(crate) fn must_be_named(&self, role: Role) -> Result<(), Refusal> {
        if self.named.has(role) { Ok(()) } else { Err(ErrorCode::Forbidden.into()) }
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
