//! REST under `/api`: one file a resource.

mod address;
mod body;
mod enrol;
mod openapi;
mod org;
mod refresh;
mod return_;
mod session_code;
mod session_lock;
mod sessions;
mod sign_in;
mod sign_out;
mod staff;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};
use protocol::MAX_FRAME;

use crate::state::Shared;

pub(crate) use address::{Address, limited};
pub(crate) use body::Body;
pub use openapi::document;
pub use staff::invites::LIFE as INVITE_LIFE;

/// The client's exit, which no limit ever holds back.
pub(crate) fn exit() -> Router<Shared> {
    Router::new()
        .route("/api/session/lock", post(session_lock::lock))
        .layer(DefaultBodyLimit::max(MAX_FRAME))
}

/// Every other address under `/api`.
pub fn router() -> Router<Shared> {
    Router::new()
        .route("/api/org", get(org::get))
        .route("/api/sessions", post(sessions::open))
        .route("/api/session/code", put(session_code::put))
        .route("/api/return", post(return_::return_))
        .route("/api/openapi.json", get(openapi::openapi))
        .route("/api/enrol/start", post(enrol::start::start))
        .route("/api/enrol/finish", post(enrol::finish::finish))
        .route("/api/sign-in/start", post(sign_in::start::start))
        .route("/api/sign-in/finish", post(sign_in::finish::finish))
        .route("/api/sign-in/totp", post(sign_in::totp::totp))
        .route("/api/refresh", post(refresh::refresh))
        .route("/api/sign-out", post(sign_out::sign_out))
        .merge(staff::routes())
        .layer(DefaultBodyLimit::max(MAX_FRAME))
}
