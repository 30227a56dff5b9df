//! `POST /api/enrol/start`: what an invited person needs to make their keys.

use axum::Json;
use axum::extract::State;
use domain::Hash;
use protocol::{Blob, EnrolStart, EnrolStarted, ErrorCode, Id, Problem};

use crate::api::Body;
use crate::auth::{Email, TOTP_SECRET, TotpSecret};
use crate::org_wire;
use crate::refusal::Refusal;
use crate::state::{App, Shared};

#[utoipa::path(
    post, path = "/api/enrol/start", operation_id = "enrol_start",
    tag = "enrolment", request_body = EnrolStart,
    responses((status = 200, body = EnrolStarted), (status = "default", body = Problem))
)]
pub(crate) async fn start(
    State(app): State<Shared>,
    Body(request): Body<EnrolStart>,
) -> Result<Json<EnrolStarted>, Refusal> {
    let iid_hash = super::invite_hash(&request.iid);
    let invite = app.store.staff.find_invite(iid_hash, app.now()).await.map_err(super::unknown)?;
    let setup = &app.auth.opaque;
    let email = Email::read(&request.email, setup).ok_or(ErrorCode::BadFrame)?;
    let holder = app.store.staff.credentials(email.tag()).await?;
    if holder.is_some_and(|holder| holder.staff != invite.staff) {
        return Err(ErrorCode::EmailTaken.into());
    }
    let response = setup
        .registration_start(&request.request.0, &email.credential_id)
        .map_err(|_| ErrorCode::BadFrame)?;
    let totp = totp(&app, iid_hash, &request).await?;
    let org = app.org.now();
    Ok(Json(EnrolStarted {
        org_id: Id(app.secrets.org_id),
        staff_id: Id(*invite.staff.as_bytes()),
        roles: org_wire::roles(invite.roles),
        response: response.into(),
        opaque_pk: Blob(setup.public_key().to_vec()),
        totp_secret: totp.base32(),
        orgkeys: org.newest_orgkeys().map(|keys| keys.statement.clone()),
    }))
}

/// The secret of this enrolment; a repeat of the same start is shown the same one.
///
/// The OPAQUE request is blinded afresh by the person's browser: whoever made the invite cannot
/// repeat it.
async fn totp(app: &App, iid_hash: Hash, request: &EnrolStart) -> Result<TotpSecret, Refusal> {
    let start = Hash::new(crypto::hash::h(&request.request.0));
    let drawn = app.draw::<TOTP_SECRET>()?.to_vec();
    let stored = app.store.staff.start_enrolment(iid_hash, start, drawn, app.now()).await;
    let stored = stored.map_err(super::unknown)?;
    TotpSecret::from_bytes(&stored).ok_or_else(|| ErrorCode::Internal.into())
}
