//! `/healthz` and `/readyz`, for whoever watches the process.

use axum::extract::State;

use crate::refusal::Refusal;
use crate::state::Shared;

/// The process runs.
pub(super) async fn alive() -> &'static str {
    "ok"
}

/// The process can serve: the database answers.
pub(super) async fn ready(State(app): State<Shared>) -> Result<&'static str, Refusal> {
    app.store.audit.head().await?;
    Ok("ok")
}
