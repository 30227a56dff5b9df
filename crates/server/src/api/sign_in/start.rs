//! `POST /api/sign-in/start`: OPAQUE's first message; a known and an unknown address look alike.

use axum::Json;
use axum::extract::State;
use crypto::Secret;
use protocol::{ErrorCode, Id, Problem, SignInStart, SignInStarted};

use crate::api::Body;
use crate::auth::{Email, STEP, SignIn, Source, StoredRegistration};
use crate::refusal::Refusal;
use crate::state::Shared;

#[utoipa::path(
    post, path = "/api/sign-in/start", operation_id = "sign_in_start",
    tag = "sign-in", request_body = SignInStart,
    responses((status = 200, body = SignInStarted), (status = "default", body = Problem))
)]
pub(crate) async fn start(
    State(app): State<Shared>,
    source: Source,
    Body(request): Body<SignInStart>,
) -> Result<Json<SignInStarted>, Refusal> {
    let now = app.now();
    let email = Email::read(&request.email, &app.auth.opaque).ok_or(ErrorCode::SignInFailed)?;
    if !app.auth.slowdown.begin(email.credential_id, source, now) {
        return Err(ErrorCode::SlowDown.into());
    }
    let known = app.store.staff.credentials(email.tag()).await?.filter(|who| !who.disabled);
    let registration = known
        .as_ref()
        .map(|who| StoredRegistration::from_bytes(&who.opaque))
        .transpose()
        .map_err(|error| Refusal::internal(&error))?;
    let seed = Secret::new(app.draw()?);
    let (response, login) = app
        .auth
        .opaque
        .login_start(
            registration.as_ref().map(|stored| &stored.registration),
            &request.request.0,
            &email.credential_id,
            &seed,
        )
        .map_err(|_| ErrorCode::BadFrame)?;
    let sign_in = Id(app.draw()?);
    let staff = known.map(|who| who.staff);
    let attempt = SignIn::Passphrase { account: email.credential_id, staff, login };
    app.auth.sign_ins.put(sign_in, source, attempt, now.plus(STEP), now);
    Ok(Json(SignInStarted { sign_in, response: response.into() }))
}
