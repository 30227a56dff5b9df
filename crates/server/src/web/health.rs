//! `/healthz` and `/readyz`, for whoever watches the process.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;

use crate::state::Shared;

/// How long the database has for its answer: who watches asks again soon.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process runs.
pub(super) async fn alive() -> &'static str {
    "ok"
}

/// The process can serve: the database answers. Else 503.
pub(super) async fn ready(State(app): State<Shared>) -> (StatusCode, &'static str) {
    match tokio::time::timeout(PATIENCE, app.store.audit.head()).await {
        Ok(Ok(_)) => return (StatusCode::OK, "ok"),
        Ok(Err(error)) => tracing::warn!(%error, "not ready"),
        Err(_) => tracing::warn!("not ready: the database does not answer"),
    }
    (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
}
