//! `POST /api/staff/unlock/start` and `/finish`: the passphrase again, while the sign-in lives.

use axum::Json;
use axum::extract::State;
use crypto::Secret;
use protocol::{
    Blob, ErrorCode, Id, Problem, UnlockFinish, UnlockStart, UnlockStarted, Unlocked, VaultBlob,
};

use crate::api::Body;
use crate::auth::{Caller, STEP, Source, StoredRegistration, Unlock};
use crate::org_wire;
use crate::refusal::Refusal;
use crate::state::Shared;

#[utoipa::path(
    post, path = "/api/staff/unlock/start", operation_id = "staff_unlock_start",
    tag = "staff", request_body = UnlockStart,
    security(("token" = [])),
    responses((status = 200, body = UnlockStarted), (status = "default", body = Problem))
)]
pub(crate) async fn start(
    State(app): State<Shared>,
    caller: Caller,
    source: Source,
    Body(request): Body<UnlockStart>,
) -> Result<Json<UnlockStarted>, Refusal> {
    let now = app.now();
    let known = app.store.staff.credentials_of(caller.staff).await?;
    let stored =
        StoredRegistration::from_bytes(&known.opaque).map_err(|error| Refusal::internal(&error))?;
    let account = stored.credential_id;
    if !app.auth.slowdown.begin(account, source, now) {
        return Err(ErrorCode::SlowDown.into());
    }
    let seed = Secret::new(app.draw()?);
    let (response, login) = app
        .auth
        .opaque
        .login_start(Some(&stored.registration), &request.request.0, &account, &seed)
        .map_err(|_| ErrorCode::BadFrame)?;
    let unlock = Id(app.draw()?);
    let attempt = Unlock { account, staff: caller.staff, login };
    app.auth.unlocks.put(unlock, source, attempt, now.plus(STEP), now);
    Ok(Json(UnlockStarted { unlock, response: response.into() }))
}

#[utoipa::path(
    post, path = "/api/staff/unlock/finish", operation_id = "staff_unlock_finish",
    tag = "staff", request_body = UnlockFinish,
    security(("token" = [])),
    responses((status = 200, body = Unlocked), (status = "default", body = Problem))
)]
pub(crate) async fn finish(
    State(app): State<Shared>,
    caller: Caller,
    source: Source,
    Body(request): Body<UnlockFinish>,
) -> Result<Json<Unlocked>, Refusal> {
    let attempt = app.auth.unlocks.take(request.unlock, app.now());
    let attempt = attempt.filter(|attempt| attempt.staff == caller.staff);
    let attempt = attempt.ok_or(ErrorCode::SignInFailed)?;
    attempt.login.finish(&request.finalization.0).map_err(|_| ErrorCode::SignInFailed)?;
    app.auth.slowdown.succeeded(attempt.account, source);
    let member = app.store.staff.get(caller.staff).await?;
    let vault = app.store.staff.vault(caller.staff).await?;
    Ok(Json(Unlocked {
        staff_id: Id(*caller.staff.as_bytes()),
        name: member.display_name,
        roles: org_wire::roles(member.roles),
        vault: VaultBlob { version: vault.version, blob: Blob(vault.blob) },
    }))
}
