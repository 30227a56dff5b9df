//! `POST /api/sign-in/finish`: OPAQUE's third message; the one-time code must follow within 120 s.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::{ErrorCode, Problem, SignInFinish};

use crate::api::Body;
use crate::auth::{STEP, SignIn, Source};
use crate::refusal::Refusal;
use crate::state::Shared;

#[utoipa::path(
    post, path = "/api/sign-in/finish", operation_id = "sign_in_finish",
    tag = "sign-in", request_body = SignInFinish,
    responses((status = 204), (status = "default", body = Problem))
)]
pub(crate) async fn finish(
    State(app): State<Shared>,
    source: Source,
    Body(request): Body<SignInFinish>,
) -> Result<StatusCode, Refusal> {
    let now = app.now();
    let attempt = app.auth.sign_ins.take(request.sign_in, now);
    let Some(SignIn::Passphrase { account, staff, login }) = attempt else {
        return Err(ErrorCode::SignInFailed.into());
    };
    let right = login.finish(&request.finalization.0).is_ok();
    let staff = staff.filter(|_| right).ok_or(ErrorCode::SignInFailed)?;
    let ends = now.plus(STEP);
    let next = SignIn::SecondFactor { account, staff, wrong: 0, ends };
    app.auth.sign_ins.put(request.sign_in, source, next, ends, now);
    Ok(StatusCode::NO_CONTENT)
}
