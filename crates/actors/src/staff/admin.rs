//! What an admin does: the ceremony's file, invites, rosters.

use crypto::enrol::{Enrolment, Invite};
use crypto::group::GroupRecord;
use crypto::hash::h;
use crypto::roster::{Group, GroupKind, Roster, StaffEntry};
use crypto::sign::{SigningKey, kid_kem};
use crypto::statement::{OrgKeys, Statement};
use crypto::{Id, PublicKey};
use protocol::{Blob, GroupView, NewInvite, OrgKeysPut, Role, RosterPut};
use reqwest::Method;

use super::StaffMember;
use crate::{Error, Organisation, Result, wire};

const YEAR_MS: u64 = 365 * 86_400_000;

/// What the offline ceremony must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CeremonyRequest {
    /// The organisation.
    pub org_id: Id,
    /// The key that will sign rosters.
    pub roster_pk: PublicKey,
    /// The server's OPAQUE key, as this browser pinned it.
    pub opaque_pk: PublicKey,
}

impl StaffMember {
    /// What the ceremony is to certify.
    pub fn ceremony_request(&self) -> Result<CeremonyRequest> {
        Ok(CeremonyRequest {
            org_id: self.org_id,
            roster_pk: self.roster_key()?.public(),
            opaque_pk: self.credentials.opaque_pk,
        })
    }

    /// Checks the ceremony's file, hands it to the server and pins the root.
    pub async fn load_orgkeys(&mut self, file: &OrgKeysPut) -> Result<()> {
        let root = file.root_pk.0;
        if self.vault.keys.root.is_some_and(|pinned| pinned != root) {
            return Err(Error::alarm("another root than the one pinned"));
        }
        let keys: OrgKeys =
            wire::statement(&file.orgkeys)?.verify(&root, &self.org_id).map_err(Error::alarm)?;
        if keys.opaque_pk != self.credentials.opaque_pk {
            return Err(Error::alarm("orgkeys name another key of the server"));
        }
        if !keys.roster_keys.contains(&self.roster_key()?.public()) {
            return Err(Error::alarm("orgkeys do not name this admin's roster key"));
        }
        self.tell(Method::PUT, "/api/staff/orgkeys", file).await?;
        let mut pinned = self.vault.keys.clone();
        pinned.root = Some(root);
        self.save_vault(pinned).await?;
        self.fetch_org().await
    }

    /// Makes an invite; its 26 characters are handed over outside the system.
    pub async fn invite(&mut self, roles: &[Role]) -> Result<String> {
        let invite = Invite::new(self.browser.random.secret()?);
        let mut keys = self.vault.keys.clone();
        keys.invites.push(invite.clone());
        // First the vault: an invite that nobody can check is worth nothing.
        self.save_vault(keys).await?;
        let iid_hash = protocol::Hash(invite.id_hash());
        let body = NewInvite { iid_hash, roles: roles.to_vec() };
        self.tell(Method::POST, "/api/staff/invites", &body).await?;
        Ok(invite.to_text())
    }

    /// Signs the next roster: whoever waits and answered one of this admin's invites, and the
    /// generations that a supervisor made. Gives its version.
    ///
    /// The first admin has no invite of their own in the vault: their own entry is checked by key.
    pub async fn sign_roster(&mut self) -> Result<u64> {
        self.fetch_org().await?;
        let issued = self.browser.clock.now_unsigned();
        let newcomers = self.newcomers(issued)?;
        let groups = self.groups_of_next(&newcomers)?;
        let known = self.organisation()?.roster().ok();
        let staff = known.map(|known| known.roster.staff.clone()).unwrap_or_default();
        self.put_roster(staff, &newcomers, groups, issued).await
    }

    /// Signs the next roster with other roles for somebody in it; without any they drop out. Gives
    /// its version.
    pub async fn change_roles(&mut self, who: crypto::Id, roles: &[Role]) -> Result<u64> {
        self.fetch_org().await?;
        let issued = self.browser.clock.now_unsigned();
        let known = self.organisation()?.roster()?;
        let mut entry = known
            .person(&who)
            .cloned()
            .ok_or_else(|| Error::NotPossible("nobody of the roster".to_owned()))?;
        let old = h(&entry.to_bytes().map_err(Error::alarm)?);
        let mut staff = known.roster.staff.clone();
        staff.retain(|hash| *hash != old);
        let groups = known.roster.groups.clone();
        entry.roles = roles.iter().copied().map(wire::role).collect();
        let changed = if roles.is_empty() { Vec::new() } else { vec![entry] };
        self.put_roster(staff, &changed, groups, issued).await
    }

    /// Signs and posts the next roster: those who stay, and new entries.
    async fn put_roster(
        &mut self,
        mut staff: Vec<crypto::Hash>,
        new: &[StaffEntry],
        groups: Vec<Group>,
        issued: u64,
    ) -> Result<u64> {
        let organisation = self.organisation()?;
        let (version, prev) = organisation.roster_head();
        let entries: Vec<Vec<u8>> = new
            .iter()
            .map(StaffEntry::to_bytes)
            .collect::<std::result::Result<_, _>>()
            .map_err(Error::alarm)?;
        staff.extend(entries.iter().map(|entry| h(entry)));
        let roster = Roster {
            org_id: self.org_id,
            version: version + 1,
            orgkeys_version: organisation.orgkeys()?.version,
            prev,
            issued,
            staff,
            groups,
        };
        let statement = Statement::sign(self.roster_key()?, &roster).map_err(Error::alarm)?;
        let body = RosterPut {
            roster: wire::to_wire(&statement),
            entries: entries.into_iter().map(Blob).collect(),
        };
        self.tell(Method::PUT, "/api/staff/roster", &body).await?;
        self.fetch_org().await?;
        Ok(version + 1)
    }

    /// The key that signs rosters.
    pub fn roster_key(&self) -> Result<&SigningKey> {
        let key = self.vault.keys.roster.as_ref();
        key.ok_or_else(|| Error::NotPossible("only an admin holds a roster key".to_owned()))
    }

    fn newcomers(&self, issued: u64) -> Result<Vec<StaffEntry>> {
        let known = self.organisation()?.roster().ok();
        let highest = known.and_then(|known| known.active().map(|entry| entry.alias).max());
        let first_alias = highest.map_or(1, |alias| alias + 1);
        let waiting = &self.seen()?.waiting;
        (first_alias..)
            .zip(waiting)
            .map(|(alias, enrolment)| {
                let (sig_pk, kem_pk) = self.check_enrolment(enrolment)?;
                let mut roles: Vec<_> = enrolment.roles.iter().copied().map(wire::role).collect();
                roles.sort_unstable();
                Ok(StaffEntry {
                    staff_id: enrolment.staff_id.0,
                    alias,
                    roles,
                    sig_pk,
                    kem_pk,
                    not_before: issued,
                    not_after: issued + YEAR_MS,
                })
            })
            .collect()
    }

    fn check_enrolment(&self, waiting: &protocol::Enrolment) -> Result<(PublicKey, PublicKey)> {
        let enrolment = Enrolment {
            record: waiting.q.0.clone(),
            sig: wire::fixed(&waiting.sig)?,
            mac: wire::fixed(&waiting.mac)?,
        };
        let invites = &self.vault.keys.invites;
        let invite = invites.iter().find(|invite| invite.id_hash() == waiting.iid_hash.0);
        let keys = match invite {
            Some(invite) => enrolment.check(invite, &self.org_id),
            None if waiting.staff_id.0 == self.staff_id => enrolment.check_public(&self.org_id),
            None => return Err(Error::alarm("somebody answered an invite that is not ours")),
        };
        let keys = keys.map_err(Error::alarm)?;
        let own =
            keys.sig_pk == self.signing_key().public() && keys.kem_pk == self.kem_key().public();
        if keys.staff_id != waiting.staff_id.0 || (invite.is_none() && !own) {
            return Err(Error::alarm("the keys are not those of the person who waits"));
        }
        Ok((keys.sig_pk, keys.kem_pk))
    }

    /// The groups of the next roster: of each the newest generation that a supervisor made for it.
    fn groups_of_next(&self, newcomers: &[StaffEntry]) -> Result<Vec<Group>> {
        let organisation = self.organisation()?;
        let known = organisation.roster().ok();
        let mut groups = known.map(|known| known.roster.groups.clone()).unwrap_or_default();
        for kind in [GroupKind::Team, GroupKind::Escalation] {
            let waiting = self.waiting_groups(kind)?;
            groups.extend(newest_group(&waiting, kind, organisation, newcomers)?);
        }
        Ok(groups)
    }
}

/// The newest that holds, of some given newest first; that none of them does is an alarm.
fn newest_group(
    waiting: &[&GroupView],
    kind: GroupKind,
    organisation: &Organisation,
    newcomers: &[StaffEntry],
) -> Result<Option<Group>> {
    let mut refused = None;
    for made in waiting {
        match check_group(made, kind, organisation, newcomers) {
            Ok(group) => return Ok(Some(group)),
            Err(why) => refused = refused.or(Some(why)),
        }
    }
    refused.map_or(Ok(None), Err)
}

/// A supervisor of the current roster or among the newcomers made it, and boxed it to everybody
/// of the current roster who needs it; escalation also to recovery.
fn check_group(
    made: &GroupView,
    kind: GroupKind,
    organisation: &Organisation,
    newcomers: &[StaffEntry],
) -> Result<Group> {
    let members: Vec<&StaffEntry> =
        organisation.roster().map(|known| known.active().collect()).unwrap_or_default();
    let signature = wire::fixed(&made.sig)?;
    let record = members
        .iter()
        .copied()
        .chain(newcomers)
        .filter(|entry| entry.is(crypto::roster::Role::Supervisor))
        .find_map(|entry| GroupRecord::verify(&made.record.0, &signature, &entry.sig_pk).ok())
        .ok_or_else(|| Error::alarm("a group key that no supervisor of ours made"))?;
    let (version, _) = organisation.roster_head();
    let stated = (record.org_id, record.kind, record.generation, record.roster_version);
    if stated != (organisation.id(), kind, made.generation, version) {
        return Err(Error::alarm("a group key that was made for another place"));
    }
    let mut readers: Vec<Id> = members
        .iter()
        .filter(|entry| kind.fits(&entry.roles))
        .map(|entry| kid_kem(&entry.kem_pk))
        .collect();
    if kind == GroupKind::Escalation {
        readers.push(kid_kem(&organisation.orgkeys()?.recovery_pk));
    }
    if readers.iter().all(|reader| made.holders.contains(&protocol::Kid(*reader))) {
        Ok(Group { kind, generation: made.generation, kem_pk: record.kem_pk })
    } else {
        Err(Error::alarm("a group key without a box for everybody"))
    }
}
