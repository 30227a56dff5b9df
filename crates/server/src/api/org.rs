//! `GET /api/org`: what anybody may know of the organisation.

use axum::Json;
use axum::extract::State;
use protocol::{Id, OrgState};

use crate::org_cache::RosterAt;
use crate::state::{App, Shared};

#[utoipa::path(
    get, path = "/api/org", operation_id = "get_org",
    tag = "organisation", responses((status = 200, body = OrgState))
)]
pub(crate) async fn get(State(app): State<Shared>) -> Json<OrgState> {
    Json(state(&app))
}

/// The organisation as it stands.
pub(crate) fn state(app: &App) -> OrgState {
    let org = app.org.now();
    let roster = org.newest_roster();
    OrgState {
        org_id: Id(app.secrets.org_id),
        orgkeys: org.newest_orgkeys().map(|keys| keys.statement.clone()),
        roster: roster.map(|at| at.statement.clone()),
        renewal: roster.and_then(|at| at.renewal.clone()),
        entries: roster.and_then(RosterAt::renewed_by).into_iter().collect(),
        now: app.now().0,
    }
}
