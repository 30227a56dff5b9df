//! `POST /api/enrol/start`: what an invited person needs to make their keys.

use axum::Json;
use axum::extract::State;
use protocol::{Blob, EnrolStart, EnrolStarted, ErrorCode, Id, Problem};

use crate::api::Body;
use crate::auth::{Email, TotpSecret};
use crate::org_wire;
use crate::refusal::Refusal;
use crate::state::Shared;

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
    let org = app.org.now();
    Ok(Json(EnrolStarted {
        org_id: Id(app.secrets.org_id),
        staff_id: Id(*invite.staff.as_bytes()),
        roles: org_wire::roles(invite.roles),
        response: response.into(),
        opaque_pk: Blob(setup.public_key().to_vec()),
        totp_secret: TotpSecret::of_invite(setup, &request.iid).base32(),
        orgkeys: org.newest_orgkeys().map(|keys| keys.statement.clone()),
    }))
}
