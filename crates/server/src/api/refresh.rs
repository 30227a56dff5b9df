//! `POST /api/refresh`: the next access token, by the cookie of one sign-in.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::SignInId;
use protocol::{CloseCode, ErrorCode, Problem, RefreshStart, Refreshed};
use storage::StorageError;

use crate::api::Body;
use crate::auth::refresh;
use crate::refusal::Refusal;
use crate::state::Shared;

#[utoipa::path(
    post, path = "/api/refresh", operation_id = "refresh",
    tag = "sign-in", request_body = RefreshStart,
    responses(
        (status = 200, body = Refreshed, headers(("set-cookie" = String, description = "the next refresh token"))),
        (status = "default", body = Problem)
    )
)]
pub(crate) async fn refresh(
    State(app): State<Shared>,
    headers: HeaderMap,
    Body(request): Body<RefreshStart>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<Refreshed>), Refusal> {
    let now = app.now();
    let sid = SignInId::new(request.sid.0);
    let presented = refresh::hash(sid, &refresh::from_cookie(&headers, sid)?);
    let next = refresh::refresh(sid, app.draw()?);
    let rotated = app.store.sign_ins.rotate(presented, next, now).await;
    if matches!(rotated, Err(StorageError::Reused)) {
        app.auth.living.forget();
        app.hub.close_sign_ins(&[sid], CloseCode::SignedOut);
    }
    let (sign_in, token) = rotated.map_err(|error| match error {
        StorageError::NotFound | StorageError::Expired => ErrorCode::TokenInvalid.into(),
        StorageError::Reused => ErrorCode::TokenReused.into(),
        other => Refusal::from(other),
    })?;
    let roles = app.auth.living.find(&app.store, sign_in.staff, sid, now).await?.roles;
    let cookie = refresh::set(sid, &token)?;
    let (token, expires) = app.auth.tokens.issue(sign_in.staff, sid, roles, now)?;
    Ok(([cookie], Json(Refreshed { token, expires: expires.0 })))
}
