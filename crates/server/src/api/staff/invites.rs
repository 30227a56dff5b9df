//! `POST /api/staff/invites`: an invite that an admin's browser made; only a hash of it is told.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use domain::audit::Actor;
use domain::staff::Role;
use domain::{Hash, StaffId};
use protocol::{ErrorCode, NewInvite, Problem};
use storage::staff::Invite;

use crate::api::Body;
use crate::auth::Caller;
use crate::org_wire;
use crate::refusal::Refusal;
use crate::state::Shared;

/// How long an invite serves.
pub const LIFE: Duration = Duration::from_hours(72);

#[utoipa::path(
    post, path = "/api/staff/invites", operation_id = "staff_invites",
    tag = "staff", request_body = NewInvite,
    security(("token" = [])),
    responses((status = 204), (status = "default", body = Problem))
)]
pub(crate) async fn post(
    State(app): State<Shared>,
    caller: Caller,
    Body(request): Body<NewInvite>,
) -> Result<StatusCode, Refusal> {
    caller.must_be(Role::Admin)?;
    let roles = org_wire::roles_from(&request.roles);
    if roles.is_empty() {
        return Err(ErrorCode::BadFrame.into());
    }
    let now = app.now();
    let invite = Invite {
        iid_hash: Hash::new(request.iid_hash.0),
        staff: StaffId::new(app.draw()?),
        roles,
        expires_at: now.plus(LIFE),
    };
    app.store.staff.invite(invite, Actor::Staff(caller.staff), now).await?;
    Ok(StatusCode::NO_CONTENT)
}
