use std::collections::BTreeSet;

use super::boxes::{Reader, ReaderKind};
use super::record::{Body, LaneKind};
use super::{EpochError, Reason};
use crate::Id;
use crate::case_id::CaseKeys;
use crate::roster::{GroupKind, KnownRoster, Rosters, StaffEntry};

/// The readers of a record as people: client and escalation are always the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Members {
    pub(super) staff: BTreeSet<Id>,
    pub(super) team: bool,
}

/// Those so far: the people of the record before, as the named roster has them.
#[derive(Debug, Clone, Default)]
pub(super) struct SoFar {
    /// Still active.
    pub(super) staff: BTreeSet<Id>,
    /// No longer active.
    pub(super) fallen: BTreeSet<Id>,
    pub(super) team: bool,
}

impl SoFar {
    pub(super) fn of(
        last: Option<&Body>,
        rosters: &Rosters,
        named: &KnownRoster,
    ) -> Result<Self, EpochError> {
        let Some(last) = last else { return Ok(Self::default()) };
        let roster = rosters.get(last.roster_version).ok_or(EpochError::A12Roster)?;
        let mut so_far = Self { team: last.has_team(), ..Self::default() };
        for reader in last.of_kind(ReaderKind::Staff) {
            let person = roster.by_kem_kid(&reader.kid).ok_or(EpochError::A11StaffReader)?;
            let still = named.person(&person.staff_id).is_some_and(StaffEntry::reads_cases);
            let list = if still { &mut so_far.staff } else { &mut so_far.fallen };
            list.insert(person.staff_id);
        }
        Ok(so_far)
    }
}

/// Reads a record's readers with the roster it names: rules A8 to A11.
pub(super) fn members(
    body: &Body,
    case: &CaseKeys,
    named: &KnownRoster,
) -> Result<(Members, Vec<Reader>), EpochError> {
    let clients: Vec<Id> = body.of_kind(ReaderKind::Client).map(|reader| reader.kid).collect();
    let expected = if body.lane == LaneKind::Chat { vec![case.ckem_kid()] } else { Vec::new() };
    if clients != expected {
        return Err(EpochError::A8ClientReader);
    }
    let newest = |kind| named.roster.newest(kind).map(|group| crate::sign::kid_kem(&group.kem_pk));
    let kids = |kind| body.of_kind(kind).map(|reader| reader.kid).collect::<Vec<Id>>();
    if kids(ReaderKind::Escalation) != Vec::from_iter(newest(GroupKind::Escalation)) {
        return Err(EpochError::A9Escalation);
    }
    let team = kids(ReaderKind::Team);
    if !team.is_empty() && team != Vec::from_iter(newest(GroupKind::Team)) {
        return Err(EpochError::A10Team);
    }
    let mut staff = BTreeSet::new();
    for reader in body.of_kind(ReaderKind::Staff) {
        let person = named.by_kem_kid(&reader.kid).filter(|entry| entry.reads_cases());
        let person = person.ok_or(EpochError::A11StaffReader)?;
        if !staff.insert(person.staff_id) {
            return Err(EpochError::A11StaffReader);
        }
    }
    let members = Members { staff, team: !team.is_empty() };
    let readers = members.readers(body.lane, case, named)?;
    Ok((members, readers))
}

impl Members {
    /// The readers with their public keys, as the named roster has them.
    pub(super) fn readers(
        &self,
        lane: LaneKind,
        case: &CaseKeys,
        named: &KnownRoster,
    ) -> Result<Vec<Reader>, EpochError> {
        let mut readers = Vec::new();
        if lane == LaneKind::Chat {
            readers.push(Reader { kind: ReaderKind::Client, kem_pk: case.ckem_pk });
        }
        for staff_id in &self.staff {
            let person = named.person(staff_id).ok_or(EpochError::A11StaffReader)?;
            readers.push(Reader { kind: ReaderKind::Staff, kem_pk: person.kem_pk });
        }
        if self.team {
            let group = named.roster.newest(GroupKind::Team).ok_or(EpochError::A10Team)?;
            readers.push(Reader { kind: ReaderKind::Team, kem_pk: group.kem_pk });
        }
        let group = named.roster.newest(GroupKind::Escalation).ok_or(EpochError::A9Escalation)?;
        readers.push(Reader { kind: ReaderKind::Escalation, kem_pk: group.kem_pk });
        readers.sort_by_key(|reader| (reader.kind, reader.kid()));
        Ok(readers)
    }
}

/// Whether a record may, must or must not carry a back link.
pub(super) fn back_fits(body: &Body) -> bool {
    if body.epoch == 0 {
        return body.back.is_empty();
    }
    let may_be_empty = match body.lane {
        LaneKind::Chat => body.reason == Reason::Invite,
        LaneKind::Notes => {
            matches!(body.reason, Reason::Claim | Reason::Transfer | Reason::Join | Reason::Rekey)
        }
    };
    may_be_empty || !body.back.is_empty()
}
