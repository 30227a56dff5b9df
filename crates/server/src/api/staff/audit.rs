//! `/api/staff/audit`: the chain to be walked, and its entries by a filter.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use domain::staff::Role;
use domain::{CaseId, StaffId, Timestamp};
use protocol::{
    AuditChain, AuditCheckpoint, AuditEntry, AuditPage, AuditPoint, AuditQuery, Blob, ErrorCode,
    Hash, Kid, Problem, PublicKey,
};
use serde::Deserialize;

use crate::api::Body;
use crate::audit::{self, AuditKeys, Filter};
use crate::auth::Caller;
use crate::refusal::Refusal;
use crate::state::Shared;

/// Links in one answer: 32 KiB, so that in base64url it stays below the longest body.
const LINKS: u64 = 1024;

/// From where on.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// Links with a higher number.
    after: u64,
}

#[utoipa::path(
    get, path = "/api/staff/audit/chain", operation_id = "get_staff_audit_chain",
    tag = "staff", params(After),
    security(("token" = [])),
    responses((status = 200, body = AuditChain), (status = "default", body = Problem))
)]
pub(crate) async fn chain(
    State(app): State<Shared>,
    caller: Caller,
    after: Result<Query<After>, QueryRejection>,
) -> Result<Json<AuditChain>, Refusal> {
    must_watch(&caller)?;
    let Query(After { after }) = after.map_err(|_| ErrorCode::BadFrame)?;
    let audit = &app.store.audit;
    // In this order: the end is never before a checkpoint, nor a link after the end.
    let checkpoint = audit.checkpoint().await?;
    let (n, a) = audit.head().await?;
    let due = u32::try_from(n.saturating_sub(after).min(LINKS)).unwrap_or(0);
    let stored = audit.raw(after, due).await?;
    // A line that is missing ends the stretch: the browser then cannot reach the end.
    let unbroken =
        stored.iter().zip(after.saturating_add(1)..).take_while(|(line, n)| line.n == *n);
    let hashes = unbroken.flat_map(|(line, _)| crypto::hash::h(&line.entry)).collect();
    Ok(Json(AuditChain {
        links: Blob(hashes),
        head: AuditPoint { n, a: Hash(*a.as_bytes()) },
        checkpoint: checkpoint.map(|checkpoint| AuditCheckpoint {
            n: checkpoint.n,
            a: Hash(*checkpoint.a.as_bytes()),
            kid: Kid(*checkpoint.kid.as_bytes()),
            sig: Blob(checkpoint.sig.to_vec()),
        }),
        keys: AuditKeys::of(&app.secrets).public().into_iter().map(PublicKey).collect(),
    }))
}

#[utoipa::path(
    post, path = "/api/staff/audit", operation_id = "post_staff_audit",
    tag = "staff", request_body = AuditQuery,
    security(("token" = [])),
    responses((status = 200, body = AuditPage), (status = "default", body = Problem))
)]
pub(crate) async fn entries(
    State(app): State<Shared>,
    caller: Caller,
    Body(query): Body<AuditQuery>,
) -> Result<Json<AuditPage>, Refusal> {
    must_watch(&caller)?;
    let filter = Filter {
        events: query.events,
        staff: query.staff.map(|staff| StaffId::new(staff.0)),
        case: query.case.map(|case| CaseId::new(case.0)),
        from: query.from.map(Timestamp),
        to: query.to.map(Timestamp),
    };
    let before = query.before.unwrap_or(u64::MAX);
    let found = audit::search(&app.store, &filter, before).await?;
    let entry = |line: storage::audit::RawLink| AuditEntry { n: line.n, entry: Blob(line.entry) };
    Ok(Json(AuditPage {
        entries: found.links.into_iter().map(entry).collect(),
        reached: found.reached,
    }))
}

/// Supervisors and admins watch over the audit.
fn must_watch(caller: &Caller) -> Result<(), Refusal> {
    caller.must_be(Role::Supervisor).or_else(|_| caller.must_be(Role::Admin))
}
