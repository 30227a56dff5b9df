//! `PUT /api/session/code`: from now on the code brings the client back.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::{ErrorCode, PutCode};

use super::{Address, Body};
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::token;

/// `0x01 || nonce12 || GCM(.., 64 bytes)`.
const WRAP: usize = 1 + 12 + 64 + 16;
const COST: u32 = 4;

#[utoipa::path(
    put, path = "/api/session/code", operation_id = "put_session_code",
    tag = "client", request_body = PutCode,
    responses((status = 204), (status = "default", body = protocol::Problem))
)]
pub(super) async fn put(
    State(app): State<Shared>,
    address: Address,
    Body(code): Body<PutCode>,
) -> Result<StatusCode, Refusal> {
    address.take(&app, COST)?;
    if code.wrap.0.len() != WRAP {
        return Err(ErrorCode::BadFrame.into());
    }
    let now = app.now();
    let session = token::session(&app, token::hash(&code.token), now).await?.session;
    let newest = app.secrets.pepper.first().ok_or(ErrorCode::Internal)?;
    let tag = token::code_tag(newest, &code.cred);
    app.store.codes.put(session.case, tag, code.wrap.0, now).await?;
    app.session_changed(&session);
    Ok(StatusCode::NO_CONTENT)
}
