//! REST under `/api`: one file a resource.

mod body;
mod enrol;
mod openapi;
mod org;
mod refresh;
mod sign_in;
mod sign_out;
mod staff;

use axum::Router;
use axum::routing::{get, post, put};

use crate::state::Shared;

pub(crate) use body::Body;
pub use openapi::document;

/// The addresses of staff, and what anybody may know of the organisation.
pub(crate) fn staff_routes() -> Router<Shared> {
    Router::new()
        .route("/api/org", get(org::get))
        .route("/api/openapi.json", get(openapi::openapi))
        .route("/api/enrol/start", post(enrol::start::start))
        .route("/api/enrol/finish", post(enrol::finish::finish))
        .route("/api/sign-in/start", post(sign_in::start::start))
        .route("/api/sign-in/finish", post(sign_in::finish::finish))
        .route("/api/sign-in/totp", post(sign_in::totp::totp))
        .route("/api/refresh", post(refresh::refresh))
        .route("/api/sign-out", post(sign_out::sign_out))
        .route("/api/staff/org", get(staff::org::org))
        .route("/api/staff/unlock/start", post(staff::unlock::start))
        .route("/api/staff/unlock/finish", post(staff::unlock::finish))
        .route("/api/staff/vault", put(staff::vault::put))
        .route("/api/staff/group-boxes", post(staff::group_boxes::post))
        .route("/api/staff/renewals", post(staff::renewals::post))
        .route("/api/staff/groups", post(staff::groups::post))
        .route("/api/staff/invites", post(staff::invites::post))
        .route("/api/staff/orgkeys", put(staff::orgkeys::put))
        .route("/api/staff/roster", put(staff::roster::put))
}
