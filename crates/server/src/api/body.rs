//! A request's JSON body, read strictly; every refusal is a problem with a code.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use protocol::ErrorCode;
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;

/// The body as a wire type. Unknown fields are refused by the types themselves.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes =
            Bytes::from_request(request, state).await.map_err(|rejection| {
                match rejection.into_response().status() {
                    StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
                    _ => ErrorCode::BadFrame,
                }
            })?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| ErrorCode::BadFrame.into())
    }
}
