//! The live board: how many wait, and who could take them. Counts and levels, no case.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::Waiting;
use crate::staff::Status;
use crate::{Level, Role, Roles, StaffId, Timestamp};

/// A member of staff who may be given a session, or who holds one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDuty {
    /// Who.
    pub staff: StaffId,
    /// What they may do.
    pub roles: Roles,
    /// What they say about taking clients.
    pub status: Status,
    /// How many sessions they take at once.
    pub limit: u32,
    /// The sessions that they hold now, opening and active.
    pub holds: Vec<Holds>,
}

/// A session that somebody holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    /// How urgent.
    pub level: Level,
    /// The counselor is there; else the claim still runs.
    pub active: bool,
}

/// The sessions of one class that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Class {
    /// How many, also those whose client is away and keeps her place.
    pub people: u32,
    /// Since when the one waits who waits longest.
    pub since: Option<Timestamp>,
}

/// A counselor on the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counselor {
    /// What they say about taking clients.
    pub status: Status,
    /// Whether an unlocked desk of theirs is connected.
    pub here: bool,
    /// How many sessions they take at once.
    pub limit: u32,
    /// The level of each session that they hold, highest first.
    pub levels: Vec<Level>,
}

/// The board at one instant. The default is an empty one, of which nobody was told anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Board {
    waiting: BTreeMap<u8, Class>,
    active: Option<u32>,
    counselors: BTreeMap<StaffId, Counselor>,
}

/// What differs between two boards.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// The classes that differ, with their number ([`Level::class`]), most urgent first.
    pub waiting: Vec<(u8, Class)>,
    /// How many sessions are active, where that differs.
    pub active: Option<u32>,
    /// Who came or differs.
    pub counselors: Vec<(StaffId, Counselor)>,
    /// Who is not on the board any more.
    pub gone: Vec<StaffId>,
}

impl Board {
    /// Counts. Shown are counselors who are here, and whoever holds a session.
    pub fn of(queue: &[Waiting], staff: &[OnDuty], here: &BTreeSet<StaffId>) -> Self {
        let classes = [Level::DANGER, Level::URGENT, Level::NONE].map(Level::class);
        let mut waiting = BTreeMap::from(classes.map(|class| (class, Class::default())));
        for one in queue {
            let class = waiting.entry(one.level.class()).or_default();
            class.people = class.people.saturating_add(1);
            class.since = Some(class.since.map_or(one.since, |since| since.min(one.since)));
        }
        let active = staff.iter().flat_map(|one| &one.holds).filter(|held| held.active).count();
        let counselors = staff.iter().filter_map(|one| {
            let here = here.contains(&one.staff);
            let shown = !one.holds.is_empty() || (here && one.roles.has(Role::Counselor));
            shown.then(|| (one.staff, Counselor::of(one, here)))
        });
        Self {
            waiting,
            active: Some(u32::try_from(active).unwrap_or(u32::MAX)),
            counselors: counselors.collect(),
        }
    }

    /// What differs from an earlier board; all of it from the default one.
    pub fn since(&self, before: &Self) -> Change {
        let waiting = self.waiting.iter().rev();
        let counselors = self.counselors.iter();
        let gone = before.counselors.keys().filter(|staff| !self.counselors.contains_key(staff));
        Change {
            waiting: waiting
                .filter(|(class, now)| before.waiting.get(class) != Some(now))
                .map(|(class, now)| (*class, *now))
                .collect(),
            active: self.active.filter(|_| before.active != self.active),
            counselors: counselors
                .filter(|(staff, now)| before.counselors.get(staff) != Some(now))
                .map(|(staff, now)| (*staff, now.clone()))
                .collect(),
            gone: gone.copied().collect(),
        }
    }
}

impl Change {
    /// Whether nothing differs.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl Counselor {
    fn of(staff: &OnDuty, here: bool) -> Self {
        let mut levels: Vec<Level> = staff.holds.iter().map(|held| held.level).collect();
        levels.sort_unstable_by(|one, other| other.cmp(one));
        Self { status: staff.status, here, limit: staff.limit, levels }
    }
}
