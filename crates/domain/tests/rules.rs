//! Access and retention.

use std::time::Duration;

use domain::retention::{Clock, Due, Retention};
use domain::session::{EndReason, Session, State};
use domain::{CaseId, Lane, Level, SessionId, StaffId, Times, Timestamp, access};

const WHO: StaffId = StaffId::new([1; 16]);
const OTHER: StaffId = StaffId::new([2; 16]);

fn session(state: State) -> Session {
    let opened =
        Session::open(SessionId::new([1; 16]), CaseId::new([2; 16]), Level::NONE, Timestamp(0));
    Session { state, ..opened }
}

#[test]
fn only_the_assigned_person_is_there() {
    let times = Times::default();
    let now = Timestamp(10);
    let since = Timestamp(0);
    let active = session(State::Active { by: WHO, since, gone_at: None, joined: Vec::new() });
    assert!(access::is_there(&active, WHO, now, &times));
    assert!(!access::is_there(&active, OTHER, now, &times), "not assigned");
    let waiting = session(State::Waiting);
    assert!(!access::is_there(&waiting, WHO, now, &times), "a reopened case lets nobody in");
}

#[test]
fn a_claimer_sees_records_until_the_time_is_over_and_no_messages() {
    let times = Times::default();
    let opening = session(State::Opening { by: WHO, until: Timestamp(20) });
    assert!(access::staff_may_see_records(&opening, WHO, Timestamp(19), &times));
    assert!(!access::staff_may_see_records(&opening, WHO, Timestamp(20), &times));
    assert!(!access::staff_may_see_records(&opening, OTHER, Timestamp(19), &times));
    assert!(!access::is_there(&opening, WHO, Timestamp(19), &times));
}

#[test]
fn after_the_end_the_last_person_until_the_wrap_up_or_a_day() {
    let times = Times::default();
    let ended = |wrapped_up| {
        let (at, reason) = (Timestamp(0), EndReason::Client);
        session(State::Ended { at, reason, last: Some(WHO), wrapped_up })
    };
    let day = Timestamp(0).plus(Duration::from_hours(24));
    assert!(access::is_there(&ended(false), WHO, Timestamp(day.0 - 1), &times));
    assert!(!access::is_there(&ended(false), WHO, day, &times));
    assert!(!access::is_there(&ended(true), WHO, Timestamp(1), &times));
    assert!(!access::is_there(&ended(false), OTHER, Timestamp(1), &times));
}

#[test]
fn the_client_writes_in_the_chat_only() {
    let waiting = session(State::Waiting);
    assert!(access::client_may_write(&waiting, Lane::Chat));
    assert!(!access::client_may_write(&waiting, Lane::Notes));
    let ended = waiting.end_by_client(Timestamp(1)).unwrap();
    assert!(!access::client_may_write(&ended, Lane::Chat));
}

#[test]
fn clocks() {
    let retention = Retention::default();
    let after = |days: u64| Timestamp(0).plus(Duration::from_hours(24 * days));
    let plain = Clock { ended_at: Some(Timestamp(0)), notes_consent: false };
    let consented = Clock { notes_consent: true, ..plain };
    let open = Clock { ended_at: None, ..plain };
    let due = |chat, notes, case| Due { chat, notes, case };
    assert_eq!(plain.due(&retention, after(29)), due(false, false, false));
    assert_eq!(plain.due(&retention, after(30)), due(true, true, false));
    assert_eq!(plain.due(&retention, after(180)), due(true, true, true));
    assert_eq!(consented.due(&retention, after(364)), due(true, false, true));
    assert_eq!(consented.due(&retention, after(365)), due(true, true, true));
    assert_eq!(open.due(&retention, after(9999)), Due::default());
}

#[test]
fn a_level_above_three_is_no_level() {
    assert!(Level::try_from(3).is_ok() && Level::try_from(4).is_err());
}
