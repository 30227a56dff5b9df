//! The table of reasons: creator and readers of each, and what it changes in the lane.

use std::collections::BTreeSet;

use super::lane::Lane;
use super::readers::{Members, SoFar};
use super::record::{Body, LaneKind};
use super::{EpochError, Reason};
use crate::Id;
use crate::roster::{KnownRoster, Role, StaffEntry};

/// What a judged record does to its lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act {
    change: Change,
    /// Whether the creator was no reader so far, so that only an opening can have given the key.
    pub(super) needs_opening: bool,
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Nothing,
    NewCircle,
    Invited { target: Id, by: Id },
    TakenOver { target: Id },
    Joined { who: Id },
    Left { who: Id },
}

impl Act {
    pub(super) const fn comes(&self) -> Option<Id> {
        match self.change {
            Change::TakenOver { target: who } | Change::Joined { who } => Some(who),
            Change::Nothing | Change::NewCircle | Change::Invited { .. } | Change::Left { .. } => {
                None
            }
        }
    }

    pub(super) fn apply(&self, lane: &mut Lane) {
        match self.change {
            Change::Nothing => {}
            Change::NewCircle => {
                lane.joined.clear();
                lane.invited.clear();
            }
            Change::Invited { target, by } => {
                lane.invited.insert(target, by);
            }
            Change::TakenOver { target } => {
                lane.joined.remove(&target);
                lane.invited.clear();
            }
            Change::Joined { who } => {
                lane.joined.insert(who);
            }
            Change::Left { who } => {
                lane.joined.remove(&who);
                lane.invited.remove(&who);
            }
        }
    }
}

/// Judges creator and readers by the reason: rules R3, R4 and R7.
pub(super) fn judge(
    lane: &Lane,
    body: &Body,
    creator: Option<&StaffEntry>,
    now: &Members,
    so_far: &SoFar,
    named: &KnownRoster,
) -> Result<Act, EpochError> {
    let judge = Judge { lane, notes: body.lane == LaneKind::Notes, creator, now, so_far, named };
    match body.reason {
        Reason::Open => judge.open(),
        Reason::Claim => judge.claim(),
        Reason::Invite => judge.invite(),
        Reason::Transfer => judge.transfer(),
        Reason::Join => judge.join(),
        Reason::Reopen => judge.reopen(),
        Reason::Rekey => judge.rekey(),
        Reason::Leave => judge.leave(),
    }
}

struct Judge<'a> {
    lane: &'a Lane,
    notes: bool,
    creator: Option<&'a StaffEntry>,
    now: &'a Members,
    so_far: &'a SoFar,
    named: &'a KnownRoster,
}

impl Judge<'_> {
    fn staff_creator(&self) -> Result<Id, EpochError> {
        self.creator.map(|entry| entry.staff_id).ok_or(EpochError::R3Creator)
    }

    fn reads_so_far(&self) -> bool {
        self.creator.is_some_and(|entry| self.so_far.staff.contains(&entry.staff_id))
    }

    fn supervises(&self) -> bool {
        self.creator.is_some_and(|entry| entry.is(Role::Supervisor))
    }

    fn readers_are(&self, staff: &BTreeSet<Id>, team: bool) -> Result<(), EpochError> {
        let fits = self.now.staff == *staff && self.now.team == team;
        if fits { Ok(()) } else { Err(EpochError::R4Readers) }
    }

    fn act(change: Change) -> Act {
        Act { change, needs_opening: false }
    }

    fn open(&self) -> Result<Act, EpochError> {
        if self.notes {
            let me = self.staff_creator()?;
            self.readers_are(&BTreeSet::from([me]), true)?;
        } else {
            self.readers_are(&BTreeSet::new(), true)?;
        }
        Ok(Self::act(Change::NewCircle))
    }

    fn claim(&self) -> Result<Act, EpochError> {
        let me = self.staff_creator()?;
        self.readers_are(&BTreeSet::from([me]), self.notes)?;
        Ok(Self::act(Change::NewCircle))
    }

    fn invite(&self) -> Result<Act, EpochError> {
        let by = self.staff_creator()?;
        if !self.reads_so_far() {
            return Err(EpochError::R3Creator);
        }
        let new: Vec<Id> = self.now.staff.difference(&self.so_far.staff).copied().collect();
        match new.as_slice() {
            [target] if self.now.staff.is_superset(&self.so_far.staff) && !self.now.team => {
                Ok(Self::act(Change::Invited { target: *target, by }))
            }
            _ => Err(EpochError::R4Readers),
        }
    }

    fn transfer(&self) -> Result<Act, EpochError> {
        let me = self.staff_creator()?;
        let joined: BTreeSet<Id> = self.lane.still_joined(self.named).collect();
        if !self.now.staff.is_superset(&joined) || self.now.team != self.notes {
            return Err(EpochError::R4Readers);
        }
        let others: Vec<Id> = self.now.staff.difference(&joined).copied().collect();
        let target = match others.as_slice() {
            [target] => *target,
            // A joined supervisor takes over: the maker, or else the first of them.
            [] if joined.contains(&me) => me,
            [] => joined.first().copied().ok_or(EpochError::R4Readers)?,
            _ => return Err(EpochError::R4Readers),
        };
        let accepts = target == me && (self.notes || self.reads_so_far());
        if !accepts && !self.supervises() {
            return Err(EpochError::R3Creator);
        }
        Ok(Act { change: Change::TakenOver { target }, needs_opening: !accepts })
    }

    fn join(&self) -> Result<Act, EpochError> {
        let who = self.staff_creator()?;
        if !self.supervises() {
            return Err(EpochError::R3Creator);
        }
        let mut staff = self.so_far.staff.clone();
        staff.insert(who);
        self.readers_are(&staff, self.so_far.team)?;
        Ok(Act { change: Change::Joined { who }, needs_opening: true })
    }

    fn reopen(&self) -> Result<Act, EpochError> {
        let own = self.creator.is_none() || self.reads_so_far();
        if !own && !self.supervises() {
            return Err(EpochError::R3Creator);
        }
        self.readers_are(&BTreeSet::new(), true)?;
        Ok(Act { change: Change::NewCircle, needs_opening: !own })
    }

    fn rekey(&self) -> Result<Act, EpochError> {
        self.staff_creator()?;
        let own = self.reads_so_far();
        if !own && !self.supervises() {
            return Err(EpochError::R3Creator);
        }
        let alone = self.now.staff.is_empty() && self.now.team && !self.so_far.fallen.is_empty();
        let somebody = !self.now.staff.is_empty() || self.now.team;
        if !alone && !somebody {
            return Err(EpochError::R4Readers);
        }
        if !alone {
            self.readers_are(&self.so_far.staff, self.so_far.team)?;
        }
        let waits = alone && !self.notes;
        let change = if waits { Change::NewCircle } else { Change::Nothing };
        Ok(Act { change, needs_opening: !own })
    }

    fn leave(&self) -> Result<Act, EpochError> {
        let me = self.staff_creator()?;
        if !self.notes && self.now.staff.is_empty() {
            return Err(EpochError::R7NobodyLeft);
        }
        if !self.so_far.staff.is_superset(&self.now.staff) || self.now.team != self.so_far.team {
            return Err(EpochError::R4Readers);
        }
        let gone: Vec<Id> = self.so_far.staff.difference(&self.now.staff).copied().collect();
        if gone.len() <= 1 && !self.reads_so_far() {
            return Err(EpochError::R3Creator);
        }
        let invited_by_me = |who: &Id| self.lane.invited.get(who) == Some(&me);
        let who = match gone.as_slice() {
            [who] if *who == me || invited_by_me(who) => *who,
            [_] => return Err(EpochError::R3Creator),
            [] => {
                // Somebody who has fallen out of the roster already.
                if self.so_far.fallen.is_empty() {
                    return Err(EpochError::R4Readers);
                }
                let fallen = self.so_far.fallen.iter().find(|who| invited_by_me(who));
                *fallen.ok_or(EpochError::R3Creator)?
            }
            _ => return Err(EpochError::R4Readers),
        };
        Ok(Self::act(Change::Left { who }))
    }
}
