//! `POST /api/staff/groups`: a generation of a group, made by a supervisor's browser.

use axum::extract::State;
use axum::http::StatusCode;
use domain::staff::Role;
use protocol::{ErrorCode, NewGroup, Problem};

use crate::api::Body;
use crate::auth::Caller;
use crate::refusal::Refusal;
use crate::state::{App, Shared};
use crate::statements::group::{self, Maker};

#[utoipa::path(
    post, path = "/api/staff/groups", operation_id = "staff_groups",
    tag = "staff", request_body = NewGroup,
    security(("token" = [])),
    responses((status = 204), (status = "default", body = Problem))
)]
pub(crate) async fn post(
    State(app): State<Shared>,
    caller: Caller,
    Body(request): Body<NewGroup>,
) -> Result<StatusCode, Refusal> {
    caller.must_be_named(Role::Supervisor)?;
    let maker = maker(&app, &caller).await?;
    let members = app.store.staff.list().await?;
    let org = app.org.now();
    let new = group::check(&request, &app.secrets.org_id, &maker, &org, &members, app.now())?;
    app.store.org.publish_group(new).await?;
    app.org_changed().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's own keys: from the roster, or from the enrolment of the first supervisor, whom no
/// roster names yet.
async fn maker(app: &App, caller: &Caller) -> Result<Maker, Refusal> {
    let kem_kid = app.store.staff.get(caller.staff).await?.kem_kid;
    let org = app.org.now();
    let entry = org.known.newest().and_then(|known| known.person(caller.staff.as_bytes()));
    if let Some(entry) = entry {
        return Ok(Maker { staff: caller.staff, sig_pk: entry.sig_pk, kem_kid });
    }
    let waiting = app.store.staff.waiting().await?;
    let own = waiting.into_iter().find(|waiting| waiting.staff == caller.staff);
    let own = own.ok_or(ErrorCode::Forbidden)?;
    let enrolment = crypto::enrol::Enrolment { record: own.q, sig: own.sig, mac: own.mac };
    let keys =
        enrolment.check_public(&app.secrets.org_id).map_err(|error| Refusal::internal(&error))?;
    Ok(Maker { staff: caller.staff, sig_pk: keys.sig_pk, kem_kid })
}
