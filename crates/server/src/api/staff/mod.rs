//! What signed-in members of staff ask over REST.

pub(crate) mod audit;
pub(crate) mod group_boxes;
pub(crate) mod groups;
pub(crate) mod invites;
pub(crate) mod org;
pub(crate) mod orgkeys;
pub(crate) mod renewals;
pub(crate) mod roster;
pub(crate) mod unlock;
pub(crate) mod vault;

use axum::Router;
use axum::routing::{get, post, put};

use crate::state::Shared;

/// Every address that takes an access token.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/staff/org", get(org::org))
        .route("/api/staff/audit", post(audit::entries))
        .route("/api/staff/audit/chain", get(audit::chain))
        .route("/api/staff/unlock/start", post(unlock::start))
        .route("/api/staff/unlock/finish", post(unlock::finish))
        .route("/api/staff/vault", put(vault::put))
        .route("/api/staff/group-boxes", post(group_boxes::post))
        .route("/api/staff/group-boxes/bad", post(group_boxes::bad))
        .route("/api/staff/renewals", post(renewals::post))
        .route("/api/staff/groups", post(groups::post))
        .route("/api/staff/invites", post(invites::post))
        .route("/api/staff/orgkeys", put(orgkeys::put))
        .route("/api/staff/roster", put(roster::put))
}
