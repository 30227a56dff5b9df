//! Any sequence of operations keeps an opening's promises, also under a clock that jumps.

use std::time::Duration;

use domain::access;
use domain::opening::{Circumstances, Opened, OpeningReason, Reached, Refused, Second, State};
use domain::{CaseId, Level, Opening, OpeningId, OpeningTimes, Session, SessionId};
use domain::{StaffId, Timestamp};
use proptest::prelude::*;

const CASE: CaseId = CaseId::new([2; 16]);
const ASKER: StaffId = staff(0);

const fn staff(n: u8) -> StaffId {
    StaffId::new([n; 16])
}

fn ask(now: Timestamp) -> Opening {
    Opening::ask((OpeningId::new([1; 16]), CASE), ASKER, OpeningReason::Danger, now)
}

fn minutes(n: u64) -> Timestamp {
    Timestamp(0).plus(Duration::from_mins(n))
}

#[derive(Debug, Clone)]
enum Deed {
    Open { needs_second: bool, others_here: bool },
    Approve(u8),
    Refuse(u8),
    Countersign(u8),
    Close(u8),
    End,
    Wait(i32),
}

fn deed() -> impl Strategy<Value = Deed> {
    let who = 0_u8..3;
    let open = |(needs_second, others_here)| Deed::Open { needs_second, others_here };
    prop_oneof![
        3 => any::<(bool, bool)>().prop_map(open),
        1 => who.clone().prop_map(Deed::Approve),
        1 => who.clone().prop_map(Deed::Refuse),
        2 => who.clone().prop_map(Deed::Countersign),
        1 => who.prop_map(Deed::Close),
        1 => Just(Deed::End),
        3 => (-200_i32..900).prop_map(Deed::Wait),
    ]
}

fn apply(opening: &Opening, deed: &Deed, now: Timestamp, times: &OpeningTimes) -> Option<Opening> {
    let o = opening.clone();
    match *deed {
        Deed::Open { needs_second, others_here } => {
            o.open(needs_second, others_here, now, times).ok()
        }
        Deed::Approve(n) => o.approve(staff(n), now, times).ok(),
        Deed::Refuse(n) => o.refuse(staff(n), now, times).ok(),
        Deed::Countersign(n) => o.countersign(staff(n), now).ok(),
        Deed::Close(n) => o.close(staff(n), now, times).ok(),
        Deed::End => Some(o.end(now, times)),
        Deed::Wait(_) => None,
    }
}

/// What has to hold for a case to become open by this deed.
fn may_open(before: &Opening, deed: &Deed, now: Timestamp, times: &OpeningTimes) -> bool {
    let Deed::Open { needs_second, others_here } = *deed else { return false };
    let waited = before.asked_at.plus(times.alone_after) <= now;
    let asks = now < before.asked_at.plus(times.ask);
    match before.state {
        State::Asked => asks && (!needs_second || (waited && !others_here)),
        State::Approved { second } => asks && second.by != before.by,
        State::Open { .. } => true,
        State::Refused { .. } | State::Closed { .. } => false,
    }
}

proptest! {
    #[test]
    fn promises(deeds in proptest::collection::vec(deed(), 1..50)) {
        let times = OpeningTimes::default();
        let mut now = minutes(60);
        let mut opening = ask(now);
        for deed in &deeds {
            if let Deed::Wait(seconds) = deed {
                now = Timestamp(now.0 + i64::from(*seconds) * 1000);
            }
            let Some(next) = apply(&opening, deed, now, &times) else { continue };
            if let State::Open { opened, until } = next.state {
                let was = matches!(opening.state, State::Open { .. });
                prop_assert!(was || may_open(&opening, deed, now, &times), "opened by the rule");
                prop_assert_eq!(until, opened.at.plus(times.read), "and never prolonged");
            }
            if next.is_live(now) {
                let opened = next.opened().map(|opened| opened.at);
                prop_assert!(opened.is_some_and(|at| at <= now && now < at.plus(times.read)));
            }
            let seconds = [next.approved(), next.countersigned()];
            prop_assert!(seconds.into_iter().flatten().all(|deed| deed.by != ASKER));
            for (before, after) in [
                (opening.countersigned(), next.countersigned()),
                (opening.opened().and(opening.approved()), next.opened().and(next.approved())),
            ] {
                prop_assert!(before.is_none() || before == after, "the first one stays");
            }
            if matches!(opening.state, State::Refused { .. } | State::Closed { .. }) {
                prop_assert!(!next.is_live(now), "over is over");
                let at = |opening: &Opening| opening.opened().map(|opened| opened.at);
                prop_assert_eq!(at(&next), at(&opening));
            }
            prop_assert!(next.is_alone() || next.countersigned().is_none());
            opening = next;
        }
    }
}

/// The rule, said the other way round: every case in which one supervisor is enough.
#[test]
fn who_needs_a_second_one() {
    for bits in 0_u8..16 {
        let [raised, left, assigned, others] = [1, 2, 4, 8].map(|bit| bits & bit != 0);
        let circumstances = Circumstances {
            raised_by_another: raised,
            left_behind: left,
            another_assigned: assigned,
            another_supervisor: others,
        };
        for reason in OpeningReason::ALL.iter().copied() {
            let enough = !others
                || raised
                || (left && reason == OpeningReason::LeftBehind)
                || (assigned && reason == OpeningReason::CounselorAsked);
            assert_eq!(circumstances.need_second(reason), !enough, "{reason:?} {bits:04b}");
        }
    }
}

#[test]
fn of_two_answers_one_counts() {
    let times = OpeningTimes::default();
    let asked = ask(minutes(0));
    assert_eq!(asked.clone().approve(ASKER, minutes(1), &times), Err(Refused::Own));
    let approved = asked.clone().approve(staff(1), minutes(1), &times).unwrap();
    assert_eq!(approved.clone().approve(staff(1), minutes(2), &times), Ok(approved.clone()));
    assert_eq!(approved.clone().approve(staff(2), minutes(2), &times), Err(Refused::Answered));
    assert_eq!(approved.clone().refuse(staff(2), minutes(2), &times), Err(Refused::Answered));
    assert_eq!(approved.clone().open(true, true, minutes(15), &times), Err(Refused::Over));
    let open = approved.open(true, true, minutes(14), &times).unwrap();
    assert_eq!(open.ends(&times), Some(minutes(74)));
    assert_eq!(open.clone().approve(staff(1), minutes(15), &times), Ok(open), "an answer lost");
    let refused = asked.clone().refuse(staff(1), minutes(1), &times).unwrap();
    assert_eq!(refused.open(false, false, minutes(2), &times), Err(Refused::Over));
    assert_eq!(asked.approve(staff(1), minutes(15), &times), Err(Refused::Over));
}

#[test]
fn alone_and_countersigned_late() {
    let times = OpeningTimes::default();
    let asked = ask(minutes(0));
    let early = asked.clone().open(true, false, Timestamp(minutes(2).0 - 1), &times);
    assert_eq!(early, Ok(asked.clone()), "not before the two minutes");
    assert_eq!(asked.clone().open(true, true, minutes(2), &times), Ok(asked.clone()));
    let alone = asked.open(true, false, minutes(2), &times).unwrap();
    assert!(alone.is_alone());
    assert_eq!(alone.countersign_before(&times), Some(minutes(2 + 72 * 60)));
    let closed = alone.close(ASKER, minutes(3), &times).unwrap();
    assert_eq!(closed.clone().countersign(ASKER, minutes(4)), Err(Refused::Own));
    let signed = closed.countersign(staff(1), minutes(99_999)).unwrap();
    assert_eq!(signed.countersign_before(&times), None);
    assert_eq!(signed.clone().countersign(staff(2), minutes(99_999)), Err(Refused::Answered));
    let plain = ask(minutes(0)).open(false, false, minutes(0), &times).unwrap();
    assert_eq!(plain.countersign(staff(1), minutes(1)), Err(Refused::NotAlone));
}

#[test]
fn an_opening_lets_its_owner_read_its_case_for_an_hour() {
    let times = OpeningTimes::default();
    let session = Session::open(SessionId::new([1; 16]), CASE, Level::NONE, Timestamp(0));
    let open = ask(minutes(1)).open(false, true, minutes(1), &times).unwrap();
    let reads = |who, session: &Session, now| access::opening_lets_read(&open, session, who, now);
    assert!(reads(ASKER, &session, minutes(1)) && reads(ASKER, &session, minutes(60)));
    assert!(!reads(ASKER, &session, minutes(61)), "not beyond the hour");
    assert!(!reads(ASKER, &session, minutes(0)), "a clock that went back opens nothing");
    assert!(!reads(staff(1), &session, minutes(1)), "nobody else");
    let other = Session { case: CaseId::new([3; 16]), ..session };
    assert!(!reads(ASKER, &other, minutes(1)));
    let again = open.clone().open(false, true, minutes(0), &times);
    assert_eq!(again, Err(Refused::Over), "nor gives the boxes again");
    let State::Closed { reached, at } = open.end(minutes(99), &times).state else {
        panic!("closed")
    };
    assert_eq!(at, minutes(61), "it ended when its time was over");
    assert_eq!(reached, Reached::Opened(Opened { at: minutes(1), second: Second::NotNeeded }));
}
