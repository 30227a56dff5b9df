//! A raise with its sealed reason, held against what it must state and who must have signed it.

use crypto::Id;
use crypto::raise::Raise;
use crypto::roster::GroupKind;
use crypto::sign::kid_kem;
use domain::{Kid, OrgId, StaffId};
use protocol::{Blob, ErrorCode};
use storage::escalations::Reason;

use crate::org_cache::OrgNow;
use crate::refusal::Refusal;

/// What the record must state, and who must have signed it.
pub(crate) struct Raising {
    pub(crate) org_id: OrgId,
    pub(crate) case_id: Id,
    pub(crate) esc_id: Id,
    pub(crate) level: u8,
    pub(crate) by: StaffId,
}

/// Judges a record with its signature.
///
/// # Errors
/// `record_refused`; `stale_roster` when another escalation key is the newest; `not_ready` without
/// a roster that names one.
pub(crate) fn raise(
    org: &OrgNow,
    expected: &Raising,
    record: &Blob,
    sig: &Blob,
) -> Result<Reason, Refusal> {
    let newest = org.known.newest().ok_or(ErrorCode::NotReady)?;
    let group = newest.roster.newest(GroupKind::Escalation).ok_or(ErrorCode::NotReady)?;
    let by = newest.person(expected.by.as_bytes()).ok_or(ErrorCode::StaleRoster)?;
    let sig = sig.0.as_slice().try_into().map_err(|_| ErrorCode::RecordRefused)?;
    let raise = Raise::verify(&record.0, &sig, &by.sig_pk).map_err(|_| ErrorCode::RecordRefused)?;
    let Raising { org_id, case_id, esc_id, level, .. } = *expected;
    let stated = (raise.org_id, raise.case_id, raise.esc_id, raise.level);
    if stated != (*org_id.as_bytes(), case_id, esc_id, level) {
        return Err(ErrorCode::RecordRefused.into());
    }
    if raise.rkid != kid_kem(&group.kem_pk) {
        return Err(ErrorCode::StaleRoster.into());
    }
    Ok(Reason { rkid: Kid::new(raise.rkid), record: record.0.clone(), sig })
}
