//! `POST /api/staff/group-boxes`: halves boxed by whoever holds them for whoever lacks them, and
//! `/bad`: a box that its reader could not open is asked for again.

use axum::extract::State;
use axum::http::StatusCode;
use crypto::roster::KnownRoster;
use domain::Kid;
use protocol::{BadGroupBox, ErrorCode, GroupBox, Problem};
use storage::org::Holder;

use crate::api::Body;
use crate::auth::Caller;
use crate::org_wire;
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::statements::Unfit;
use crate::statements::group::group_box;

#[utoipa::path(
    post, path = "/api/staff/group-boxes", operation_id = "staff_group_boxes",
    tag = "staff", request_body = Vec<GroupBox>,
    security(("token" = [])),
    responses((status = 204), (status = "default", body = Problem))
)]
pub(crate) async fn post(
    State(app): State<Shared>,
    caller: Caller,
    Body(request): Body<Vec<GroupBox>>,
) -> Result<StatusCode, Refusal> {
    let org = app.org.now();
    let roster = org.known.newest().ok_or(ErrorCode::NotReady)?;
    let holders = app.store.org.holders().await?;
    let own = app.store.staff.get(caller.staff).await?.kem_kid;
    let mut boxes = Vec::new();
    for sealed in &request {
        let stored = group_box(sealed)?;
        let holder = |rkid| Holder { kind: stored.kind, generation: stored.generation, rkid };
        if !holders.contains(&holder(own)) {
            return Err(ErrorCode::Forbidden.into());
        }
        if !may_hold(roster, sealed) {
            return Err(Unfit::P10Box.into());
        }
        // One that stands stays: its reader may have it open.
        if !holders.contains(&holder(stored.rkid)) {
            boxes.push(stored);
        }
    }
    if !boxes.is_empty() {
        app.store.org.put_boxes(boxes).await?;
        app.org_changed().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Only the own box can be given up: nobody takes another's half away.
#[utoipa::path(
    post, path = "/api/staff/group-boxes/bad", operation_id = "staff_bad_group_box",
    tag = "staff", request_body = BadGroupBox,
    security(("token" = [])),
    responses((status = 204), (status = "default", body = Problem))
)]
pub(crate) async fn bad(
    State(app): State<Shared>,
    caller: Caller,
    Body(BadGroupBox { kind, generation }): Body<BadGroupBox>,
) -> Result<StatusCode, Refusal> {
    let rkid = app.store.staff.get(caller.staff).await?.kem_kid;
    let holder = Holder { kind: org_wire::group(kind), generation, rkid };
    if app.store.org.drop_box(holder, caller.staff, app.now()).await? {
        app.org_changed().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Whether the roster names the generation, and the reader as an active member of a fitting role.
fn may_hold(roster: &KnownRoster, sealed: &GroupBox) -> bool {
    let (kind, rkid) = (org_wire::group(sealed.kind), Kid::new(sealed.rkid.0));
    let reader = roster.by_kem_kid(rkid.as_bytes());
    roster.roster.groups.iter().any(|group| {
        org_wire::group_of_record(group.kind) == kind
            && group.generation == sealed.generation
            && reader.is_some_and(|reader| group.kind.fits(&reader.roles))
    })
}
