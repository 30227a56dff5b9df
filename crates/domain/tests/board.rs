//! The live board, for any queue and any staff: what it counts, and that its changes add up.

use std::collections::{BTreeMap, BTreeSet};

use domain::board::{Board, Change, Class, Counselor, Holds, OnDuty};
use domain::policy::Waiting;
use domain::staff::Status;
use domain::{CaseId, Level, Role, Roles, SessionId, StaffId, Timestamp};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

fn staff(n: u8) -> StaffId {
    StaffId::new([n; 16])
}

fn level() -> impl Strategy<Value = Level> {
    (0_u8..4).prop_map(|level| Level::try_from(level).unwrap_or_default())
}

fn queue() -> impl Strategy<Value = Vec<Waiting>> {
    let one = (any::<[u8; 16]>(), level(), 0_i64..1000).prop_map(|(id, level, since)| Waiting {
        session: SessionId::new(id),
        case: CaseId::new(id),
        level,
        head: false,
        since: Timestamp(since),
        away_since: None,
        needs: BTreeSet::new(),
    });
    vec(one, 0..20)
}

fn on_duty() -> impl Strategy<Value = Vec<OnDuty>> {
    let holds = (level(), any::<bool>()).prop_map(|(level, active)| Holds { level, active });
    let statuses = [Status::Available, Status::Busy, Status::Pause];
    let roles = [Role::Counselor, Role::Supervisor, Role::Admin];
    let one = (
        0_u8..6,
        proptest::sample::subsequence(roles.to_vec(), 1..=3),
        proptest::sample::select(statuses.to_vec()),
        vec(holds, 0..3),
    );
    let one = one.prop_map(|(n, roles, status, holds)| OnDuty {
        staff: staff(n),
        roles: roles.into_iter().collect::<Roles>(),
        status,
        limit: 2,
        holds,
    });
    vec(one, 0..6).prop_map(|mut all| {
        all.sort_by_key(|one| one.staff);
        all.dedup_by_key(|one| one.staff);
        all
    })
}

fn here() -> impl Strategy<Value = BTreeSet<StaffId>> {
    btree_set((0_u8..6).prop_map(staff), 0..6)
}

/// What a desk keeps of the changes that it was told.
#[derive(Debug, Default, PartialEq, Eq)]
struct Desk {
    waiting: BTreeMap<u8, Class>,
    active: Option<u32>,
    counselors: BTreeMap<StaffId, Counselor>,
}

impl Desk {
    fn hear(mut self, change: Change) -> Self {
        self.waiting.extend(change.waiting);
        self.active = change.active.or(self.active);
        self.counselors.extend(change.counselors);
        for gone in change.gone {
            assert!(self.counselors.remove(&gone).is_some(), "who goes was there");
        }
        self
    }
}

proptest! {
    #[test]
    fn who_waits_is_counted_by_class(queue in queue()) {
        let all = Board::of(&queue, &[], &BTreeSet::new()).since(&Board::default());
        let classes: Vec<u8> = all.waiting.iter().map(|(class, _)| *class).collect();
        prop_assert_eq!(classes, [3, 2, 0], "each class stands there, also an empty one");
        for (class, Class { people, since }) in all.waiting {
            let of: Vec<_> = queue.iter().filter(|w| w.level.class() == class).collect();
            prop_assert_eq!(usize::try_from(people).ok(), Some(of.len()));
            prop_assert_eq!(since, of.iter().map(|w| w.since).min());
        }
    }

    #[test]
    fn whoever_holds_a_session_is_shown_and_counselors_who_are_here(
        staff in on_duty(), here in here(),
    ) {
        let all = Board::of(&[], &staff, &here).since(&Board::default());
        let active = staff.iter().flat_map(|one| &one.holds).filter(|held| held.active).count();
        prop_assert_eq!(all.active.and_then(|n| usize::try_from(n).ok()), Some(active));
        for one in &staff {
            let shown = all.counselors.iter().find(|(who, _)| *who == one.staff);
            let is_here = here.contains(&one.staff);
            let is_due = !one.holds.is_empty() || is_here && one.roles.has(Role::Counselor);
            prop_assert_eq!(shown.is_some(), is_due);
            let Some((_, shown)) = shown else { continue };
            prop_assert_eq!((shown.here, shown.levels.len()), (is_here, one.holds.len()));
            prop_assert!(shown.levels.is_sorted_by(|one, next| one >= next));
        }
    }

    #[test]
    fn what_a_desk_was_told_bit_by_bit_is_the_board(
        days in vec((queue(), on_duty(), here()), 1..6),
    ) {
        let (mut desk, mut before) = (Desk::default(), Board::default());
        for (queue, staff, here) in days {
            let now = Board::of(&queue, &staff, &here);
            prop_assert!(now.since(&now).is_none());
            desk = desk.hear(now.since(&before));
            prop_assert_eq!(&desk, &Desk::default().hear(now.since(&Board::default())));
            before = now;
        }
    }
}
