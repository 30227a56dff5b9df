//! `POST /api/staff/renewals`: the roster still holds, quietly at each sign-in of a supervisor.

use axum::extract::State;
use axum::http::StatusCode;
use domain::Timestamp;
use protocol::{ErrorCode, Problem, Statement};

use crate::api::Body;
use crate::auth::Caller;
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::statements;

#[utoipa::path(
    post, path = "/api/staff/renewals", operation_id = "staff_renewals",
    tag = "staff", request_body = Statement,
    security(("token" = [])),
    responses((status = 204), (status = "default", body = Problem))
)]
pub(crate) async fn post(
    State(app): State<Shared>,
    caller: Caller,
    Body(request): Body<Statement>,
) -> Result<StatusCode, Refusal> {
    use domain::staff::Role::{Admin, Supervisor};
    if !caller.roles.has(Supervisor) && !caller.roles.has(Admin) {
        return Err(ErrorCode::Forbidden.into());
    }
    let renewal = statements::renewal::check(&request, &app.org.now(), app.now())?;
    let issued = Timestamp(i64::try_from(renewal.issued).unwrap_or(i64::MAX));
    let bytes = serde_json::to_vec(&request).map_err(|error| Refusal::internal(&error))?;
    app.store.org.renew(renewal.roster_version, issued, bytes).await?;
    app.org_changed().await?;
    Ok(StatusCode::NO_CONTENT)
}
