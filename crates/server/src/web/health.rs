//! `/healthz` and `/readyz`, for whoever watches the process.

/// The process runs.
pub(super) async fn alive() -> &'static str {
    "ok"
}

/// The process can serve: it is only reachable once everything it needs has been read.
pub(super) async fn ready() -> &'static str {
    "ok"
}
