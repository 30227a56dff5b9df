//! REST under `/api`: one file a resource.

mod address;
mod body;
mod org;
mod return_;
mod session_code;
mod session_lock;
mod sessions;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};
use protocol::MAX_FRAME;

use crate::state::Shared;

pub(crate) use address::{Address, limited};
pub(crate) use body::Body;

/// Every address under `/api`.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/api/org", get(org::get))
        .route("/api/sessions", post(sessions::open))
        .route("/api/session/code", put(session_code::put))
        .route("/api/session/lock", post(session_lock::lock))
        .route("/api/return", post(return_::return_))
        .layer(DefaultBodyLimit::max(MAX_FRAME))
}
