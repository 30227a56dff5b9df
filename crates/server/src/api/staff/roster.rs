//! `PUT /api/staff/roster`: the next version of the staff list.

use axum::extract::State;
use axum::http::StatusCode;
use domain::audit::Actor;
use domain::staff::Role;
use protocol::{ErrorCode, Problem, RosterPut};

use crate::api::Body;
use crate::auth::Caller;
use crate::departed;
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::statements::roster::{self, World};

#[utoipa::path(
    put, path = "/api/staff/roster", tag = "staff", request_body = RosterPut,
    security(("token" = [])),
    responses((status = 204), (status = "default", body = Problem))
)]
pub(crate) async fn put(
    State(app): State<Shared>,
    caller: Caller,
    Body(request): Body<RosterPut>,
) -> Result<StatusCode, Refusal> {
    caller.must_be(Role::Admin)?;
    let org = app.org.now();
    // The same again, after a lost answer.
    if org.newest_roster().is_some_and(|newest| newest.statement == request.roster) {
        return Ok(StatusCode::NO_CONTENT);
    }
    let world = World {
        org: &org,
        members: &app.store.staff.list().await?,
        groups: &app.store.org.groups().await?,
        holders: &app.store.org.holders().await?,
    };
    let checked = roster::check(&request, &world, caller.staff, app.now())?;
    app.store.org.publish_roster(checked.new).await.map_err(|error| match error {
        storage::StorageError::Exists => ErrorCode::Conflict.into(),
        other => Refusal::from(other),
    })?;
    for staff in checked.dropped {
        departed::disable(&app, staff, Actor::Staff(caller.staff)).await?;
    }
    app.org_changed().await?;
    Ok(StatusCode::NO_CONTENT)
}
