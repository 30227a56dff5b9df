//! Who asks, as far as rate limits need it. The address goes nowhere else.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;

use crate::refusal::Refusal;
use crate::state::{App, Shared};

/// The address of the other end.
#[derive(Clone, Copy)]
pub(crate) struct Address(IpAddr);

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let ConnectInfo(address) =
            parts.extensions.get::<ConnectInfo<SocketAddr>>().ok_or(ErrorCode::Internal)?;
        Ok(Self(address.ip()))
    }
}

impl Address {
    /// Takes this much from the address's bucket.
    ///
    /// # Errors
    /// `slow_down` when there is less.
    pub(crate) fn take(self, app: &App, cost: u32) -> Result<(), Refusal> {
        let rate = app.settings.limits.address();
        let taken = app
            .addresses
            .take(self.0, rate, cost, app.now(), app.random.as_ref())
            .map_err(|error| Refusal::internal(&error))?;
        if taken { Ok(()) } else { Err(ErrorCode::SlowDown.into()) }
    }
}

/// Each request under `/api` costs one; those that cost more take the rest themselves.
pub(crate) async fn limited(
    State(app): State<Shared>,
    address: Address,
    request: Request,
    next: Next,
) -> Response {
    match address.take(&app, 1) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}
