//! `PUT /api/staff/orgkeys`: the file that the ceremony wrote.

use axum::extract::State;
use axum::http::StatusCode;
use domain::staff::Role;
use protocol::{OrgKeysPut, Problem};

use crate::api::Body;
use crate::auth::Caller;
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::statements;

#[utoipa::path(
    put, path = "/api/staff/orgkeys", operation_id = "put_staff_orgkeys",
    tag = "staff", request_body = OrgKeysPut,
    security(("token" = [])),
    responses((status = 204), (status = "default", body = Problem))
)]
pub(crate) async fn put(
    State(app): State<Shared>,
    caller: Caller,
    Body(request): Body<OrgKeysPut>,
) -> Result<StatusCode, Refusal> {
    caller.must_be_named(Role::Admin)?;
    let opaque_pk = app.auth.opaque.public_key();
    let org = app.org.now();
    let keys = statements::orgkeys::check(&request, &app.secrets.org_id, &opaque_pk, &org)?;
    app.store.org.publish_orgkeys(keys, caller.staff, app.now()).await?;
    app.org_changed().await?;
    Ok(StatusCode::NO_CONTENT)
}
