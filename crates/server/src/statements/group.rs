//! A new generation of a group, as a supervisor's browser made it.

use std::collections::BTreeSet;

use crypto::group::GroupRecord;
use crypto::roster::{GroupKind, KnownRoster};
use crypto::sign::{kid_kem, kid_sig};
use domain::{Kid, StaffId, Timestamp};
use protocol::{Blob, ErrorCode};
use storage::org::{GroupBox, NewGroup};
use storage::staff::Member;

use super::Unfit;
use crate::org_cache::OrgNow;
use crate::org_wire;
use crate::refusal::Refusal;

/// Length of a box: HPKE's encapsulated key, then 32 sealed bytes with their tag.
const ENC: usize = 32;
const CT: usize = 48;

/// The supervisor who makes it; not in a roster yet when it is the first one.
pub(crate) struct Maker {
    pub(crate) staff: StaffId,
    pub(crate) sig_pk: crypto::PublicKey,
    pub(crate) kem_kid: Kid,
}

/// Checks a new generation; gives what is to be stored.
///
/// # Errors
/// `not_ready` without a roster, `stale_roster`, or `statement_refused` with the rule.
pub(crate) fn check(
    new: &protocol::NewGroup,
    org_id: &crypto::Id,
    maker: &Maker,
    org: &OrgNow,
    members: &[Member],
    now: Timestamp,
) -> Result<NewGroup, Refusal> {
    let by_rule = |error| Refusal::by_rule(ErrorCode::StatementRefused, &error);
    let sig = org_wire::fixed(&new.sig)?;
    let record = GroupRecord::verify(&new.record.0, &sig, &maker.sig_pk).map_err(by_rule)?;
    if record.org_id != *org_id {
        return Err(by_rule(crypto::group::GroupError::G1Encoding));
    }
    let roster = org.known.newest().ok_or(ErrorCode::NotReady)?;
    if record.roster_version != roster.roster.version {
        return Err(ErrorCode::StaleRoster.into());
    }
    let disabled = disabled(roster, members);
    let readers = readers(record.kind, maker, roster, org)?;
    Ok(NewGroup {
        kind: org_wire::group_of_record(record.kind),
        generation: record.generation,
        kem_pk: record.kem_pk,
        kid: Kid::new(kid_kem(&record.kem_pk)),
        statement: new.record.0.clone(),
        sig,
        maker: Kid::new(kid_sig(&maker.sig_pk)),
        boxes: boxes(new, &record, &readers, &disabled)?,
        by: maker.staff,
        now,
    })
}

/// Who may hold the half: fitting members, the maker, and recovery.
fn readers(
    kind: GroupKind,
    maker: &Maker,
    roster: &KnownRoster,
    org: &OrgNow,
) -> Result<BTreeSet<Kid>, Refusal> {
    let keys = org.newest_orgkeys().ok_or(ErrorCode::NotReady)?;
    let fitting = roster.active().filter(|entry| kind.fits(&entry.roles));
    let mut readers: BTreeSet<Kid> =
        fitting.map(|entry| Kid::new(kid_kem(&entry.kem_pk))).collect();
    readers.insert(maker.kem_kid);
    if kind == GroupKind::Escalation {
        readers.insert(Kid::new(kid_kem(&keys.keys.recovery_pk)));
    }
    Ok(readers)
}

/// Keys of members who may not sign in any more; a browser does not know who that is.
fn disabled(roster: &KnownRoster, members: &[Member]) -> BTreeSet<Kid> {
    let out = members.iter().filter(|member| member.disabled);
    out.filter(|member| roster.person(member.staff.as_bytes()).is_some())
        .map(|member| member.kem_kid)
        .collect()
}

/// Everybody's box, once; a box for a disabled person is not kept.
fn boxes(
    new: &protocol::NewGroup,
    record: &GroupRecord,
    readers: &BTreeSet<Kid>,
    disabled: &BTreeSet<Kid>,
) -> Result<Vec<GroupBox>, Refusal> {
    let mut boxes = new.boxes.iter().map(group_box).collect::<Result<Vec<_>, _>>()?;
    let kind = org_wire::group_of_record(record.kind);
    if boxes.iter().any(|sealed| (sealed.kind, sealed.generation) != (kind, record.generation)) {
        return Err(Unfit::P10Box.into());
    }
    let given: BTreeSet<Kid> = boxes.iter().map(|sealed| sealed.rkid).collect();
    if given.len() != boxes.len() || !given.is_subset(readers) {
        return Err(Unfit::P10Box.into());
    }
    if readers.difference(disabled).any(|reader| !given.contains(reader)) {
        return Err(Unfit::P5BoxMissing.into());
    }
    boxes.retain(|sealed| !disabled.contains(&sealed.rkid));
    Ok(boxes)
}

/// A box as it is stored: `enc || ct`.
///
/// # Errors
/// `statement_refused` for another length.
pub(crate) fn group_box(sealed: &protocol::GroupBox) -> Result<GroupBox, Refusal> {
    if sealed.enc.0.len() != ENC || sealed.ct.0.len() != CT {
        return Err(Unfit::P10Box.into());
    }
    Ok(GroupBox {
        kind: org_wire::group(sealed.kind),
        generation: sealed.generation,
        rkid: Kid::new(sealed.rkid.0),
        bytes: [sealed.enc.0.as_slice(), &sealed.ct.0].concat(),
    })
}

/// A stored box as it travels.
///
/// # Errors
/// `internal` for a damaged row.
pub(crate) fn group_box_on_wire(sealed: &GroupBox) -> Result<protocol::GroupBox, Refusal> {
    let (enc, ct) = sealed.bytes.split_at_checked(ENC).ok_or(ErrorCode::Internal)?;
    Ok(protocol::GroupBox {
        kind: org_wire::group_on_wire(sealed.kind),
        generation: sealed.generation,
        rkid: protocol::Kid(*sealed.rkid.as_bytes()),
        enc: Blob(enc.to_vec()),
        ct: Blob(ct.to_vec()),
    })
}
