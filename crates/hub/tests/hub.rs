//! The hub as its connections meet it.

use std::sync::Arc;

use domain::{CaseId, Hash, SignInId, StaffId};
use hub::{Channel, Hub, MemoryBroker, Signal, Who, Writer};
use protocol::CloseCode;

const CASE: CaseId = CaseId::new([1; 16]);
const DEWI: StaffId = StaffId::new([2; 16]);

fn hub() -> Hub {
    Hub::new(Arc::new(MemoryBroker::default()))
}

const fn client(token: u8) -> Who {
    Who::Client { case: CASE, token: Hash::new([token; 32]) }
}

const fn desk(sid: u8) -> Who {
    Who::Staff { staff: DEWI, sid: SignInId::new([sid; 16]) }
}

const fn session() -> Signal {
    Signal::Session { case: CASE }
}

#[tokio::test]
async fn a_newer_page_takes_over() {
    let hub = hub();
    let mut older = hub.connect(client(1));
    let newer = hub.connect(client(1));
    assert_eq!(older.next().await.unwrap_err(), CloseCode::ContinuedElsewhere);
    drop(older);
    assert!(hub.is_here(Writer::Client(CASE)), "the newer one is still here");
    drop(newer);
    assert!(!hub.is_here(Writer::Client(CASE)));
    assert!(hub.is_empty());
}

#[tokio::test]
async fn two_desks_of_one_person_are_one() {
    let hub = hub();
    let older = hub.connect(desk(1));
    let _newer = hub.connect(desk(2));
    assert_eq!(older.closed().await, CloseCode::ContinuedElsewhere);
}

#[tokio::test]
async fn a_page_whose_token_was_void_meanwhile_displaces_nobody() {
    let hub = hub();
    let late = hub.join(client(1));
    let newer = hub.connect(client(2));
    hub.close_other_tokens(CASE, Hash::new([2; 32]), CloseCode::ContinuedElsewhere);
    assert!(!late.take_over());
    assert_eq!(late.closed().await, CloseCode::ContinuedElsewhere);
    drop(late);
    assert!(hub.is_here(Writer::Client(CASE)));
    hub.close_all(CloseCode::Stopping);
    assert_eq!(newer.closed().await, CloseCode::Stopping);
}

#[tokio::test]
async fn only_the_desk_that_writes_unlocks_its_person() {
    let hub = hub();
    let older = hub.connect(desk(1));
    assert!(!hub.is_unlocked(DEWI));
    older.set_unlocked(true);
    assert!(hub.is_unlocked(DEWI));
    let newer = hub.connect(desk(1));
    assert!(!hub.is_unlocked(DEWI), "the newer one waits for the passphrase");
    older.set_unlocked(true);
    assert!(!hub.is_unlocked(DEWI));
    newer.set_unlocked(true);
    drop(older);
    assert!(hub.is_unlocked(DEWI));
    drop(newer);
    assert!(!hub.is_unlocked(DEWI));
}

#[tokio::test]
async fn only_listeners_hear_and_nobody_hears_after_leaving() {
    let hub = hub();
    let mut listener = hub.connect(client(1));
    let stranger = hub.connect(desk(1));
    listener.subscribe(Channel::Case(CASE));
    listener.subscribe(Channel::Case(CASE));
    hub.publish(Channel::Case(CASE), session());
    assert!(matches!(listener.next().await.unwrap(), Signal::Session { case: CASE }));
    listener.unsubscribe(Channel::Case(CASE));
    hub.publish(Channel::Case(CASE), session());
    hub.close_all(CloseCode::Stopping);
    assert_eq!(listener.next().await.unwrap_err(), CloseCode::Stopping);
    assert_eq!(stranger.closed().await, CloseCode::Stopping);
}

#[tokio::test]
async fn a_slow_reader_is_closed_and_nobody_waits_for_it() {
    let hub = hub();
    let mut slow = hub.connect(client(1));
    slow.subscribe(Channel::Case(CASE));
    for _ in 0..1000 {
        hub.publish(Channel::Case(CASE), session());
    }
    assert_eq!(slow.next().await.unwrap_err(), CloseCode::SlowReader);
}

#[tokio::test]
async fn an_exit_closes_the_socket_of_its_token_alone() {
    let hub = hub();
    let page = hub.connect(client(1));
    hub.close_token(CASE, Hash::new([2; 32]), CloseCode::Left);
    hub.close_other_tokens(CASE, Hash::new([1; 32]), CloseCode::ContinuedElsewhere);
    hub.close_token(CASE, Hash::new([1; 32]), CloseCode::Left);
    assert_eq!(page.closed().await, CloseCode::Left, "the first reason stays");
}

#[tokio::test]
async fn a_revoked_sign_in_is_closed_alone() {
    let hub = hub();
    let other =
        hub.connect(Who::Staff { staff: StaffId::new([3; 16]), sid: SignInId::new([9; 16]) });
    let revoked = hub.connect(desk(1));
    hub.close_sign_ins(&[SignInId::new([1; 16])], CloseCode::SignedOut);
    assert_eq!(revoked.closed().await, CloseCode::SignedOut);
    hub.close_all(CloseCode::Stopping);
    assert_eq!(other.closed().await, CloseCode::Stopping);
}

#[tokio::test]
async fn two_desks_of_one_supervisor_are_one_supervisor() {
    let hub = hub();
    let desks = [hub.connect(desk(1)), hub.connect(desk(2)), hub.connect(client(1))];
    assert!(hub.staff_on(Channel::Supervisors).is_empty());
    for desk in &desks {
        desk.subscribe(Channel::Supervisors);
    }
    assert!(hub.staff_on(Channel::Supervisors).is_empty(), "nobody is at a locked desk");
    desks[1].set_unlocked(true);
    assert!(hub.staff_on(Channel::Supervisors).into_iter().eq([DEWI]));
    drop(desks);
    assert!(hub.staff_on(Channel::Supervisors).is_empty());
}
