//! A roster: who is on the staff from now on.

use std::collections::{BTreeSet, HashMap};

use crypto::group::GroupRecord;
use crypto::roster::{Group, GroupKind, KnownRoster, Role, Roster, StaffEntry};
use crypto::sign::{kid_kem, kid_sig};
use domain::staff::RosterEntry;
use domain::{Hash, Kid, StaffId, Timestamp};
use protocol::{ErrorCode, RosterPut};
use storage::org::{Holder, NewEntry, NewRoster, Statement};
use storage::staff::{Member, Standing};

use super::Unfit;
use crate::org_cache::OrgNow;
use crate::org_wire;
use crate::refusal::Refusal;

/// What a roster is held against.
pub(crate) struct World<'a> {
    /// What was published before.
    pub(crate) org: &'a OrgNow,
    /// Everybody who ever enrolled.
    pub(crate) members: &'a [Member],
    /// Every generation that was posted.
    pub(crate) groups: &'a [storage::org::Group],
    /// Who has a box of which.
    pub(crate) holders: &'a [Holder],
}

/// Checks the next roster; gives what is to be stored.
///
/// # Errors
/// `not_ready` without `orgkeys`, `conflict` for a version that stands, `statement_refused` with
/// the rule.
pub(crate) fn check(
    put: &RosterPut,
    world: &World<'_>,
    by: StaffId,
    now: Timestamp,
) -> Result<NewRoster, Refusal> {
    let statement = org_wire::statement(&put.roster)?;
    let keys = world.org.newest_orgkeys().ok_or(ErrorCode::NotReady)?;
    let before = world.org.newest_roster();
    let before_hash = before.map(|at| org_wire::statement(&at.statement)).transpose()?;
    let before_hash = before_hash.map(|statement| statement.hash());
    let previous = before.map(|at| &at.roster).zip(before_hash.as_ref());
    let roster = Roster::verify(&statement, &keys.keys, previous).map_err(|error| match error {
        crypto::statement::StatementError::S5Version => ErrorCode::Conflict.into(),
        other => Refusal::by_rule(ErrorCode::StatementRefused, &other),
    })?;
    super::not_ahead(roster.issued, now)?;
    let entries = entries(&roster, put, world)?;
    let known = known(&roster, &entries)?;
    distinct(&entries)?;
    for (entry, bytes) in &entries {
        // What stands in the roster before was held against its enrolment then.
        let stood = before.is_some_and(|at| at.roster.staff.contains(&crypto::hash::h(bytes)));
        if !stood {
            enrolled(entry, world)?;
        }
    }
    for group in &roster.groups {
        generation(group, &known, world)?;
    }
    held(&known, world)?;
    let bytes = serde_json::to_vec(&put.roster).map_err(|error| Refusal::internal(&error))?;
    Ok(NewRoster {
        statement: Statement { version: roster.version, hash: Hash::new(statement.hash()), bytes },
        orgkeys_version: roster.orgkeys_version,
        issued_at: timestamp(roster.issued),
        entries: entries.into_iter().map(|(entry, bytes)| new_entry(&entry, bytes)).collect(),
        groups: newest_groups(&roster),
        strict: is_strict(&known, world),
        by,
        now,
    })
}

/// Every entry that the roster lists, posted now or known from before.
fn entries(
    roster: &Roster,
    put: &RosterPut,
    world: &World<'_>,
) -> Result<Vec<(StaffEntry, Vec<u8>)>, Refusal> {
    let rule = |error| Refusal::by_rule(ErrorCode::StatementRefused, &error);
    let earlier = world.org.rosters.iter().flat_map(|at| &at.entries).map(|(_, bytes)| bytes);
    let by_hash: HashMap<crypto::Hash, &Vec<u8>> =
        earlier.chain(&put.entries).map(|bytes| (crypto::hash::h(&bytes.0), &bytes.0)).collect();
    if put.entries.iter().any(|bytes| !roster.staff.contains(&crypto::hash::h(&bytes.0))) {
        return Err(rule(crypto::statement::StatementError::S8Entry));
    }
    let entry = |hash| {
        let bytes =
            *by_hash.get(hash).ok_or_else(|| rule(crypto::statement::StatementError::S8Entry))?;
        let entry = serde_json::from_slice(bytes)
            .map_err(|_| rule(crypto::statement::StatementError::S2Payload))?;
        Ok((entry, bytes.clone()))
    };
    roster.staff.iter().map(entry).collect()
}

fn known(roster: &Roster, entries: &[(StaffEntry, Vec<u8>)]) -> Result<KnownRoster, Refusal> {
    KnownRoster::new(roster.clone(), entries.iter().map(|(_, bytes)| bytes.as_slice()))
        .map_err(|error| Refusal::by_rule(ErrorCode::StatementRefused, &error))
}

fn distinct(entries: &[(StaffEntry, Vec<u8>)]) -> Result<(), Refusal> {
    let all = || entries.iter().map(|(entry, _)| entry);
    let ids: BTreeSet<_> = all().map(|entry| entry.staff_id).collect();
    let aliases: BTreeSet<_> = all().map(|entry| entry.alias).collect();
    let signing: BTreeSet<_> = all().map(|entry| entry.sig_pk).collect();
    let boxes: BTreeSet<_> = all().map(|entry| entry.kem_pk).collect();
    let lengths = [ids.len(), aliases.len(), signing.len(), boxes.len()];
    if lengths.iter().all(|length| *length == entries.len()) {
        Ok(())
    } else {
        Err(Unfit::P2Shared.into())
    }
}

/// An entry names keys that this person enrolled with; somebody new has the roles of the invite.
fn enrolled(entry: &StaffEntry, world: &World<'_>) -> Result<(), Refusal> {
    let member = world.members.iter().find(|member| *member.staff.as_bytes() == entry.staff_id);
    let member = member.ok_or(Unfit::P1NotEnrolled)?;
    let roles = org_wire::roles_of_entry(&entry.roles);
    let keys = *member.sig_kid.as_bytes() == kid_sig(&entry.sig_pk)
        && *member.kem_kid.as_bytes() == kid_kem(&entry.kem_pk);
    let fits = member.standing != Standing::Waiting || roles == member.roles;
    let lasts = entry.not_before < entry.not_after;
    if keys && fits && lasts && !roles.is_empty() {
        Ok(())
    } else {
        Err(Unfit::P1NotEnrolled.into())
    }
}

/// A generation stands on a stored record by a supervisor in this roster, and on its boxes. What
/// else was posted, unsigned or bad, is no concern of a roster that does not name it.
fn generation(group: &Group, known: &KnownRoster, world: &World<'_>) -> Result<(), Refusal> {
    let before = world.org.newest_roster();
    if before.is_some_and(|at| at.roster.groups.contains(group)) {
        return Ok(());
    }
    let kind = org_wire::group_of_record(group.kind);
    let stored = world.groups.iter().find(|stored| {
        (stored.kind, stored.generation, stored.kem_pk) == (kind, group.generation, group.kem_pk)
    });
    let stored = stored.ok_or(Unfit::P3NoRecord)?;
    let maker = known
        .by_sig_kid(stored.maker.as_bytes())
        .filter(|maker| maker.is(Role::Supervisor))
        .ok_or(Unfit::P4NotSupervisor)?;
    GroupRecord::verify(&stored.statement, &stored.sig, &maker.sig_pk)
        .map_err(|error| Refusal::by_rule(ErrorCode::StatementRefused, &error))?;
    // Newcomers get theirs from a colleague; whoever was there and stays must have one.
    let there = |entry: &&StaffEntry| {
        let earlier = world.org.known.newest();
        earlier.is_some_and(|earlier| earlier.person(&entry.staff_id).is_some())
            || entry.staff_id == maker.staff_id
    };
    let mut readers: Vec<_> = known
        .active()
        .filter(|entry| group.kind.fits(&entry.roles))
        .filter(there)
        .map(|entry| kid_kem(&entry.kem_pk))
        .collect();
    if group.kind == GroupKind::Escalation {
        let keys = world.org.newest_orgkeys().ok_or(ErrorCode::NotReady)?;
        readers.push(kid_kem(&keys.keys.recovery_pk));
    }
    if readers.iter().all(|reader| holds(world, group, reader)) {
        Ok(())
    } else {
        Err(Unfit::P5BoxMissing.into())
    }
}

/// Once there is an escalation group, some active supervisor holds its newest half.
fn held(known: &KnownRoster, world: &World<'_>) -> Result<(), Refusal> {
    let Some(newest) = known.roster.newest(GroupKind::Escalation) else { return Ok(()) };
    let mut supervisors = known.active().filter(|entry| entry.is(Role::Supervisor));
    if supervisors.any(|entry| holds(world, newest, &kid_kem(&entry.kem_pk))) {
        Ok(())
    } else {
        Err(Unfit::P6NobodyHolds.into())
    }
}

fn holds(world: &World<'_>, group: &Group, reader: &crypto::Id) -> bool {
    let kind = org_wire::group_of_record(group.kind);
    let holder = Holder { kind, generation: group.generation, rkid: Kid::new(*reader) };
    world.holders.contains(&holder)
}

/// Who was active in the roster before the newest, and is not in the newest.
pub(crate) fn dropped(org: &OrgNow) -> Vec<StaffId> {
    let Some(newest) = org.known.newest() else { return Vec::new() };
    let before = org.known.get(newest.roster.version - 1).into_iter();
    before
        .flat_map(KnownRoster::active)
        .filter(|entry| newest.person(&entry.staff_id).is_none())
        .map(|entry| StaffId::new(entry.staff_id))
        .collect()
}

/// Whether the roster before may not be named any more: it has a person, a key or a generation
/// that is gone.
fn is_strict(known: &KnownRoster, world: &World<'_>) -> bool {
    let Some(before) = world.org.known.newest() else { return true };
    let stays = |entry: &StaffEntry| {
        known
            .person(&entry.staff_id)
            .is_some_and(|now| (now.sig_pk, now.kem_pk) == (entry.sig_pk, entry.kem_pk))
    };
    !before.active().all(stays)
        || [GroupKind::Team, GroupKind::Escalation]
            .iter()
            .any(|kind| before.roster.newest(*kind) != known.roster.newest(*kind))
}

fn newest_groups(roster: &Roster) -> Vec<(domain::staff::GroupKind, u32, Kid)> {
    let kinds = [GroupKind::Team, GroupKind::Escalation];
    let newest = kinds.iter().filter_map(|kind| roster.newest(*kind));
    newest
        .map(|group| {
            let kid = Kid::new(kid_kem(&group.kem_pk));
            (org_wire::group_of_record(group.kind), group.generation, kid)
        })
        .collect()
}

fn new_entry(entry: &StaffEntry, bytes: Vec<u8>) -> NewEntry {
    NewEntry {
        hash: Hash::new(crypto::hash::h(&bytes)),
        entry: RosterEntry {
            staff: StaffId::new(entry.staff_id),
            alias: entry.alias,
            roles: org_wire::roles_of_entry(&entry.roles),
            sig_kid: Kid::new(kid_sig(&entry.sig_pk)),
            kem_kid: Kid::new(kid_kem(&entry.kem_pk)),
            not_before: timestamp(entry.not_before),
            not_after: timestamp(entry.not_after),
        },
        bytes,
    }
}

fn timestamp(ms: u64) -> Timestamp {
    Timestamp(i64::try_from(ms).unwrap_or(i64::MAX))
}
