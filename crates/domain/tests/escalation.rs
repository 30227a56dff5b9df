//! Any sequence of raises and answers keeps an escalation's promises, and paging its own.

use std::time::Duration;

use domain::audit::Detail;
use domain::escalation::{Escalation, LowerReason, Outcome, Queued, Refused, Source, State, order};
use domain::opening::OpeningReason;
use domain::paging::{Minute, Overdue, Page, Supervisor, due_pages};
use domain::{CaseId, Deadlines, EscId, Level, Pressed, StaffId, Timestamp};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Deed {
    Raise(Source, u8),
    Acknowledge(u8),
    Own(u8, Option<u8>),
    Lower(u8, u8),
    Resolve(u8),
    Reopen,
    Vacate(u8),
    Wait(u16),
}

fn deed() -> impl Strategy<Value = Deed> {
    let who = 0_u8..3;
    let source = prop_oneof![
        Just(Source::ClientButton),
        Just(Source::ClientIntake),
        Just(Source::Counselor)
    ];
    prop_oneof![
        (source, 0_u8..4).prop_map(|(source, level)| Deed::Raise(source, level)),
        who.clone().prop_map(Deed::Acknowledge),
        (who.clone(), proptest::option::of(0_u8..3)).prop_map(|(by, from)| Deed::Own(by, from)),
        (who.clone(), 0_u8..4).prop_map(|(by, to)| Deed::Lower(by, to)),
        who.clone().prop_map(Deed::Resolve),
        who.prop_map(Deed::Vacate),
        Just(Deed::Reopen),
        (0_u16..2000).prop_map(Deed::Wait),
    ]
}

fn staff(n: u8) -> StaffId {
    StaffId::new([n; 16])
}

fn level(n: u8) -> Level {
    Level::try_from(n).unwrap_or_default()
}

const CASE: CaseId = CaseId::new([2; 16]);

/// What one case has gone through, as storage would keep it.
#[derive(Default)]
struct History(Vec<Escalation>);

impl History {
    fn open(&self) -> Option<usize> {
        self.0.iter().position(Escalation::is_open)
    }

    /// Gives the place of what the deed was done to, unless it was refused.
    fn apply(&mut self, deed: &Deed, now: Timestamp) -> Option<usize> {
        let deadlines = Deadlines::default();
        let at = match deed {
            Deed::Raise(..) | Deed::Reopen => self.open().or(self.0.len().checked_sub(1)),
            _ => self.0.len().checked_sub(1),
        };
        let found = at.and_then(|at| self.0.get(at).cloned());
        let after = match (deed, found) {
            (Deed::Raise(source, n), Some(open)) if open.is_open() => {
                open.join((*source, level(*n)), now, &deadlines).ok()?
            }
            (Deed::Raise(source, n), _) => {
                let id = EscId::new([u8::try_from(self.0.len()).ok()?; 16]);
                let raise = (*source, level(*n));
                self.0.push(Escalation::raise(id, CASE, raise, now, &deadlines).ok()?);
                return Some(self.0.len() - 1);
            }
            (_, None) | (Deed::Wait(_), _) => return None,
            (Deed::Acknowledge(by), Some(found)) => found.acknowledge(staff(*by), now).ok()?,
            (Deed::Own(by, from), Some(found)) => {
                found.own(staff(*by), from.map(staff), now).ok()?
            }
            (Deed::Lower(by, to), Some(found)) => found.lower(staff(*by), level(*to), now).ok()?,
            (Deed::Resolve(by), Some(found)) => {
                found.resolve(staff(*by), Outcome::SafeNow, None, now).ok()?
            }
            (Deed::Reopen, Some(found)) => found.reopen(now, &deadlines).ok()?,
            (Deed::Vacate(gone), Some(found)) => {
                found.vacate(staff(*gone), now, &deadlines).ok()?
            }
        };
        *self.0.get_mut(at?)? = after;
        at
    }
}

proptest! {
    #[test]
    fn promises(deeds in proptest::collection::vec(deed(), 1..60)) {
        let mut now = Timestamp(0);
        let mut history = History::default();
        for deed in &deeds {
            if let Deed::Wait(seconds) = deed {
                now = now.plus(Duration::from_secs((*seconds).into()));
            }
            let before = history.0.clone();
            let Some(at) = history.apply(deed, now) else {
                prop_assert_eq!(&before, &history.0, "what is refused changes nothing");
                continue;
            };
            prop_assert!(history.0.iter().filter(|e| e.is_open()).count() <= 1);
            let after = &history.0[at];
            prop_assert!(after.level.escalates());
            let raised = matches!(after.state, State::Raised { .. });
            prop_assert_eq!(after.due().is_some(), raised, "due while it is not acknowledged");
            let Some(before) = before.get(at) else { continue };
            prop_assert!(after.by_staff >= before.by_staff);
            if !matches!(deed, Deed::Lower(..)) {
                prop_assert!(after.level >= before.level, "a level falls by lowering alone");
            }
            if !before.is_open() && !matches!(deed, Deed::Reopen) {
                prop_assert_eq!(after, before, "resolved changes by reopening alone");
            }
            if let (Some(then), Some(due)) = (before.due(), after.due()) {
                prop_assert!(due <= then, "what waits never gets longer");
            }
            if before.is_open() && after.level > before.level {
                prop_assert!(raised, "a higher level is acknowledged anew");
                prop_assert_eq!(after.owner(), before.owner(), "its owner stays");
            }
            if before.due().is_none() && raised {
                let rises = matches!(deed, Deed::Raise(..)) && after.level > before.level;
                let gone = matches!(deed, Deed::Vacate(by) if before.answerer() == Some(staff(*by)));
                prop_assert!(rises || gone || matches!(deed, Deed::Reopen));
            }
        }
    }

    #[test]
    fn the_queue_has_one_order(
        rows in proptest::collection::vec((any::<[u8; 16]>(), 2_u8..4, any::<bool>(), any::<bool>(), any::<bool>(), 0_i64..9), 0..30),
        turn in 0_usize..30,
    ) {
        let queued = |(id, n, by_staff, claimed, seen, at): &([u8; 16], u8, bool, bool, bool, i64)| {
            let source = if *by_staff { Source::Counselor } else { Source::ClientButton };
            let raise = (source, level(*n));
            let at = Timestamp(*at);
            let new = Escalation::raise(EscId::new(*id), CASE, raise, at, &Deadlines::default());
            let new = new.unwrap();
            let escalation = if *seen { new.acknowledge(staff(1), at).unwrap() } else { new };
            Queued { escalation, spoken_to: *claimed }
        };
        let mut queue: Vec<_> = rows.iter().map(queued).collect();
        let mut turned = queue.clone();
        turned.rotate_left(if queue.is_empty() { 0 } else { turn % queue.len() });
        order(&mut queue);
        order(&mut turned);
        prop_assert_eq!(&queue, &turned, "whatever the order was before");
        for pair in queue.windows(2) {
            let [first, second] = pair else { continue };
            prop_assert!(first.not_yet_spoken_to() <= second.not_yet_spoken_to());
            if first.not_yet_spoken_to() != second.not_yet_spoken_to() {
                continue;
            }
            let alone = first.not_yet_spoken_to();
            let same = first.escalation.level == second.escalation.level;
            prop_assert!(alone || first.escalation.level >= second.escalation.level);
            if let (true, Some(due)) = (alone || same, second.escalation.due()) {
                prop_assert!(first.escalation.due().is_some_and(|earlier| earlier <= due));
            }
        }
    }

    #[test]
    fn nobody_is_paged_twice_a_minute_and_nothing_is_silently_late(
        signed_in in proptest::collection::vec(any::<bool>(), 1..5),
        steps in proptest::collection::vec(0_u64..50_000, 1..60),
        due in 0_i64..60_000,
    ) {
        let overdue = Overdue { count: 1, oldest_due: Timestamp(due), alone: 0 };
        let mut now = Timestamp(0);
        let mut pages: Vec<Page> = Vec::new();
        for step in steps {
            now = now.plus(Duration::from_millis(step));
            let supervisor = |(n, signed_in): (usize, &bool)| {
                let staff = staff(u8::try_from(n).unwrap());
                let own = pages.iter().filter(|page| page.staff == staff);
                let last = own.clone().map(|page| (page.minute, page.overdue.oldest_due)).max();
                Supervisor { staff, signed_in: *signed_in, pages: own.count().try_into().unwrap_or(u64::MAX), last }
            };
            let supervisors: Vec<_> = signed_in.iter().enumerate().map(supervisor).collect();
            let new = due_pages(overdue, &supervisors, now);
            for page in &new {
                let twice = |other: &Page| other.staff == page.staff && other.minute == page.minute;
                prop_assert!(!pages.iter().any(twice));
            }
            pages.extend(&new);
            let minute = Minute::of(now);
            let paged = pages.iter().filter(|page| page.minute == minute).count();
            let late = now.since(overdue.oldest_due);
            if now < overdue.oldest_due {
                prop_assert_eq!(paged, 0);
            } else if late < Duration::from_mins(1) && signed_in.contains(&true) {
                prop_assert_eq!(paged, 1, "one alone in the first minute");
                let there = |page: &Page| supervisors.iter().any(|s| s.staff == page.staff && s.signed_in);
                prop_assert!(new.iter().all(there));
            } else {
                prop_assert_eq!(paged, supervisors.len(), "then all");
            }
        }
    }
}

/// One raise at the beginning of time.
fn raised(source: Source, n: u8) -> Result<Escalation, Refused> {
    let (id, raise) = (EscId::new([1; 16]), (source, level(n)));
    Escalation::raise(id, CASE, raise, Timestamp(0), &Deadlines::default())
}

#[test]
fn two_minutes_for_danger_and_fifteen_for_urgent() {
    let minute = 60_000;
    assert_eq!(raised(Source::ClientButton, 3).unwrap().due(), Some(Timestamp(2 * minute)));
    let urgent = raised(Source::Counselor, 2).unwrap();
    assert_eq!(urgent.due(), Some(Timestamp(15 * minute)));
    let join = |at| {
        let danger = (Source::ClientButton, Level::DANGER);
        urgent.clone().join(danger, Timestamp(at), &Deadlines::default()).unwrap().due()
    };
    assert_eq!(join(minute), Some(Timestamp(3 * minute)));
    assert_eq!(join(14 * minute), Some(Timestamp(15 * minute)), "never later than it was");
}

#[test]
fn who_answered_and_is_gone_leaves_it_to_the_others_in_its_own_time() {
    let deadlines = Deadlines::default();
    let owned = raised(Source::Counselor, 3).unwrap().own(staff(1), None, Timestamp(5)).unwrap();
    assert_eq!(owned.answerer(), Some(staff(1)));
    let same = owned.clone().vacate(staff(2), Timestamp(9), &deadlines).unwrap();
    assert_eq!(same, owned, "somebody else is gone");
    let vacated = owned.vacate(staff(1), Timestamp(9), &deadlines).unwrap();
    assert_eq!(vacated.due(), Some(Timestamp(9 + 2 * 60_000)));
    assert_eq!((vacated.owner(), vacated.answerer()), (None, None));
    let by_other = vacated.own(staff(2), None, Timestamp(10)).unwrap();
    assert_eq!(by_other.answerer(), Some(staff(2)));
}

#[test]
fn of_two_who_acknowledge_one_is_told_by_whom() {
    let seen = raised(Source::Counselor, 2).unwrap().acknowledge(staff(1), Timestamp(5)).unwrap();
    assert_eq!(seen.clone().acknowledge(staff(1), Timestamp(9)).unwrap(), seen);
    let Err(Refused::Acknowledged(deed)) = seen.acknowledge(staff(2), Timestamp(9)) else {
        panic!("acknowledged once")
    };
    assert_eq!((deed.by, deed.at), (staff(1), Timestamp(5)));
}

#[test]
fn taking_over_names_the_owner() {
    let owned = raised(Source::Counselor, 3).unwrap().own(staff(1), None, Timestamp(5)).unwrap();
    assert!(owned.due().is_none(), "owning acknowledges");
    assert!(matches!(owned.clone().own(staff(2), None, Timestamp(6)), Err(Refused::Owned(_))));
    let over = owned.own(staff(2), Some(staff(1)), Timestamp(6)).unwrap();
    assert_eq!(over.owner().unwrap().by, staff(2));
    assert!(matches!(over.state, State::Owned { ack, .. } if ack.by == staff(1)));
}

#[test]
fn resolved_once_somebody_answers_for_it() {
    let urgent = raised(Source::Counselor, 2).unwrap();
    let resolve = |e: &Escalation| e.clone().resolve(staff(2), Outcome::Plan, None, Timestamp(9));
    assert_eq!(resolve(&urgent), Err(Refused::NotOwned));
    let owned = urgent.own(staff(1), None, Timestamp(5)).unwrap();
    let danger = (Source::ClientButton, Level::DANGER);
    let risen = owned.clone().join(danger, Timestamp(6), &Deadlines::default()).unwrap();
    assert_eq!(resolve(&risen), Err(Refused::NotOwned), "nobody has seen this level");
    let resolved = resolve(&owned).unwrap();
    assert_eq!(resolve(&resolved).unwrap(), resolved, "a retry changes nothing");
    assert_eq!(resolved.acknowledge(staff(1), Timestamp(9)), Err(Refused::NotOpen));
}

#[test]
fn a_stored_code_leads_back() {
    let levels = (0..4).map(level).map(Detail::Level);
    let outcomes = Outcome::ALL.iter().copied().map(Detail::Outcome);
    let reasons = LowerReason::ALL.iter().copied().map(Detail::Lowered);
    let openings = OpeningReason::ALL.iter().copied().map(Detail::Opening);
    for detail in levels.chain(outcomes).chain(reasons).chain(openings) {
        assert_eq!(Detail::from_code(&detail.code()), Some(detail));
    }
    assert_eq!(Detail::from_code("outcome.mistake"), None, "a reason is no outcome");
}

#[test]
fn a_clock_that_goes_back_silences_nobody() {
    let overdue = Overdue { count: 1, oldest_due: Timestamp(0), alone: 0 };
    let now = Timestamp(10 * 60_000);
    let ahead = Some((Minute(70), Timestamp(0)));
    let paged = Supervisor { staff: staff(1), signed_in: true, pages: 60, last: ahead };
    assert_eq!(due_pages(overdue, &[paged], now).len(), 1);
}

#[test]
fn what_turns_late_just_after_another_was_answered_calls_whoever_is_free() {
    let first = Overdue { count: 1, oldest_due: Timestamp(0), alone: 0 };
    let free = |n| Supervisor { staff: staff(n), signed_in: true, pages: 0, last: None };
    let [one] = due_pages(first, &[free(1), free(2)], Timestamp(0))[..] else { panic!("one page") };
    assert_eq!(one.staff, staff(1));
    let last = Some((one.minute, one.overdue.oldest_due));
    let paged = Supervisor { pages: 1, last, ..free(1) };
    let both = [paged, free(2)];
    assert!(due_pages(first, &both, Timestamp(9_000)).is_empty(), "still the same call");
    let later = Overdue { count: 1, oldest_due: Timestamp(20_000), alone: 0 };
    let [two] = due_pages(later, &both, Timestamp(20_000))[..] else { panic!("one page") };
    assert_eq!(two.staff, staff(2), "nobody is called twice a minute");
    let last = Some((two.minute, two.overdue.oldest_due));
    let both = [paged, Supervisor { pages: 1, last, ..free(2) }];
    assert!(due_pages(later, &both, Timestamp(21_000)).is_empty());
}

#[test]
fn a_press_belongs_to_the_last_one_for_longer_the_more_there_were() {
    let pressed = |times, seconds: i64| {
        Pressed { times, last: Timestamp(0) }.covers(Timestamp(seconds * 1000))
    };
    assert!(!pressed(0, 0), "the first");
    assert!(pressed(1, 9) && !pressed(1, 10));
    assert!(pressed(6, 59) && !pressed(6, 60));
    assert!(pressed(u32::MAX, 299) && !pressed(u32::MAX, 300));
    assert!(!pressed(9, -1), "a clock that goes back silences nobody");
}
