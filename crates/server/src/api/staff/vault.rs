//! `PUT /api/staff/vault`: the next version of the sealed keys.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::{ErrorCode, Problem, VaultBlob};
use storage::StorageError;

use crate::api::Body;
use crate::auth::Caller;
use crate::refusal::Refusal;
use crate::state::Shared;

#[utoipa::path(
    put, path = "/api/staff/vault", operation_id = "put_staff_vault",
    tag = "staff", request_body = VaultBlob,
    security(("token" = [])),
    responses((status = 204), (status = "default", body = Problem))
)]
pub(crate) async fn put(
    State(app): State<Shared>,
    caller: Caller,
    Body(request): Body<VaultBlob>,
) -> Result<StatusCode, Refusal> {
    let expected = request.version.checked_sub(1).ok_or(ErrorCode::Conflict)?;
    let staff = caller.staff;
    match app.store.staff.put_vault(staff, expected, request.blob.0.clone()).await {
        Ok(_) => {}
        Err(StorageError::StaleVersion) => {
            // The same again, after a lost answer, is no conflict.
            let stands = app.store.staff.vault(staff).await?;
            if (stands.version, stands.blob) != (request.version, request.blob.0) {
                return Err(ErrorCode::Conflict.into());
            }
        }
        Err(error) => return Err(error.into()),
    }
    Ok(StatusCode::NO_CONTENT)
}
