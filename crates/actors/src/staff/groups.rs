//! Group keys: a supervisor makes them, every holder boxes them for whoever lacks one.

use crypto::group::{GroupHalf, GroupRecord};
use crypto::kem::KemKey;
use crypto::roster::GroupKind;
use crypto::sign::kid_kem;
use crypto::{Id, PublicKey};
use protocol::{Blob, GroupBox, Kid, NewGroup};
use reqwest::Method;

use super::StaffMember;
use crate::{Error, Result, wire};

impl StaffMember {
    /// Makes the next generation of both groups, boxed to everybody of the roster and to oneself.
    pub async fn make_groups(&mut self) -> Result<()> {
        for kind in [GroupKind::Team, GroupKind::Escalation] {
            let body = self.new_group(kind)?;
            self.tell(Method::POST, "/api/staff/groups", &body).await?;
        }
        self.fetch_org().await
    }

    fn new_group(&self, kind: GroupKind) -> Result<NewGroup> {
        let organisation = self.organisation()?;
        let (roster_version, _) = organisation.roster_head();
        let newest = organisation.roster().ok().and_then(|known| known.roster.newest(kind));
        let generation = newest.map_or(1, |group| group.generation + 1);
        let half = KemKey::new(self.browser.random.secret()?);
        let record = GroupRecord {
            org_id: self.org_id,
            kind,
            generation,
            kem_pk: half.public(),
            roster_version,
        };
        let mut readers = vec![self.kem_key().public()];
        if let Ok(known) = organisation.roster() {
            let members = known.active().filter(|entry| kind.fits(&entry.roles));
            readers.extend(members.map(|entry| entry.kem_pk));
        }
        if kind == GroupKind::Escalation {
            readers.push(organisation.orgkeys()?.recovery_pk);
        }
        readers.sort_unstable();
        readers.dedup();
        let boxes = readers.iter().map(|reader| self.group_box(kind, generation, &half, reader));
        Ok(NewGroup {
            record: Blob(record.to_bytes()),
            sig: Blob(record.sign(self.signing_key()).to_vec()),
            boxes: boxes.collect::<Result<_>>()?,
        })
    }

    /// Boxes each half that this person holds for the members who lack it.
    pub async fn box_missing(&mut self) -> Result<()> {
        let mut boxes = Vec::new();
        for missing in &self.seen()?.missing {
            let kind = wire::kind(missing.kind);
            let Some(half) = self.half(kind, missing.generation) else { continue };
            // Only the signed roster says whose key it is, and that the role fits.
            let Some(person) = self.organisation()?.roster()?.person(&missing.staff_id.0) else {
                continue;
            };
            if kind.fits(&person.roles) {
                boxes.push(self.group_box(kind, missing.generation, half, &person.kem_pk)?);
            }
        }
        if boxes.is_empty() {
            return Ok(());
        }
        self.tell(Method::POST, "/api/staff/group-boxes", &boxes).await?;
        self.fetch_org().await
    }

    fn group_box(
        &self,
        kind: GroupKind,
        generation: u32,
        half: &KemKey,
        reader: &PublicKey,
    ) -> Result<GroupBox> {
        let place = self.group_half(kind, generation);
        let sealed = place.seal(half, reader, &self.browser.random.secret()?);
        let sealed = sealed.map_err(Error::alarm)?;
        Ok(GroupBox {
            kind: wire::kind_to_wire(kind),
            generation,
            rkid: Kid(kid_kem(reader)),
            enc: Blob(sealed.enc.to_vec()),
            ct: Blob(sealed.ct),
        })
    }

    /// Opens the own boxes of the generations that the signed roster names; a half that is not
    /// the roster's is an alarm.
    pub(super) fn open_halves(&mut self) -> Result<()> {
        let Some(known) = self.organisation.as_ref().and_then(|org| org.roster().ok()) else {
            return Ok(());
        };
        let mut opened = Vec::new();
        for view in &self.seen()?.groups {
            let (kind, generation) = (wire::kind(view.kind), view.generation);
            let Some(own) = &view.own else { continue };
            let in_roster = known
                .roster
                .groups
                .iter()
                .find(|group| group.kind == kind && group.generation == generation);
            let Some(group) = in_roster else { continue };
            if self.halves.contains_key(&(kind, generation)) {
                continue;
            }
            let half = self
                .group_half(kind, generation)
                .open(self.kem_key(), &group.kem_pk, &wire::sealed(own)?)
                .map_err(Error::alarm)?;
            opened.push(((kind, generation), half));
        }
        self.halves.extend(opened);
        Ok(())
    }

    fn group_half(&self, kind: GroupKind, generation: u32) -> GroupHalf {
        let org_id: Id = self.org_id;
        GroupHalf { org_id, kind, generation }
    }
}
