//! The second factor: given at sign-in, and again before a deed that needs a fresh one.

use domain::{SignInId, StaffId, Timestamp};
use protocol::ErrorCode;
use storage::StorageError;
use storage::signins::FactorUse;

use super::{Source, StoredRegistration, TotpSecret};
use crate::refusal::Refusal;
use crate::state::App;

/// Whether the code is that of a step which this person has not used for this.
pub(crate) async fn uses_code(
    app: &App,
    staff: StaffId,
    code: &str,
    what: FactorUse,
    now: Timestamp,
) -> Result<bool, Refusal> {
    let secret = app.store.staff.credentials_of(staff).await?.totp;
    let step = TotpSecret::from_bytes(&secret).and_then(|secret| secret.step(code, now));
    let Some(step) = step else { return Ok(false) };
    match app.store.sign_ins.use_step(staff, step, what).await {
        Ok(()) => Ok(true),
        Err(StorageError::Reused) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Takes the second factor again, slowed down like a sign-in.
///
/// # Errors
/// `totp_failed`, `slow_down`.
pub(crate) async fn confirm(
    app: &App,
    (staff, sid): (StaffId, SignInId),
    source: Source,
    code: &str,
) -> Result<(), Refusal> {
    let now = app.now();
    let known = app.store.staff.credentials_of(staff).await?;
    let stored =
        StoredRegistration::from_bytes(&known.opaque).map_err(|error| Refusal::internal(&error))?;
    let account = stored.credential_id;
    if !app.auth.slowdown.begin(account, source, now) {
        return Err(ErrorCode::SlowDown.into());
    }
    if !uses_code(app, staff, code, FactorUse::Confirmation, now).await? {
        return Err(ErrorCode::TotpFailed.into());
    }
    app.store.sign_ins.confirm(sid, now).await?;
    app.auth.slowdown.succeeded(account, source);
    Ok(())
}

/// Refuses a sign-in whose second factor was given too long ago, or in the future of this clock.
///
/// # Errors
/// `factor_needed`.
pub(crate) async fn must_be_fresh(app: &App, sid: SignInId) -> Result<(), Refusal> {
    let now = app.now();
    let given = app.store.sign_ins.get(sid, now).await?.factor_at;
    let fresh = given <= now && now < given.plus(app.settings.times.rules().factor);
    if fresh { Ok(()) } else { Err(ErrorCode::FactorNeeded.into()) }
}
