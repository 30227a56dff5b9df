//! Any sequence of operations keeps a session's promises.

use std::collections::BTreeSet;

use domain::session::{Refused, Session, State};
use domain::{CaseId, Level, SessionId, StaffId, Times, Timestamp, access};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Deed {
    Claim(u8),
    Activate(u8),
    Lapse,
    BadBox(u8),
    GiveBack(u8),
    Reopen,
    End,
    EndBy(u8),
    ClientAway,
    ClientBack,
    ClientLeft,
    CounselorAway(u8),
    CounselorBack(u8),
    LeaveBehind,
    Join(u8),
    Leave(u8),
    TakeOver(u8),
    Requeue,
    Raise(u8),
    WrapUp(u8),
    Wait(u16),
}

fn deed() -> impl Strategy<Value = Deed> {
    let who = 0_u8..3;
    prop_oneof![
        who.clone().prop_map(Deed::Claim),
        who.clone().prop_map(Deed::Claim),
        who.clone().prop_map(Deed::Activate),
        who.clone().prop_map(Deed::BadBox),
        who.clone().prop_map(Deed::GiveBack),
        who.clone().prop_map(Deed::EndBy),
        who.clone().prop_map(Deed::CounselorAway),
        who.clone().prop_map(Deed::CounselorBack),
        who.clone().prop_map(Deed::Join),
        who.clone().prop_map(Deed::Leave),
        who.clone().prop_map(Deed::TakeOver),
        who.prop_map(Deed::WrapUp),
        (0_u8..4).prop_map(Deed::Raise),
        (0_u16..2000).prop_map(Deed::Wait),
        Just(Deed::Lapse),
        Just(Deed::Reopen),
        Just(Deed::End),
        Just(Deed::ClientAway),
        Just(Deed::ClientBack),
        Just(Deed::ClientLeft),
        Just(Deed::LeaveBehind),
        Just(Deed::Requeue),
    ]
}

fn staff(n: u8) -> StaffId {
    StaffId::new([n; 16])
}

fn apply(session: &Session, deed: &Deed, now: Timestamp, times: &Times) -> Option<Session> {
    let s = session.clone();
    match *deed {
        Deed::Claim(n) => s.claim(staff(n), now, times).ok(),
        Deed::Activate(n) => s.activate(staff(n), now).ok(),
        Deed::Lapse => s.lapse(now).ok(),
        Deed::BadBox(n) => s.bad_box(staff(n), now).ok(),
        Deed::GiveBack(n) => s.give_back(staff(n)).ok(),
        Deed::Reopen => s.reopen(now).ok(),
        Deed::End => s.end_by_client(now).ok(),
        Deed::EndBy(n) => s.end_by_counselor(staff(n), now).ok(),
        Deed::ClientAway => Some(s.client_away(now)),
        Deed::ClientBack => Some(s.client_back()),
        Deed::ClientLeft => s.client_left(now, times).ok(),
        Deed::CounselorAway(n) => {
            s.counselor_away(staff(n), now.plus(times.counselor_gone), now).ok()
        }
        Deed::CounselorBack(n) => s.counselor_back(staff(n)).ok(),
        Deed::LeaveBehind => s.leave_behind(now).ok(),
        Deed::Join(n) => s.join(staff(n)).ok(),
        Deed::Leave(n) => s.leave(staff(n)).ok(),
        Deed::TakeOver(n) => s.take_over(staff(n), now).ok(),
        Deed::Requeue => s.requeue(now).ok(),
        Deed::Raise(level) => s.raise(Level::try_from(level).ok()?),
        Deed::WrapUp(n) => s.wrap_up(staff(n), now, times).ok(),
        Deed::Wait(_) => None,
    }
}

proptest! {
    #[test]
    fn promises(deeds in proptest::collection::vec(deed(), 1..60)) {
        let times = Times::default();
        let mut now = Timestamp(0);
        let mut session =
            Session::open(SessionId::new([1; 16]), CaseId::new([2; 16]), Level::NONE, now);
        for deed in &deeds {
            if let Deed::Wait(seconds) = deed {
                now = now.plus(std::time::Duration::from_secs((*seconds).into()));
            }
            let Some(next) = apply(&session, deed, now, &times) else { continue };
            prop_assert_eq!(next.opened_at, session.opened_at, "the place is never lost");
            prop_assert!(next.level >= session.level, "a level never falls");
            if !session.is_open() {
                prop_assert!(!next.is_open(), "an ended session stays ended");
            }
            if let State::Active { by, .. } = next.state {
                let before = session.holder();
                let taken = matches!(deed, Deed::TakeOver(n) if staff(*n) == by)
                    && (session.has_joined(by) || session.is_counselor_gone(now));
                prop_assert!(before == Some(by) || taken, "only its holder, or who takes over");
                prop_assert_eq!(next.lapses, 0);
                prop_assert!(!next.has_joined(by), "nobody is there twice");
            }
            let joined: BTreeSet<_> = next.joined().iter().map(|joined| joined.who).collect();
            prop_assert_eq!(joined.len(), next.joined().len());
            for who in joined {
                let came = matches!(deed, Deed::Join(n) if staff(*n) == who);
                prop_assert!(came || session.has_joined(who), "whoever joined did so by oneself");
            }
            if next.left_behind {
                prop_assert!(!next.is_queued());
                let seen = matches!(next.state, State::Waiting | State::Active { .. });
                prop_assert!(seen, "supervisors see it while it waits or is active");
            }
            if let (State::Active { .. }, Deed::Reopen | Deed::Requeue) = (&session.state, deed) {
                prop_assert!(session.is_deserted(now), "never away from who is there");
                prop_assert!(next.head);
            }
            if let (State::Active { by, gone_at: Some(gone), .. }, Deed::CounselorAway(n)) =
                (&session.state, deed)
                && *gone <= now
                && *by == staff(*n)
            {
                prop_assert_eq!(&next, &session, "who is gone stays gone until back");
            }
            session = next;
        }
    }
}

#[test]
fn a_supervisor_beside_the_counselor() {
    let times = Times::default();
    let (id, case) = (SessionId::new([1; 16]), CaseId::new([2; 16]));
    let waiting = Session::open(id, case, Level::NONE, Timestamp(0));
    assert_eq!(waiting.clone().join(staff(1)), Err(Refused::WrongState), "it is claimed instead");
    let now = Timestamp(1);
    let active = waiting.claim(staff(0), now, &times).unwrap().activate(staff(0), now).unwrap();
    assert_eq!(active.clone().join(staff(0)), Err(Refused::There));
    assert_eq!(active.clone().take_over(staff(1), now), Err(Refused::TooEarly));
    assert_eq!(active.clone().leave(staff(1)), Err(Refused::NotYours));
    let joined = active.join(staff(1)).unwrap().join(staff(2)).unwrap();
    assert!(access::is_there(&joined, staff(1), now, &times), "reads and writes");
    assert_eq!(joined.clone().join(staff(1)), Err(Refused::There));

    let gone = joined.clone().counselor_away(staff(0), now, now).unwrap();
    assert_eq!(gone.clone().reopen(now), Err(Refused::TooEarly), "supervisors are there");
    let later = gone.clone().counselor_away(staff(1), now, now).unwrap();
    let deserted = later.counselor_away(staff(2), now, now).unwrap().leave_behind(now).unwrap();
    assert!(deserted.clone().reopen(now).unwrap().is_queued());
    assert!(deserted.clone().requeue(now).unwrap().head);
    let back = deserted.counselor_back(staff(2)).unwrap();
    assert!(!back.left_behind && back.requeue(now) == Err(Refused::TooEarly));

    let taken = joined.take_over(staff(2), now).unwrap();
    assert_eq!(taken.holder(), Some(staff(2)));
    assert!(taken.has_joined(staff(1)) && !taken.is_attended_by(staff(0)), "the others stay");
    let ended = taken.end_by_client(now).unwrap();
    assert!(!access::is_there(&ended, staff(1), now, &times) && ended.joined().is_empty());
}
