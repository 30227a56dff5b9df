//! Who gets what, and when no more.

use actors::Error;
use protocol::{CloseCode, ErrorCode, Event, Frame, Page, Reply, SessionState, StaffCommand};

use crate::house::Office;

/// Reads events until the socket has answered; gives those that came before the answer.
async fn events_before_an_answer(desk: &mut actors::Counselor) -> Vec<Event> {
    let line = desk.line().unwrap();
    // Refused, and so the last word: everything before it was told without being asked for.
    let id = line.post(StaffCommand::End { session_id: protocol::Id([0; 16]) }).await.unwrap();
    let mut events = Vec::new();
    loop {
        match line.frame().await.unwrap() {
            Frame::Reply { re, .. } if re == id => break,
            Frame::Reply { .. } => {}
            Frame::Event(event) => events.push(event),
        }
    }
    while let Some(event) = line.event_at_hand() {
        events.push(event);
    }
    events
}

#[tokio::test]
async fn whoever_lets_a_claim_lapse_gets_nothing_of_what_follows() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    let mut dewi = office.counselor().await;
    dewi.set_status(protocol::StaffStatus::Available).await.unwrap();
    dewi.until(|desk| desk.queue.next.is_some()).await.unwrap();
    let next = dewi.queue.next.unwrap();
    let claiming = dewi.claim(next).await.unwrap();
    client.until_state(SessionState::Opening).await.unwrap();

    office.org.teduh.clock.turn(21);
    client.until_state(SessionState::Waiting).await.unwrap();
    client.until(|client| client.session.place == Some(1)).await.unwrap();
    client.say("Masih di sana?").await.unwrap();
    let told = events_before_an_answer(&mut dewi).await;
    assert!(!told.iter().any(|event| matches!(event, Event::Message { .. })), "{told:?}");

    let case_id = protocol::Id(client.case_id());
    let fetch = StaffCommand::FetchAfter { case_id, lane: 1, seq: 0 };
    let Reply::Refused(problem) = dewi.line().unwrap().ask(fetch).await.unwrap() else {
        panic!("a page for somebody who is not there")
    };
    assert_eq!(problem.code, ErrorCode::NotAssigned);
    let records = claiming.records(&dewi.member).unwrap();
    let Reply::Refused(problem) = dewi.post_claim(&claiming, records).await.unwrap() else {
        panic!("records after the deadline")
    };
    assert_eq!(problem.code, ErrorCode::Lapsed);
    assert!(problem.lanes.is_empty());

    // The place is free again for whoever comes.
    dewi.claim_next().await.unwrap();
    client.until_state(SessionState::Active).await.unwrap();
    assert!(client.session.counselor_here);
}

#[tokio::test]
async fn a_case_that_does_not_open_leaves_the_queue_and_comes_back_by_its_client() {
    let office = Office::open().await;
    let mut first = office.client("Yang pertama.").await;
    // Of two who came in the same instant either is next.
    office.org.teduh.clock.turn(1);
    let second = office.client("Yang kedua.").await;
    let mut dewi = office.counselor().await;
    dewi.set_status(protocol::StaffStatus::Available).await.unwrap();
    dewi.until(|desk| desk.queue.next.is_some()).await.unwrap();
    let next = dewi.queue.next.unwrap();
    let claiming = dewi.claim(next).await.unwrap();
    dewi.bad_box(claiming.session_id()).await.unwrap();
    let behind = Some(second.session.session_id);
    dewi.until(|desk| desk.queue.next == behind).await.unwrap();
    let claimed = dewi.claim_next().await.unwrap();
    assert_eq!(claimed, second.case_id(), "nobody behind it waits for it");

    // The page is asked to open it again, with new boxes, and does.
    first
        .until(|client| client.session.reopen.is_none() && client.chat.chain().next_epoch() == 2)
        .await
        .unwrap();
    let again = Some(first.session.session_id);
    dewi.until(|desk| desk.queue.next == again).await.unwrap();
    assert_eq!(dewi.claim_next().await.unwrap(), first.case_id());
}

#[tokio::test]
async fn three_lapses_in_a_row_take_a_session_out() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    let mut dewi = office.counselor().await;
    dewi.set_status(protocol::StaffStatus::Available).await.unwrap();
    for lapse in 1..=3 {
        dewi.until(|desk| desk.queue.next.is_some()).await.unwrap();
        let next = dewi.queue.next.unwrap();
        dewi.claim(next).await.unwrap();
        client.until_state(SessionState::Opening).await.unwrap();
        dewi.until(|desk| desk.queue.waiting == 0).await.unwrap();
        office.org.teduh.clock.turn(21);
        client.until_state(SessionState::Waiting).await.unwrap();
        let opened_anew = client.chat.chain().next_epoch() == 2;
        assert_eq!(opened_anew, lapse == 3, "the page is asked after the third");
    }
    dewi.claim_next().await.unwrap();
}

#[tokio::test]
async fn a_former_counselor_does_not_reach_into_a_later_session() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    let mut dewi = office.counselor().await;
    let case = dewi.claim_next().await.unwrap();
    client.until_state(SessionState::Active).await.unwrap();
    client.until(|client| client.chat.last_seq() > 1).await.unwrap();
    dewi.end(case).await.unwrap();
    client.until_state(SessionState::Ended).await.unwrap();
    // After the end she still reads, until the wrap-up.
    let (case_id, lane, seq) = (protocol::Id(case), 1, 0);
    let fetch = StaffCommand::FetchAfter { case_id, lane, seq };
    assert!(matches!(
        dewi.line().unwrap().ask(fetch.clone()).await.unwrap(),
        Reply::Page(Page { .. })
    ));

    client.reopen().await.unwrap();
    assert_eq!(client.session.state, SessionState::Waiting);
    client.say("Saya kembali.").await.unwrap();
    let told = events_before_an_answer(&mut dewi).await;
    assert!(
        !told.iter().any(|event| matches!(event, Event::Message { .. } | Event::Record { .. }))
    );
    let Reply::Refused(problem) = dewi.line().unwrap().ask(fetch).await.unwrap() else {
        panic!("a page of a later session")
    };
    assert_eq!(problem.code, ErrorCode::NotAssigned);
}

#[tokio::test]
async fn an_exit_closes_the_socket_also_after_a_return_to_the_queue() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    client.end().await.unwrap();
    client.reopen().await.unwrap();
    let mut dewi = office.counselor().await;
    let case = dewi.claim_next().await.unwrap();
    client.until_state(SessionState::Active).await.unwrap();
    let lock = protocol::LockSession { token: client.token().clone() };
    // The page is gone before the answer; only the socket tells.
    let _ = office.browser().http.post::<serde_json::Value>("/api/session/lock", &lock).await;
    loop {
        match client.follow().await {
            Ok(()) => {}
            Err(Error::Closed(code)) => break assert_eq!(code, CloseCode::Left as u16),
            Err(other) => panic!("{other}"),
        }
    }
    dewi.until(|desk| {
        desk.cases
            .get(&case)
            .is_some_and(|held| held.session.client == protocol::ClientPresence::LeftByExit)
    })
    .await
    .unwrap();
    assert!(matches!(
        client.connect().await,
        Err(Error::Refused { code: ErrorCode::TokenInvalid, .. })
    ));
}

#[tokio::test]
async fn a_desk_opened_while_its_person_waits_gets_the_queue_with_the_roster() {
    let mut office = Office::open().await;
    let client = office.client("Saya takut.").await;
    office.counselor().await.until(|desk| desk.queue.waiting == 1).await.unwrap();
    let invite = office.org.admin.invite(&[protocol::Role::Counselor]).await.unwrap();
    let rini = office.org.teduh.enrol(&invite, "rini@aman.example", Some(office.org.root)).await;
    let mut rini = office.desk(&rini).await;
    rini.set_status(protocol::StaffStatus::Available).await.unwrap();
    assert_eq!(rini.queue.waiting, 0, "nobody signed her yet");
    let refused = rini.claim(client.session.session_id).await;
    assert_eq!(refused.unwrap_err().code(), Some(ErrorCode::Forbidden));

    office.org.admin.sign_roster().await.unwrap();
    rini.until(|desk| desk.queue.waiting == 1).await.unwrap();
    assert_eq!(rini.queue.next, None, "nobody boxed the team's half for her yet");
    office.org.supervisor.settle().await.unwrap();
    rini.until(|desk| desk.queue.next.is_some()).await.unwrap();
}
