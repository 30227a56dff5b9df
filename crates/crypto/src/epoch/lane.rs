use std::collections::{BTreeMap, BTreeSet};

use super::boxes::{BoxRow, EpochKey, Reader, reader_box};
use super::readers::{Members, SoFar, back_fits, members};
use super::record::{Body, CreatorKind, LaneKind, Record};
use super::table::{Act, judge};
use super::{EpochError, Reason};
use crate::case_id::CaseKeys;
use crate::kem::KemKey;
use crate::roster::{KnownRoster, Role, Rosters, StaffEntry};
use crate::{Hash, Id};

/// One lane of a case, as its verified records have made it.
#[derive(Debug, Clone)]
pub struct Lane {
    case: CaseKeys,
    kind: LaneKind,
    last: Option<(Body, Hash)>,
    pub(super) joined: BTreeSet<Id>,
    /// Who was invited, and by whom.
    pub(super) invited: BTreeMap<Id, Id>,
}

/// What only the server knows when a new record is posted.
#[derive(Debug, Clone, Copy)]
pub struct Posting<'a> {
    /// The version of the current roster.
    pub current: u64,
    /// Whether the version before it is still taken (for ten minutes, if nobody was dropped).
    pub previous_too: bool,
    /// For lane 2: lane 1 as it is after its own record of this request.
    pub lane_1: Option<&'a Lane>,
    /// Whether an audited opening by the creator covers this record.
    pub opened: bool,
    /// The person assigned now.
    pub assigned: Option<Id>,
}

/// A record that passed every public check, ready to be appended or opened.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// What it states.
    pub body: Body,
    /// `H(body)`.
    pub hash: Hash,
    /// The person who made it; nobody if the client did.
    pub creator: Option<Id>,
    /// Its readers with their public keys.
    pub readers: Vec<Reader>,
    boxes: Vec<BoxRow>,
    act: Act,
}

/// What a reader gets out of a record.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The key of this epoch.
    pub key: EpochKey,
    /// The key of the epoch before, if the back link is there.
    pub before: Option<EpochKey>,
}

impl Lane {
    /// A lane without records.
    pub fn new(case: CaseKeys, kind: LaneKind) -> Self {
        Self { case, kind, last: None, joined: BTreeSet::new(), invited: BTreeMap::new() }
    }

    /// Walks a whole chain from epoch 0, checking all that is public.
    pub fn walk(
        case: CaseKeys,
        kind: LaneKind,
        records: &[Record],
        rosters: &Rosters,
    ) -> Result<Self, EpochError> {
        let mut lane = Self::new(case, kind);
        for record in records {
            let accepted = lane.check_public(record, rosters, None)?;
            lane.append(&accepted);
        }
        Ok(lane)
    }

    /// The newest record.
    pub fn last(&self) -> Option<&Body> {
        self.last.as_ref().map(|(body, _)| body)
    }

    /// `H` of the newest body, zeros if there is none: the next record's `prev`.
    pub fn last_hash(&self) -> Hash {
        self.last.as_ref().map_or([0; 32], |(_, hash)| *hash)
    }

    /// The epoch that the next record must have.
    pub fn next_epoch(&self) -> u32 {
        self.last().map_or(0, |last| last.epoch.saturating_add(1))
    }

    /// The case.
    pub fn case(&self) -> &CaseKeys {
        &self.case
    }

    /// Supervisors who have joined and neither left nor taken over.
    pub fn joined(&self) -> &BTreeSet<Id> {
        &self.joined
    }

    /// Those of them whom the named roster still has as supervisors.
    pub(super) fn still_joined(&self, named: &KnownRoster) -> impl Iterator<Item = Id> {
        let supervises = |id: &Id| named.person(id).is_some_and(|entry| entry.is(Role::Supervisor));
        self.joined.iter().copied().filter(supervises)
    }

    /// Checks a record as everybody can; `posting` adds what only the server knows of a new one.
    /// All boxes must be there when it is posted; for a reader one is enough.
    pub fn check_public(
        &self,
        record: &Record,
        rosters: &Rosters,
        posting: Option<&Posting<'_>>,
    ) -> Result<Accepted, EpochError> {
        let body = Body::parse(&record.body)?;
        let named = self.check_place(&body, rosters)?;
        let creator = self.check_creator(&body, record, named)?;
        let (now, readers) = members(&body, &self.case, named)?;
        let act = self.check_reason(&body, creator, &now, rosters, named)?;
        if let Some(posting) = posting {
            posting.check(&body, creator, &act, rosters)?;
            check_all_boxes(&body, &record.boxes)?;
        }
        let (hash, boxes) = (record.hash(), record.boxes.clone());
        let creator = creator.map(|entry| entry.staff_id);
        Ok(Accepted { body, hash, creator, readers, boxes, act })
    }

    fn check_place<'a>(
        &self,
        body: &Body,
        rosters: &'a Rosters,
    ) -> Result<&'a KnownRoster, EpochError> {
        if (body.org_id, body.case_id, body.lane)
            != (self.case.org_id, self.case.case_id, self.kind)
        {
            return Err(EpochError::A13Place);
        }
        if self.last().is_some_and(|last| last.epoch == u32::MAX) || body.epoch != self.next_epoch()
        {
            return Err(EpochError::A5Epoch);
        }
        if body.prev != self.last_hash() {
            return Err(EpochError::A6Prev);
        }
        if self.last().is_some_and(|last| body.roster_version < last.roster_version) {
            return Err(EpochError::A12Roster);
        }
        rosters.get(body.roster_version).ok_or(EpochError::A12Roster)
    }

    fn check_creator<'a>(
        &self,
        body: &Body,
        record: &Record,
        named: &'a KnownRoster,
    ) -> Result<Option<&'a StaffEntry>, EpochError> {
        match body.creator_kind {
            CreatorKind::Client => {
                if body.creator != self.case.csig_kid() || !self.case.id_matches() {
                    return Err(EpochError::A2Client);
                }
                record.verify(&self.case.csig_pk)?;
                Ok(None)
            }
            CreatorKind::Staff => {
                if body.epoch == 0 && body.lane == LaneKind::Chat {
                    return Err(EpochError::A3FirstIsClient);
                }
                let entry = named
                    .by_sig_kid(&body.creator)
                    .filter(|entry| entry.reads_cases())
                    .ok_or(EpochError::A4Creator)?;
                record.verify(&entry.sig_pk)?;
                Ok(Some(entry))
            }
        }
    }

    fn check_reason(
        &self,
        body: &Body,
        creator: Option<&StaffEntry>,
        now: &Members,
        rosters: &Rosters,
        named: &KnownRoster,
    ) -> Result<Act, EpochError> {
        if self.kind == LaneKind::Notes && matches!(body.reason, Reason::Invite | Reason::Reopen) {
            return Err(EpochError::R1Lane);
        }
        if (body.reason == Reason::Open) != (body.epoch == 0) {
            return Err(EpochError::R2Opening);
        }
        let so_far = SoFar::of(self.last(), rosters, named)?;
        if self.kind == LaneKind::Chat
            && ((body.reason == Reason::Claim && !so_far.team)
                || (body.reason.needs_claimed() && so_far.team))
        {
            return Err(EpochError::R5Claimed);
        }
        let act = judge(self, body, creator, now, &so_far, named)?;
        if back_fits(body) { Ok(act) } else { Err(EpochError::R6Back) }
    }

    /// Takes an accepted record into the chain.
    pub fn append(&mut self, accepted: &Accepted) {
        accepted.act.apply(self);
        self.last = Some((accepted.body.clone(), accepted.hash));
    }

    /// The readers that a reason gives a new record; `creator` is nobody for the client, `other`
    /// the person invited, transferred to or leaving. Fails as the record itself would.
    pub fn readers_for(
        &self,
        reason: Reason,
        creator: Option<Id>,
        other: Option<Id>,
        rosters: &Rosters,
        named: &KnownRoster,
    ) -> Result<Vec<Reader>, EpochError> {
        let so_far = SoFar::of(self.last(), rosters, named)?;
        let notes = self.kind == LaneKind::Notes;
        let staff = match reason {
            Reason::Open if notes => creator.into_iter().collect(),
            Reason::Claim => creator.into_iter().collect(),
            Reason::Invite => so_far.staff.iter().copied().chain(other).collect(),
            Reason::Transfer => self.still_joined(named).chain(other).collect(),
            Reason::Join => so_far.staff.iter().copied().chain(creator).collect(),
            Reason::Leave => so_far.staff.iter().copied().filter(|id| Some(*id) != other).collect(),
            Reason::Rekey => so_far.staff.clone(),
            Reason::Open | Reason::Reopen => BTreeSet::new(),
        };
        let alone = staff.is_empty() && reason == Reason::Rekey && !so_far.fallen.is_empty();
        let team = match reason {
            Reason::Open | Reason::Reopen => true,
            Reason::Rekey => so_far.team || alone,
            _ => notes,
        };
        Members { staff, team }.readers(self.kind, &self.case, named)
    }
}

impl Posting<'_> {
    fn check(
        &self,
        body: &Body,
        creator: Option<&StaffEntry>,
        act: &Act,
        rosters: &Rosters,
    ) -> Result<(), EpochError> {
        let before = self.current.checked_sub(1).filter(|_| self.previous_too);
        if body.roster_version != self.current && Some(body.roster_version) != before {
            return Err(EpochError::A16StaleRoster);
        }
        let current = rosters.get(self.current).ok_or(EpochError::A16StaleRoster)?;
        let active = |id: &Id| current.person(id).is_some_and(StaffEntry::reads_cases);
        if creator.is_some_and(|entry| !active(&entry.staff_id)) {
            return Err(EpochError::A17CreatorNow);
        }
        self.check_pair(body)?;
        let supervises = creator.is_some_and(|entry| entry.is(Role::Supervisor));
        // In lane 2 a transfer's target need not have read before; lane 1's record was judged.
        let judged_in_lane_1 = body.lane == LaneKind::Notes && body.reason != Reason::Rekey;
        if act.needs_opening && supervises && !judged_in_lane_1 && !self.opened {
            return Err(EpochError::R9Opening);
        }
        if body.reason == Reason::Join && !self.assigned.is_some_and(|id| active(&id)) {
            return Err(EpochError::R10Assigned);
        }
        Ok(())
    }

    fn check_pair(&self, body: &Body) -> Result<(), EpochError> {
        if body.lane == LaneKind::Chat || body.reason == Reason::Rekey {
            return Ok(());
        }
        let lane_1 = self.lane_1.and_then(Lane::last).ok_or(EpochError::R8Pair)?;
        let reason = if body.reason == Reason::Open { Reason::Claim } else { body.reason };
        if lane_1.creator == body.creator && lane_1.reason == reason {
            Ok(())
        } else {
            Err(EpochError::R8Pair)
        }
    }
}

/// One box a reader, each with the hash that the record names.
fn check_all_boxes(body: &Body, boxes: &[BoxRow]) -> Result<(), EpochError> {
    if boxes.len() != body.readers.len() {
        return Err(EpochError::B2Reader);
    }
    for named in &body.readers {
        let row = boxes.iter().find(|row| (row.kind, row.kid) == (named.kind, named.kid));
        row.ok_or(EpochError::B2Reader)?.check(named)?;
    }
    Ok(())
}

impl Accepted {
    /// Who joins by it, or is the counselor from then on; nobody for the other reasons.
    pub const fn comes(&self) -> Option<Id> {
        self.act.comes()
    }

    /// Opens the record with one's own key: own box, commitment, every box re-made, back link.
    ///
    /// `held` is the key of the epoch before, if one has it: the back link must then give the same.
    pub fn open(&self, own: &KemKey, held: Option<&EpochKey>) -> Result<Opened, EpochError> {
        let kid = own.kid();
        let named = self.body.readers.iter().find(|reader| reader.kid == kid);
        let named = named.ok_or(EpochError::B2Reader)?;
        let row = self.boxes.iter().find(|row| row.kid == kid).ok_or(EpochError::B2Reader)?;
        row.check(named)?;
        let key = EpochKey::unbox(&self.body, row, own)?;
        self.open_with(key, held)
    }

    /// The same for somebody who has the key already, from a later epoch's back link.
    pub fn open_with(&self, key: EpochKey, held: Option<&EpochKey>) -> Result<Opened, EpochError> {
        if key.commitment() != self.body.kc {
            return Err(EpochError::B5Commitment);
        }
        for reader in &self.readers {
            let made = reader_box(&key, reader)?;
            let named = self.body.readers.iter().find(|n| (n.kind, n.kid) == (made.kind, made.kid));
            if named.is_none_or(|named| named.box_hash != made.hash()) {
                return Err(EpochError::B6Remade);
            }
        }
        let before = key.open_back(&self.body)?;
        if let (Some(before), Some(held)) = (&before, held)
            && before.secret().expose() != held.secret().expose()
        {
            return Err(EpochError::A7Back);
        }
        Ok(Opened { key, before })
    }
}
