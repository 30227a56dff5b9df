//! `POST /api/sign-out`: ends a sign-in; whoever holds no token of it is told the same.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use domain::SignInId;
use protocol::{CloseCode, Problem, RefreshStart};
use storage::StorageError;

use crate::api::Body;
use crate::auth::refresh;
use crate::refusal::Refusal;
use crate::state::{App, Shared};

#[utoipa::path(
    post, path = "/api/sign-out", operation_id = "sign_out",
    tag = "sign-in", request_body = RefreshStart,
    responses((status = 204), (status = "default", body = Problem))
)]
pub(crate) async fn sign_out(
    State(app): State<Shared>,
    headers: HeaderMap,
    Body(request): Body<RefreshStart>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), Refusal> {
    let sid = SignInId::new(request.sid.0);
    if let Ok(token) = refresh::from_cookie(&headers, sid) {
        end(&app, sid, &token).await?;
    }
    Ok((StatusCode::NO_CONTENT, [refresh::clear(sid)?]))
}

/// Ends the sign-in if the token is one of it: rotating proves that.
async fn end(app: &App, sid: SignInId, token: &[u8; 32]) -> Result<(), Refusal> {
    let now = app.now();
    let next = refresh::refresh(sid, app.draw()?);
    match app.store.sign_ins.rotate(refresh::hash(sid, token), next, now).await {
        Ok(_) => app.store.sign_ins.revoke(sid, now).await?,
        // With an older token the sign-in is over by that answer.
        Err(StorageError::Reused) => {}
        Err(StorageError::NotFound | StorageError::Expired) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    app.auth.living.forget();
    app.hub.close_sign_ins(&[sid], CloseCode::SignedOut);
    Ok(())
}
