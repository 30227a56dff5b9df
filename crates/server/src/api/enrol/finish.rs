//! `POST /api/enrol/finish`: one use of the invite; the person then waits for a roster.

use axum::extract::State;
use axum::http::StatusCode;
use crypto::enrol::{EnrolledKeys, Enrolment};
use crypto::opaque::Registration;
use crypto::sign::{kid_kem, kid_sig};
use domain::Kid;
use protocol::{EnrolFinish, ErrorCode, Problem};
use storage::StorageError;

use crate::api::Body;
use crate::auth::{Email, StoredRegistration, TotpSecret};
use crate::org_wire;
use crate::refusal::Refusal;
use crate::state::{App, Shared};
use crate::statements::Unfit;

/// Longest name among staff, in characters.
const MAX_NAME: usize = 80;

#[utoipa::path(
    post, path = "/api/enrol/finish", operation_id = "enrol_finish",
    tag = "enrolment", request_body = EnrolFinish,
    responses((status = 204), (status = "default", body = Problem))
)]
pub(crate) async fn finish(
    State(app): State<Shared>,
    Body(request): Body<EnrolFinish>,
) -> Result<StatusCode, Refusal> {
    let name = name(&request.name)?;
    let keys = own_keys(&app, &request).await?;
    let iid_hash = super::invite_hash(&request.iid);
    let secret = app.store.staff.enrolment_secret(iid_hash, app.now()).await;
    let secret = secret.map_err(super::unknown)?.and_then(|stored| TotpSecret::from_bytes(&stored));
    let secret = secret.ok_or(ErrorCode::TotpFailed)?;
    if secret.step(&request.totp, app.now()).is_none() {
        return Err(ErrorCode::TotpFailed.into());
    }
    let email = Email::read(&request.email, &app.auth.opaque).ok_or(ErrorCode::BadFrame)?;
    let registration = Registration::finish(&request.upload.0).map_err(|_| ErrorCode::BadFrame)?;
    let stored = StoredRegistration { credential_id: email.credential_id, registration };
    let enrolment = storage::staff::Enrolment {
        iid_hash,
        sig: org_wire::fixed(&request.sig)?,
        mac: org_wire::fixed(&request.mac)?,
        q: request.q.0,
        sig_kid: Kid::new(kid_sig(&keys.sig_pk)),
        kem_kid: Kid::new(kid_kem(&keys.kem_pk)),
        display_name: name,
        email_tag: email.tag(),
        email: email.address,
        opaque: stored.to_bytes(),
        totp: secret.as_bytes().to_vec(),
        vault: request.vault.0,
        now: app.now(),
    };
    app.store.staff.enrol(enrolment).await.map_err(|error| match error {
        StorageError::Exists => ErrorCode::EmailTaken.into(),
        other => super::unknown(other),
    })?;
    app.org_changed().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The keys that the person states, if they are theirs and of the invited person.
async fn own_keys(app: &App, request: &EnrolFinish) -> Result<EnrolledKeys, Refusal> {
    let stated = Enrolment {
        record: request.q.0.clone(),
        sig: org_wire::fixed(&request.sig)?,
        mac: org_wire::fixed(&request.mac)?,
    };
    let keys = stated
        .check_public(&app.secrets.org_id)
        .map_err(|error| Refusal::by_rule(ErrorCode::StatementRefused, &error))?;
    let iid_hash = super::invite_hash(&request.iid);
    match app.store.staff.find_invite(iid_hash, app.now()).await {
        Ok(invite) if *invite.staff.as_bytes() == keys.staff_id => Ok(keys),
        Ok(_) => Err(Unfit::P1NotEnrolled.into()),
        // A repeat after a lost answer: storage knows whether the statement is the same.
        Err(StorageError::Reused) => Ok(keys),
        Err(error) => Err(super::unknown(error)),
    }
}

fn name(typed: &str) -> Result<String, Refusal> {
    let name = typed.trim();
    let fits = !name.is_empty() && name.chars().count() <= MAX_NAME;
    if fits && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(ErrorCode::BadFrame.into())
    }
}
