//! `POST /api/sign-in/totp`: the second factor; it ends in tokens and, only now, the vault.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use domain::{SignInId, StaffId, Timestamp};
use protocol::{Blob, ErrorCode, Id, Problem, SignInTotp, SignedIn, VaultBlob};
use storage::StorageError;
use storage::signins::{FactorUse, NewSignIn};
use storage::staff::{Member, Standing};

use crate::api::Body;
use crate::auth::{SignIn, Source, factor, refresh};
use crate::org_wire;
use crate::refusal::Refusal;
use crate::state::{App, Shared};

/// How long a sign-in lives.
const LIFE: Duration = Duration::from_hours(12);
/// So many wrong codes end the attempt; the passphrase is asked again.
const WRONG_CODES: u8 = 3;

#[utoipa::path(
    post, path = "/api/sign-in/totp", operation_id = "sign_in_totp",
    tag = "sign-in", request_body = SignInTotp,
    responses(
        (status = 200, body = SignedIn, headers(("set-cookie" = String, description = "the refresh token"))),
        (status = "default", body = Problem)
    )
)]
pub(crate) async fn totp(
    State(app): State<Shared>,
    source: Source,
    Body(request): Body<SignInTotp>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<SignedIn>), Refusal> {
    let now = app.now();
    let attempt = app.auth.sign_ins.take(request.sign_in, now);
    let Some(SignIn::SecondFactor { account, staff, wrong, ends }) = attempt else {
        return Err(ErrorCode::SignInFailed.into());
    };
    let again = |wrong| {
        let attempt = SignIn::SecondFactor { account, staff, wrong, ends };
        app.auth.sign_ins.put(request.sign_in, source, attempt, ends, now);
    };
    match factor::uses_code(&app, staff, &request.code, FactorUse::SignIn, now).await {
        Ok(true) => {}
        Ok(false) => {
            app.auth.slowdown.failed(account, source, now);
            if wrong + 1 < WRONG_CODES {
                again(wrong + 1);
            }
            return Err(ErrorCode::TotpFailed.into());
        }
        Err(error) => {
            again(wrong);
            return Err(error);
        }
    }
    let member = app.store.staff.get(staff).await?;
    if member.standing == Standing::Former {
        return Err(ErrorCode::SignInFailed.into());
    }
    let (sid, cookie) = open(&app, staff, now).await?;
    app.auth.slowdown.succeeded(account, source);
    Ok(([cookie], Json(signed_in(&app, member, sid, now).await?)))
}

async fn open(
    app: &App,
    staff: StaffId,
    now: Timestamp,
) -> Result<(SignInId, (HeaderName, HeaderValue)), Refusal> {
    let sid = SignInId::new(app.draw()?);
    let token = app.draw()?;
    let new = NewSignIn {
        sid,
        staff,
        refresh: refresh::refresh(sid, token),
        expires_at: now.plus(LIFE),
        now,
    };
    app.store.sign_ins.sign_in(new).await.map_err(|error| match error {
        StorageError::Disabled => ErrorCode::SignInFailed.into(),
        other => Refusal::from(other),
    })?;
    Ok((sid, refresh::set(sid, &token)?))
}

async fn signed_in(
    app: &App,
    member: Member,
    sid: SignInId,
    now: Timestamp,
) -> Result<SignedIn, Refusal> {
    let (token, expires) = app.auth.tokens.issue(member.staff, sid, member.roles, now)?;
    let vault = app.store.staff.vault(member.staff).await?;
    Ok(SignedIn {
        staff_id: Id(*member.staff.as_bytes()),
        name: member.display_name,
        roles: org_wire::roles(member.roles),
        sid: Id(*sid.as_bytes()),
        token,
        expires: expires.0,
        vault: VaultBlob { version: vault.version, blob: Blob(vault.blob) },
    })
}
