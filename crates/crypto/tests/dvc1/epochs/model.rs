//! The table of reasons as the page says it, by sets of names, apart from the code that judges.

use std::collections::{BTreeMap, BTreeSet};

use crypto::epoch::Reason::{self, Claim, Invite, Join, Leave, Open, Rekey, Reopen, Transfer};

pub(super) type Name = &'static str;
pub(super) type Names = BTreeSet<Name>;

/// Who reads cases in roster 1; in roster 2 Budi and Tuti are gone.
const READING: [Name; 5] = ["anna", "budi", "citra", "sari", "tuti"];

/// What a lane is, after some records.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) notes: bool,
    pub(super) begun: bool,
    /// The newest roster that a record named.
    pub(super) version: u64,
    pub(super) staff: Names,
    pub(super) team: bool,
    joined: Names,
    invited: BTreeMap<Name, Name>,
}

/// A record that may follow.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub(super) reason: Reason,
    pub(super) creator: Name,
    /// The person invited, transferred to or leaving.
    pub(super) other: Option<Name>,
    pub(super) staff: Names,
    pub(super) team: bool,
    pub(super) after: State,
}

pub(super) fn active(version: u64) -> Names {
    let gone = |name: &Name| version > 1 && ["budi", "tuti"].contains(name);
    READING.into_iter().filter(|name| !gone(name)).collect()
}

fn supervisors(version: u64) -> Names {
    active(version).into_iter().filter(|name| ["sari", "tuti"].contains(name)).collect()
}

/// Whether the back link may be left out after the first record.
pub(super) fn back_optional(notes: bool, reason: Reason) -> bool {
    if notes { matches!(reason, Claim | Transfer | Join | Rekey) } else { reason == Invite }
}

/// Collects the moves of one state under one roster.
struct Moves<'a> {
    state: &'a State,
    version: u64,
    so_far: Names,
    fallen: Names,
    list: Vec<Move>,
}

impl State {
    pub(super) fn new(notes: bool) -> Self {
        Self { notes, version: 1, ..Self::default() }
    }

    /// The joined supervisors whom a roster still has.
    pub(super) fn joined_in(&self, version: u64) -> Names {
        self.joined.intersection(&active(version)).copied().collect()
    }

    /// Every record that may follow under a roster.
    pub(super) fn moves(&self, version: u64) -> Vec<Move> {
        let active = active(version);
        let mut moves = Moves {
            state: self,
            version,
            so_far: self.staff.intersection(&active).copied().collect(),
            fallen: self.staff.difference(&active).copied().collect(),
            list: Vec::new(),
        };
        if self.begun {
            moves.follow();
        } else {
            moves.open();
        }
        moves.list
    }
}

impl Moves<'_> {
    fn add(
        &mut self,
        (reason, creator, other): (Reason, Name, Option<Name>),
        staff: Names,
        team: bool,
        change: impl FnOnce(&mut State),
    ) {
        let mut after = self.state.clone();
        (after.begun, after.version) = (true, self.version);
        (after.staff, after.team) = (staff.clone(), team);
        change(&mut after);
        self.list.push(Move { reason, creator, other, staff, team, after });
    }

    fn open(&mut self) {
        if !self.state.notes {
            return self.add((Open, "client", None), Names::new(), true, |_| {});
        }
        for who in active(self.version) {
            self.add((Open, who, None), Names::from([who]), true, |_| {});
        }
    }

    fn follow(&mut self) {
        let (notes, waits) = (self.state.notes, !self.state.notes && self.state.team);
        if notes || waits {
            self.claim();
        }
        if !notes {
            self.reopen();
        }
        if !notes && !waits {
            self.invite();
        }
        if !waits {
            self.transfer();
            self.join();
            self.leave();
        }
        self.rekey();
    }

    fn claim(&mut self) {
        for who in active(self.version) {
            self.add((Claim, who, None), Names::from([who]), self.state.notes, new_circle);
        }
    }

    fn reopen(&mut self) {
        let givers = self.so_far.union(&supervisors(self.version)).copied().collect::<Names>();
        for who in givers.into_iter().chain(["client"]) {
            self.add((Reopen, who, None), Names::new(), true, new_circle);
        }
    }

    fn invite(&mut self) {
        for by in self.so_far.clone() {
            for target in active(self.version).difference(&self.so_far.clone()).copied() {
                let staff = with(&self.so_far, target);
                self.add((Invite, by, Some(target)), staff, false, |after| {
                    after.invited.insert(target, by);
                });
            }
        }
    }

    fn transfer(&mut self) {
        let active = active(self.version);
        let joined = self.state.joined_in(self.version);
        for target in active {
            let accepts = self.state.notes || self.so_far.contains(target);
            let mut makers = supervisors(self.version);
            makers.extend(accepts.then_some(target));
            // Who of two joined takes over cannot be read from the record unless one of them says so.
            makers.retain(|maker| *maker == target || !joined.contains(target));
            for maker in makers {
                let staff = with(&joined, target);
                self.add((Transfer, maker, Some(target)), staff, self.state.notes, |after| {
                    after.joined.remove(target);
                    after.invited.clear();
                });
            }
        }
    }

    fn join(&mut self) {
        for who in supervisors(self.version) {
            let staff = with(&self.so_far, who);
            self.add((Join, who, None), staff, self.state.team, |after| {
                after.joined.insert(who);
            });
        }
    }

    fn leave(&mut self) {
        for by in self.so_far.clone() {
            for who in self.so_far.union(&self.fallen).copied().collect::<Names>() {
                let invited = self.state.invited.get(who) == Some(&by);
                let staff: Names = self.so_far.iter().copied().filter(|n| *n != who).collect();
                if (who == by || invited) && (self.state.notes || !staff.is_empty()) {
                    self.add((Leave, by, Some(who)), staff, self.state.team, |after| {
                        after.joined.remove(who);
                        after.invited.remove(who);
                    });
                }
            }
        }
    }

    fn rekey(&mut self) {
        let (so_far, team, notes) = (self.so_far.clone(), self.state.team, self.state.notes);
        for who in so_far.union(&supervisors(self.version)).copied().collect::<Names>() {
            if !so_far.is_empty() || team {
                self.add((Rekey, who, None), so_far.clone(), team, |_| {});
            }
            if !self.fallen.is_empty() {
                self.add((Rekey, who, None), Names::new(), true, |after| {
                    if !notes {
                        new_circle(after);
                    }
                });
            }
        }
    }
}

fn new_circle(after: &mut State) {
    after.joined.clear();
    after.invited.clear();
}

fn with(names: &Names, more: Name) -> Names {
    names.iter().copied().chain([more]).collect()
}
