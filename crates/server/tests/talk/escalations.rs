//! Escalations on a clock that the story turns: presses, who is there, what a welcome brings.

use actors::{StaffMember, Supervisor};
use protocol::{EscalationState, PROTOCOL_VERSION, Reply, Role, StaffCommand};

use crate::house::Office;

async fn supervisor(office: &Office) -> Supervisor {
    office.org.teduh.clock.turn(90);
    let credentials = office.org.supervisor.credentials().clone();
    let member = StaffMember::sign_in(&office.browser(), credentials).await.unwrap();
    Supervisor::at_desk(member).await.unwrap()
}

#[tokio::test]
async fn whoever_answers_for_it_hears_each_press_but_no_trembling_and_no_press_twice() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    let mut dewi = supervisor(&office).await;
    let case = client.case_id();
    client.raise_level(3).await.unwrap();
    let id = dewi.until_of(case, |one| one.level == 3).await.unwrap();
    dewi.own(id, None).await.unwrap();

    client.raise_level(3).await.unwrap();
    office.org.teduh.clock.turn(11);
    let press = protocol::Id([9; 16]);
    client.raise_level_as(press, 3).await.unwrap();
    dewi.until_of(case, |one| one.raises.len() == 2).await.unwrap();
    assert_eq!(dewi.escalations.get(id).unwrap().state, EscalationState::Owned);

    // Its answer was lost, and the page asks again once the line stands.
    office.org.teduh.clock.turn(600);
    client.raise_level_as(press, 3).await.unwrap();
    client.raise_level(3).await.unwrap();
    dewi.until_of(case, |one| one.raises.len() > 2).await.unwrap();
    let raises = &dewi.escalations.get(id).unwrap().raises;
    assert_eq!(raises.iter().filter(|raise| raise.raise_id == press).count(), 1);
    assert_eq!(raises.len(), 3);
}

#[tokio::test]
async fn a_supervisor_is_there_once_the_desk_is_unlocked() {
    let office = Office::open().await;
    let mut sari = office.counselor().await;
    let mut dewi = supervisor(&office).await;
    sari.until(|desk| desk.escalations.supervisors == 1).await.unwrap();
    for (resuming, here) in [(true, 0), (false, 1)] {
        let (version, token) = (PROTOCOL_VERSION, dewi.member.token().to_owned());
        let hello = StaffCommand::StaffHello { version, token, resuming };
        let answer = dewi.line().unwrap().ask(hello).await.unwrap();
        let Reply::StaffWelcome { supervisors, .. } = answer else { panic!("{answer:?}") };
        assert_eq!(supervisors, here);
        sari.until(|desk| desk.escalations.supervisors == here).await.unwrap();
    }
}

#[tokio::test]
async fn who_becomes_a_supervisor_at_an_open_desk_is_shown_what_is_open_and_is_called() {
    let mut office = Office::open().await;
    let invite = office.org.admin.invite(&[Role::Supervisor]).await.unwrap();
    let root = Some(office.org.root);
    let rini = office.org.teduh.enrol(&invite, "rini@aman.example", root).await;
    office.org.teduh.clock.turn(90);
    let rini = StaffMember::sign_in(&office.browser(), rini).await.unwrap();
    let mut rini = Supervisor::at_desk(rini).await.unwrap();
    let mut client = office.client("Saya takut.").await;
    client.raise_level(3).await.unwrap();
    assert!(rini.escalations.all.is_empty() && rini.escalations.supervisors == 0);

    office.org.admin.refresh().await.unwrap();
    office.org.admin.sign_roster().await.unwrap();
    rini.until(|known| known.supervisors == 1).await.unwrap();
    rini.until_of(client.case_id(), |one| one.level == 3).await.unwrap();
    office.org.teduh.clock.turn(121);
    rini.until(|known| !known.pages.is_empty()).await.unwrap();
}

#[tokio::test]
async fn what_was_resolved_lately_may_be_opened_again_after_a_reload() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    let mut dewi = supervisor(&office).await;
    client.raise_level(3).await.unwrap();
    let id = dewi.until_of(client.case_id(), |one| one.level == 3).await.unwrap();
    dewi.own(id, None).await.unwrap();
    dewi.resolve(id, "plan", None).await.unwrap();
    dewi.connect().await.unwrap();
    assert!(dewi.queue.is_empty(), "nothing is open");
    assert_eq!(dewi.escalations.get(id).unwrap().state, EscalationState::Resolved);
    dewi.reopen(id).await.unwrap();
    dewi.resolve(id, "plan", None).await.unwrap_err();
    dewi.own(id, None).await.unwrap();
    dewi.resolve(id, "plan", None).await.unwrap();
    office.org.teduh.clock.turn(86_401);
    let mut dewi = supervisor(&office).await;
    dewi.catch_up().await.unwrap();
    assert!(dewi.escalations.all.is_empty(), "for a day");
}
