//! Any sequence of operations keeps a session's promises.

use domain::session::{Session, State};
use domain::{CaseId, Level, SessionId, StaffId, Times, Timestamp};
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
                prop_assert_eq!(before, Some(by), "only its holder becomes or stays active");
                prop_assert_eq!(next.lapses, 0);
            }
            if next.left_behind {
                prop_assert!(!next.is_queued());
                let seen = matches!(next.state, State::Waiting | State::Active { .. });
                prop_assert!(seen, "supervisors see it while it waits or is active");
            }
            if let (State::Active { gone_at, .. }, Deed::Reopen) = (&session.state, deed) {
                prop_assert!(gone_at.is_some_and(|gone| gone <= now), "never away from a counselor");
                prop_assert!(next.head);
            }
            if let (State::Active { gone_at: Some(gone), .. }, Deed::CounselorAway(_)) =
                (&session.state, deed)
                && *gone <= now
            {
                prop_assert_eq!(&next, &session, "who is gone stays gone until back");
            }
            session = next;
        }
    }
}
