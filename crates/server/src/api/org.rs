//! `GET /api/org`: what anybody may know.

use axum::Json;
use axum::extract::State;
use protocol::{Id, OrgState};

use crate::state::{App, Shared};

pub(super) async fn get(State(app): State<Shared>) -> Json<OrgState> {
    Json(state(&app))
}

/// The organisation as a page reads it.
pub(crate) fn state(app: &App) -> OrgState {
    let org = app.org.now();
    let roster = org.newest_roster();
    OrgState {
        org_id: Id(*app.org_id().as_bytes()),
        orgkeys: org.newest_orgkeys().map(|at| at.statement.clone()),
        roster: roster.map(|at| at.statement.clone()),
        renewal: roster.and_then(|at| at.renewal.clone()),
        now: app.now().0,
    }
}
