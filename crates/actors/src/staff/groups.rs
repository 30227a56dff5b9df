//! Group keys: a supervisor makes them, every holder boxes them for whoever lacks one.

use std::cmp::Reverse;

use crypto::group::{GroupHalf, GroupRecord};
use crypto::kem::KemKey;
use crypto::roster::GroupKind;
use crypto::sign::kid_kem;
use crypto::{Id, PublicKey};
use protocol::{Blob, GroupBox, GroupView, Kid, NewGroup};
use reqwest::Method;

use super::StaffMember;
use crate::{Error, Result, wire};

const BOTH: [GroupKind; 2] = [GroupKind::Team, GroupKind::Escalation];

impl StaffMember {
    /// Makes the next generation of both groups, boxed to everybody of the roster and to oneself.
    pub async fn make_groups(&mut self) -> Result<()> {
        for kind in BOTH {
            self.make_group(kind).await?;
        }
        self.fetch_org().await
    }

    /// Makes the groups that the roster lacks, unless one waits whose half this person can open.
    pub(super) async fn make_lacking_groups(&mut self) -> Result<()> {
        let Ok(known) = self.organisation()?.roster() else { return Ok(()) };
        let mut lacking = Vec::new();
        for kind in BOTH {
            let waits = self.waiting_groups(kind)?.iter().any(|made| made.own.is_some());
            if known.roster.newest(kind).is_none() && !waits {
                lacking.push(kind);
            }
        }
        if lacking.is_empty() {
            return Ok(());
        }
        for kind in lacking {
            self.make_group(kind).await?;
        }
        self.fetch_org().await
    }

    /// What was made for the next roster, newest first; nothing of it is proven. What was made for
    /// an earlier one was left alone then: whoever has gone since may hold its half.
    pub(super) fn waiting_groups(&self, kind: GroupKind) -> Result<Vec<&GroupView>> {
        let organisation = self.organisation()?;
        let newest = organisation.roster().ok().and_then(|known| known.roster.newest(kind));
        let named = newest.map_or(0, |group| group.generation);
        let (current, _) = organisation.roster_head();
        let mut waiting = Vec::new();
        for made in &self.seen()?.groups {
            let record = GroupRecord::parse(&made.record.0).map_err(Error::alarm)?;
            let fits = record.kind == kind && record.roster_version == current;
            if fits && made.generation > named {
                waiting.push(made);
            }
        }
        waiting.sort_unstable_by_key(|made| Reverse(made.generation));
        Ok(waiting)
    }

    async fn make_group(&self, kind: GroupKind) -> Result<()> {
        let body = self.new_group(kind)?;
        self.tell(Method::POST, "/api/staff/groups", &body).await
    }

    /// One after the highest that was ever posted, also where no roster came to name that one.
    fn next_generation(&self, kind: GroupKind) -> Result<u32> {
        let made = self.seen()?.groups.iter();
        let highest = made.filter(|view| wire::kind(view.kind) == kind).map(|view| view.generation);
        Ok(highest.max().unwrap_or(0) + 1)
    }

    fn new_group(&self, kind: GroupKind) -> Result<NewGroup> {
        let organisation = self.organisation()?;
        let (roster_version, _) = organisation.roster_head();
        let generation = self.next_generation(kind)?;
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
