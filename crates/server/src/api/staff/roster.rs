//! `PUT /api/staff/roster`: the next version of the staff list.

use axum::extract::State;
use axum::http::StatusCode;
use domain::audit::Actor;
use domain::staff::Role;
use protocol::{Problem, RosterPut};

use crate::api::Body;
use crate::auth::Caller;
use crate::departed;
use crate::refusal::Refusal;
use crate::state::{App, Shared};
use crate::statements::roster::{self, World};

#[utoipa::path(
    put, path = "/api/staff/roster", operation_id = "put_staff_roster",
    tag = "staff", request_body = RosterPut,
    security(("token" = [])),
    responses((status = 204), (status = "default", body = Problem))
)]
pub(crate) async fn put(
    State(app): State<Shared>,
    caller: Caller,
    Body(request): Body<RosterPut>,
) -> Result<StatusCode, Refusal> {
    caller.must_be_named(Role::Admin)?;
    // The same again, after a lost answer, goes on where the first time ended.
    if app.org.now().newest_roster().is_none_or(|newest| newest.statement != request.roster) {
        publish(&app, &caller, &request).await?;
    }
    shut_out_dropped(&app, &caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn publish(app: &App, caller: &Caller, request: &RosterPut) -> Result<(), Refusal> {
    let org = app.org.now();
    let world = World {
        org: &org,
        members: &app.store.staff.list().await?,
        groups: &app.store.org.groups().await?,
        holders: &app.store.org.holders().await?,
    };
    let checked = roster::check(request, &world, caller.staff, app.now())?;
    let left = app.store.org.publish_roster(checked).await?;
    app.org_changed().await?;
    // Only now: who makes new epochs of them goes by the newest list.
    for session in &left {
        app.session_changed(session);
    }
    Ok(())
}

/// Whoever the newest roster dropped may not sign in any more.
async fn shut_out_dropped(app: &App, caller: &Caller) -> Result<(), Refusal> {
    for staff in roster::dropped(&app.org.now()) {
        if !app.store.staff.get(staff).await?.disabled {
            departed::disable(app, staff, Actor::Staff(caller.staff)).await?;
        }
    }
    Ok(())
}
