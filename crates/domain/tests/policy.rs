//! Whose turn it is, for any queue and any counselor.

use std::collections::BTreeSet;

use domain::policy::{Candidate, LevelThenFirstCome, Policy, Waiting};
use domain::staff::Status;
use domain::{CaseId, Kid, Level, SessionId, StaffId, Timestamp};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_000_000);

fn waiting() -> impl Strategy<Value = Waiting> {
    (
        any::<[u8; 16]>(),
        0_u8..4,
        any::<bool>(),
        0_i64..1000,
        proptest::option::of(0_i64..1000),
        proptest::collection::btree_set(0_u8..3, 0..3),
    )
        .prop_map(|(id, level, head, since, away, keys)| Waiting {
            session: SessionId::new(id),
            case: CaseId::new(id),
            level: Level::try_from(level).unwrap_or_default(),
            head,
            since: Timestamp(since),
            away_since: away.map(Timestamp),
            needs: keys.into_iter().map(|n| Kid::new([n; 16])).collect(),
        })
}

fn queue() -> impl Strategy<Value = Vec<Waiting>> {
    proptest::collection::vec(waiting(), 0..40).prop_map(|mut queue| {
        queue.sort_by_key(|w| w.session);
        queue.dedup_by_key(|w| w.session);
        LevelThenFirstCome.order(&mut queue, NOW);
        queue
    })
}

fn candidate(holds: BTreeSet<Kid>) -> Candidate {
    Candidate { staff: StaffId::new([1; 16]), status: Status::Available, load: 0, limit: 2, holds }
}

fn all_keys() -> BTreeSet<Kid> {
    (0..3).map(|n| Kid::new([n; 16])).collect()
}

proptest! {
    #[test]
    fn level_then_who_is_there_then_head_then_first_come(queue in queue()) {
        for pair in queue.windows(2) {
            let [first, second] = pair else { continue };
            let rank = |w: &Waiting| {
                (std::cmp::Reverse(w.level.class()), w.away_since.is_some(), !w.head, w.since)
            };
            prop_assert!(rank(first) <= rank(second));
        }
        let next = LevelThenFirstCome.next(&queue, &candidate(all_keys()), NOW);
        prop_assert_eq!(next, queue.first().map(|w| w.session));
    }

    #[test]
    fn who_is_away_waits_for_those_of_her_level_and_stands_in_nobodys_way(queue in queue()) {
        let next = LevelThenFirstCome.next(&queue, &candidate(all_keys()), NOW);
        let next = queue.iter().find(|w| Some(w.session) == next);
        if let Some(away) = next.filter(|w| w.away_since.is_some()) {
            let same = |w: &&Waiting| w.level.class() == away.level.class();
            prop_assert!(queue.iter().filter(same).all(|w| w.away_since.is_some()));
        }
        // Whoever is there has the place that she had without those of her level who left.
        for own in queue.iter().filter(|w| w.away_since.is_none()) {
            let mut there = queue.clone();
            there.retain(|w| w.away_since.is_none() || w.level.class() > own.level.class());
            let place = |all: &[Waiting]| all.iter().position(|w| w.session == own.session);
            prop_assert_eq!(place(&queue), place(&there));
        }
    }

    #[test]
    fn who_is_back_has_her_place_again(mut queue in queue()) {
        let before: Vec<_> = queue.iter().map(|w| w.session).collect();
        for w in &mut queue {
            w.away_since = w.away_since.xor(Some(NOW));
        }
        LevelThenFirstCome.order(&mut queue, NOW);
        for w in &mut queue {
            w.away_since = w.away_since.xor(Some(NOW));
        }
        LevelThenFirstCome.order(&mut queue, NOW);
        prop_assert_eq!(queue.iter().map(|w| w.session).collect::<Vec<_>>(), before);
    }

    #[test]
    fn nobody_is_given_what_they_cannot_open(queue in queue(), keys in proptest::collection::btree_set(0_u8..3, 0..4)) {
        let holds: BTreeSet<Kid> = keys.into_iter().map(|n| Kid::new([n; 16])).collect();
        let next = LevelThenFirstCome.next(&queue, &candidate(holds.clone()), NOW);
        let opens = |w: &&Waiting| w.needs.is_subset(&holds);
        prop_assert_eq!(next, queue.iter().find(opens).map(|w| w.session));
    }

    #[test]
    fn only_who_is_available_and_below_the_limit(queue in queue(), load in 0_u32..5, limit in 0_u32..5) {
        for status in [Status::Available, Status::Busy, Status::Pause] {
            let who = Candidate { status, load, limit, ..candidate(all_keys()) };
            let may = status == Status::Available && load < limit && !queue.is_empty();
            prop_assert_eq!(LevelThenFirstCome.next(&queue, &who, NOW).is_some(), may);
        }
    }
}
