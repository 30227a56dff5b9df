//! `POST /api/return`: a client comes back with the code.

use axum::Json;
use axum::extract::State;
use domain::{Kid, Lane};
use protocol::{Blob, CloseCode, ErrorCode, Return, Returned};
use storage::codes::Code;

use super::{Address, Body};
use crate::refusal::Refusal;
use crate::state::{App, Shared};
use crate::{token, view};

/// Guessing codes is slow for an address, whether or not a guess is right.
const COST: u32 = 29;

#[utoipa::path(
    post, path = "/api/return", operation_id = "return",
    tag = "client", request_body = Return,
    responses((status = 200, body = Returned), (status = "default", body = protocol::Problem))
)]
pub(super) async fn return_(
    State(app): State<Shared>,
    address: Address,
    Body(asked): Body<Return>,
) -> Result<Json<Returned>, Refusal> {
    address.take(&app, COST)?;
    let code = find(&app, &asked).await?.ok_or(ErrorCode::CodeUnknown)?;
    let token = token::hash(&asked.token);
    let session = app.store.sessions.renew_token(code.case, token, app.now()).await?;
    app.hub.close_other_tokens(code.case, token, CloseCode::ContinuedElsewhere);
    let case = app.store.cases.get(code.case).await?;
    let rkid = Kid::new(crypto::sign::kid_kem(&case.ckem_pk));
    let reader = view::Reader { rkid, lanes: &[Lane::Chat], released: &[] };
    let case = view::case(&app, &case, &session, &reader).await?;
    Ok(Json(Returned { wrap: Blob(code.wrapped), case }))
}

/// One look-up for each key of the pepper.
async fn find(app: &App, asked: &Return) -> Result<Option<Code>, Refusal> {
    for pepper in &app.secrets.pepper {
        if let Some(code) = app.store.codes.find(token::code_tag(pepper, &asked.cred)).await? {
            return Ok(Some(code));
        }
    }
    Ok(None)
}
