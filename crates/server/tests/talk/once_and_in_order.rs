//! Whatever is stored reaches the other side once and in order, whatever becomes of its sender.

use std::time::Duration;

use actors::Error;
use protocol::{CloseCode, ErrorCode, Frame, Reply, SessionState, StaffCommand};

use crate::house::Office;

fn greeted(client: &actors::Client) -> bool {
    client.chat.messages().any(|message| message.kind == actors::kind::HELLO)
}

#[tokio::test]
async fn a_sender_who_is_cut_off_is_still_heard() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    let mut dewi = office.counselor().await;
    let case = dewi.claim_next().await.unwrap();
    client.until_state(SessionState::Active).await.unwrap();
    client.until(greeted).await.unwrap();
    for turn in 0..10 {
        let words = format!("terputus {turn}");
        client.write(&words).unwrap();
        client.post_next().await.unwrap();
        // Gone before any answer can be read; what did not arrive is sent again.
        client.cut();
        client.connect().await.unwrap();
        client.flush().await.unwrap();
        dewi.until_reads(case, &words).await.unwrap();
    }
    let texts = dewi.case(case).unwrap().chat.texts();
    assert_eq!(texts.len(), 11, "{texts:?}");
}

#[tokio::test]
async fn both_sides_at_once_see_one_transcript() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    let mut dewi = office.counselor().await;
    let case = dewi.claim_next().await.unwrap();
    client.until_state(SessionState::Active).await.unwrap();
    client.until(greeted).await.unwrap();
    for turn in 0..20 {
        let (hers, theirs) = (format!("klien {turn}"), format!("dewi {turn}"));
        let (said, answered) = tokio::join!(client.say(&hers), dewi.say(case, &theirs));
        said.unwrap();
        answered.unwrap();
    }
    client.until_reads("dewi 19").await.unwrap();
    dewi.until_reads(case, "klien 19").await.unwrap();
    assert_eq!(client.chat.texts(), dewi.case(case).unwrap().chat.texts());
}

#[tokio::test]
async fn two_desks_of_one_person_and_the_older_one_stops() {
    let office = Office::open().await;
    let mut older = office.counselor().await;
    let _newer = office.counselor().await;
    assert_eq!(older.line().unwrap().closed().await.unwrap(), CloseCode::ContinuedElsewhere as u16);
}

#[tokio::test]
async fn two_pages_of_one_client_and_the_older_one_stops() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    let mut line = actors::Line::connect(&office.browser().http).await.unwrap();
    let hello = protocol::ClientCommand::Hello {
        version: protocol::PROTOCOL_VERSION,
        token: client.token().clone(),
        after_seq: 0,
        records: 0,
    };
    assert!(matches!(line.ask(hello).await.unwrap(), Reply::Welcome { .. }));
    loop {
        match client.follow().await {
            Ok(()) => {}
            Err(Error::Closed(code)) => {
                break assert_eq!(code, CloseCode::ContinuedElsewhere as u16);
            }
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn an_opening_is_answered_the_same_in_any_state() {
    let office = Office::open().await;
    let intake = actors::Intake::saying("Saya takut.");
    let prepared =
        actors::Client::prepare(&office.browser(), office.org.root, &intake).await.unwrap();
    let opening = prepared.opening.clone();
    let http = office.browser().http;
    let first: protocol::Opened = http.post("/api/sessions", &opening).await.unwrap();
    let again: protocol::Opened = http.post("/api/sessions", &opening).await.unwrap();
    assert_eq!(first, again);

    let mut client = prepared.post().await.unwrap();
    client.connect().await.unwrap();
    let mut dewi = office.counselor().await;
    dewi.claim_next().await.unwrap();
    let active: protocol::Opened = http.post("/api/sessions", &opening).await.unwrap();
    assert_eq!(active.stored, first.stored);
    assert_eq!(active.session.state, SessionState::Active);

    let stranger = protocol::Opening { token: protocol::Token([5; 32]), ..opening };
    let refused = http.post::<protocol::Opened>("/api/sessions", &stranger).await;
    assert!(
        matches!(refused, Err(Error::Refused { code: ErrorCode::Conflict, .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_counselor_who_is_gone_and_a_client_who_opens_again() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    let mut dewi = office.counselor().await;
    dewi.claim_next().await.unwrap();
    client.until_state(SessionState::Active).await.unwrap();
    dewi.cut();
    client.until(|client| !client.session.counselor_here).await.unwrap();
    assert_eq!(client.session.reopen, None, "the grace runs");
    office.org.teduh.clock.turn(61);
    // The page opens it again by itself as soon as it is asked to.
    client.until(|client| client.session.again).await.unwrap();
    assert_eq!(client.session.place, Some(1));
}

#[tokio::test]
async fn a_client_who_was_away_when_the_counselor_went_opens_again_as_she_returns() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    let mut dewi = office.counselor().await;
    dewi.claim_next().await.unwrap();
    client.until_state(SessionState::Active).await.unwrap();
    client.until(greeted).await.unwrap();
    dewi.cut();
    client.until(|client| !client.session.counselor_here).await.unwrap();
    client.cut();
    office.org.teduh.clock.turn(61);
    client.connect().await.unwrap();
    assert!(client.session.again && client.session.reopen.is_none());
    assert_eq!(client.session.state, SessionState::Waiting);
    assert_eq!(client.chat.chain().next_epoch(), 3, "the reopen carried a record of its own");
}

#[tokio::test]
async fn a_socket_that_asks_too_much_is_told_to_wait() {
    let office = Office::open().await;
    let mut dewi = office.counselor().await;
    let line = dewi.line().unwrap();
    let mut last = 0;
    // The clock stands: nothing comes back into the bucket.
    for _ in 0..100 {
        last = line.post(StaffCommand::Case { case_id: protocol::Id([1; 16]) }).await.unwrap();
    }
    let code = loop {
        match line.frame().await.unwrap() {
            Frame::Reply { re, reply: Reply::Refused(problem) } if re == last => {
                break problem.code;
            }
            _ => {}
        }
    };
    assert_eq!(code, ErrorCode::SlowDown);
    office.org.teduh.clock.turn(10);
    let case = StaffCommand::Case { case_id: protocol::Id([1; 16]) };
    let Reply::Refused(problem) = line.ask(case).await.unwrap() else { panic!("a case of nobody") };
    assert_eq!(problem.code, ErrorCode::NotAssigned);
}

#[tokio::test]
async fn a_stop_is_told_to_pages_and_desks() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    let mut dewi = office.counselor().await;
    office.app().stopping.cancel();
    for line in [client.line().unwrap(), dewi.line().unwrap()] {
        assert_eq!(line.closed().await.unwrap(), CloseCode::Stopping as u16);
    }
    let ended = async {
        while !office.app().hub.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), ended).await.unwrap();
}
