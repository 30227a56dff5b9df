//! `POST /api/session/lock`: the client's exit. The token is void and its socket closed.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::{CloseCode, LockSession};

use super::Body;
use crate::refusal::Refusal;
use crate::state::{App, Shared};
use crate::token;

/// Always 204: nobody is there any more to read another answer.
#[utoipa::path(
    post, path = "/api/session/lock", operation_id = "session_lock",
    tag = "client", request_body = LockSession,
    responses((status = 204))
)]
pub(super) async fn lock(State(app): State<Shared>, Body(lock): Body<LockSession>) -> StatusCode {
    if let Err(refusal) = revoke(&app, &lock).await {
        tracing::error!(code = refusal.code.as_str(), "an exit was not stored");
    }
    StatusCode::NO_CONTENT
}

async fn revoke(app: &App, lock: &LockSession) -> Result<(), Refusal> {
    let token = token::hash(&lock.token);
    let Some(session) = app.store.sessions.lock_token(token, app.now()).await? else {
        return Ok(());
    };
    app.exits.mark(session.id);
    app.hub.close_token(session.case, token, CloseCode::Left);
    app.session_changed(&session);
    Ok(())
}
