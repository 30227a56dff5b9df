//! A supervisor opens cases, on a clock that the story turns.

use actors::{Client, Counselor, StaffMember, Supervisor};
use domain::staff::Role;
use domain::{Hash, Roles, StaffId};
use protocol::{ErrorCode, OpeningState, SessionState, StaffCommand};
use storage::org::{NewEntry, NewRoster, Statement};

use crate::house::Office;
use crate::teduh::refused;

const MINUTE: i64 = 60;

/// An office with a second supervisor, who is not there yet.
struct Scene {
    office: Office,
    mira: actors::Credentials,
    client: Client,
    dewi: Counselor,
    case: crypto::Id,
}

async fn scene() -> Scene {
    let mut office = Office::open().await;
    let invite = office.org.admin.invite(&[protocol::Role::Supervisor]).await.unwrap();
    let mira = office.org.teduh.enrol(&invite, "mira@aman.example", Some(office.org.root)).await;
    office.org.admin.refresh().await.unwrap();
    office.org.admin.sign_roster().await.unwrap();
    let mut client = office.client("Saya takut.").await;
    let mut dewi = office.counselor().await;
    let case = dewi.claim_next().await.unwrap();
    client.until_state(SessionState::Active).await.unwrap();
    Scene { office, mira, client, dewi, case }
}

impl Scene {
    /// A supervisor at her desk, her second factor just given.
    async fn supervisor(&self, credentials: &actors::Credentials) -> Supervisor {
        self.office.org.teduh.clock.turn(90);
        let member = StaffMember::sign_in(&self.office.browser(), credentials.clone()).await;
        Supervisor::at_desk(member.unwrap()).await.unwrap()
    }

    async fn sari(&self) -> Supervisor {
        self.supervisor(self.office.org.supervisor.credentials()).await
    }

    /// Storage has a roster in which this person is a counselor alone; nobody is told of it.
    async fn take_role(&self, staff: StaffId) {
        let app = self.office.app();
        let version = app.store.org.newest_roster().await.unwrap().unwrap().statement.version;
        let mut entries = Vec::new();
        for (mut entry, n) in app.store.org.entries_of(version).await.unwrap().into_iter().zip(1..)
        {
            if entry.staff == staff {
                entry.roles = Roles::default().with(Role::Counselor);
            }
            entries.push(NewEntry { hash: Hash::new([n; 32]), entry, bytes: vec![n] });
        }
        let groups = app.store.org.groups().await.unwrap();
        let roster = NewRoster {
            statement: Statement { version: version + 1, hash: Hash::new([9; 32]), bytes: vec![9] },
            orgkeys_version: 1,
            issued_at: app.now(),
            entries,
            groups: groups.iter().map(|one| (one.kind, one.generation, one.kid)).collect(),
            strict: false,
            by: staff,
            now: app.now(),
        };
        app.store.org.publish_roster(roster).await.unwrap();
    }

    fn turn(&self, seconds: i64) {
        self.office.org.teduh.clock.turn(seconds);
    }
}

async fn totp(desk: &mut Supervisor, code: String) -> Result<(), ErrorCode> {
    match desk.line().unwrap().tell(StaffCommand::Confirm { code }).await {
        Ok(()) => Ok(()),
        Err(error) => Err(error.code().unwrap()),
    }
}

#[tokio::test]
async fn a_factor_is_fresh_for_five_minutes_and_a_code_serves_once() {
    let mut scene = Box::pin(scene()).await;
    scene.client.raise_level(3).await.unwrap();
    let mut sari = scene.sari().await;
    scene.turn(5 * MINUTE);
    assert_eq!(refused(sari.break_glass(scene.case, "danger").await), ErrorCode::FactorNeeded);
    let code = sari.member.next_confirmation().unwrap();
    assert_eq!(totp(&mut sari, code.clone()).await, Ok(()));
    assert_eq!(totp(&mut sari, code).await, Err(ErrorCode::TotpFailed));
    let opening = sari.break_glass(scene.case, "danger").await.unwrap();
    assert_eq!(opening.state, OpeningState::Open);
    // The answer was lost: going on with it asks for no code.
    scene.turn(6 * MINUTE);
    let again = sari.break_glass_as(opening.opening_id.0, scene.case, "danger").await.unwrap();
    assert_eq!(again, opening);
    assert_eq!(refused(sari.break_glass(scene.case, "danger").await), ErrorCode::FactorNeeded);
    // After a jump back of the clock nothing counts as just given.
    let code = sari.member.next_confirmation().unwrap();
    assert_eq!(totp(&mut sari, code).await, Ok(()));
    scene.turn(-60 * MINUTE);
    assert_eq!(refused(sari.break_glass(scene.case, "danger").await), ErrorCode::FactorNeeded);
}

#[tokio::test]
async fn guessing_the_second_factor_is_slowed_down() {
    let scene = Box::pin(scene()).await;
    let mut sari = scene.sari().await;
    let mut codes = Vec::new();
    for _ in 0..11 {
        codes.push(totp(&mut sari, "no code".to_owned()).await.unwrap_err());
    }
    assert_eq!(codes.iter().filter(|code| **code == ErrorCode::TotpFailed).count(), 10);
    assert_eq!(codes.last(), Some(&ErrorCode::SlowDown));
    scene.turn(10);
    let code = sari.member.next_confirmation().unwrap();
    assert_eq!(totp(&mut sari, code).await, Ok(()), "slowed down, never locked out");
}

#[tokio::test]
async fn who_is_alone_may_open_after_two_minutes_and_no_earlier() {
    let mut scene = Box::pin(scene()).await;
    let mut sari = scene.sari().await;
    let id = sari.break_glass(scene.case, "complaint").await.unwrap().opening_id.0;
    scene.turn(2 * MINUTE - 1);
    let asked = sari.break_glass_as(id, scene.case, "complaint").await.unwrap();
    assert_eq!(asked.state, OpeningState::Asked);
    scene.turn(1);
    let opened = sari.break_glass_as(id, scene.case, "complaint").await.unwrap();
    assert_eq!((opened.state, opened.alone), (OpeningState::Open, true));
    scene.client.until(|client| !client.session.opened.is_empty()).await.unwrap();
    assert!(scene.client.session.opened.iter().all(|opened| opened.alone));

    // Somebody comes, is shown the page, and countersigns; with her there nobody is alone.
    let mut mira = scene.supervisor(&scene.mira.clone()).await;
    assert!(mira.escalations.pages.iter().any(|page| page.alone == 1));
    let code = sari.member.next_confirmation().unwrap();
    assert_eq!(totp(&mut sari, code).await, Ok(()));
    let other = sari.break_glass(scene.case, "follow_up").await.unwrap().opening_id.0;
    scene.turn(3 * MINUTE);
    let asked = sari.break_glass_as(other, scene.case, "follow_up").await.unwrap();
    assert_eq!(asked.state, OpeningState::Asked, "another one is there");
    let signed = mira.countersign(id).await.unwrap();
    assert!(signed.countersigned.is_some() && signed.countersign_before.is_none());
}

#[tokio::test]
async fn an_ask_ends_after_a_quarter_and_an_opening_after_an_hour() {
    let mut scene = Box::pin(scene()).await;
    let mut sari = scene.sari().await;
    let mut mira = scene.supervisor(&scene.mira.clone()).await;
    let id = sari.break_glass(scene.case, "complaint").await.unwrap().opening_id.0;
    mira.until(|known| known.openings.contains_key(&id)).await.unwrap();
    scene.turn(15 * MINUTE);
    // A token is good for five minutes.
    sari.member.refresh().await.unwrap();
    mira.member.refresh().await.unwrap();
    let closed = |known: &actors::Escalations, id| {
        known.openings.get(&id).is_some_and(|one| one.state == OpeningState::Closed)
    };
    sari.until(|known| closed(known, id)).await.unwrap();
    mira.until(|known| closed(known, id)).await.unwrap();
    let code = sari.member.next_confirmation().unwrap();
    assert_eq!(totp(&mut sari, code).await, Ok(()));
    let again = sari.break_glass_as(id, scene.case, "complaint").await;
    assert_eq!(refused(again), ErrorCode::OpeningOver);

    scene.client.raise_level(3).await.unwrap();
    let open = sari.break_glass(scene.case, "danger").await.unwrap().opening_id.0;
    scene.dewi.say(scene.case, "Saya di sini.").await.unwrap();
    sari.until_desk(|desk| {
        desk.cases.get(&scene.case).is_some_and(|held| held.chat.texts().len() == 2)
    })
    .await
    .unwrap();
    let command = actors::join(
        scene.case,
        sari.coming(scene.case, crypto::epoch::Reason::Join).await.unwrap(),
    );
    scene.turn(60 * MINUTE);
    sari.member.refresh().await.unwrap();
    sari.until(|known| closed(known, open)).await.unwrap();
    // Nothing of what is said from then on.
    scene.dewi.say(scene.case, "Masih di sini?").await.unwrap();
    let protocol::Reply::Refused(problem) = sari.line().unwrap().ask(command).await.unwrap() else {
        panic!("joined without an opening")
    };
    assert_eq!(problem.code, ErrorCode::NotOpened);
    sari.catch_up().await.unwrap();
    assert_eq!(refused(sari.fetch_case(scene.case).await), ErrorCode::NotAssigned);
}

/// A supervisor who has joined is there: the client's page is not asked to open the case again.
#[tokio::test]
async fn a_joined_supervisor_holds_the_case_when_the_counselor_is_gone() {
    let mut scene = Box::pin(scene()).await;
    scene.client.raise_level(3).await.unwrap();
    let mut sari = scene.sari().await;
    sari.break_glass(scene.case, "danger").await.unwrap();
    sari.join(scene.case).await.unwrap();
    scene.dewi.cut();
    scene.client.until(|client| !client.session.counselor_here).await.unwrap();
    scene.turn(2 * MINUTE);
    scene.client.say("Halo?").await.unwrap();
    assert_eq!(scene.client.session.reopen, None);
    sari.take_over(scene.case).await.unwrap();
    let me = protocol::Id(sari.member.staff_id());
    scene.client.until(|client| client.session.counselor == Some(me)).await.unwrap();
    sari.say(scene.case, "Saya teruskan.").await.unwrap();
    scene.client.until_reads("Saya teruskan.").await.unwrap();
}

#[tokio::test]
async fn a_case_that_is_gone_is_not_opened() {
    let mut scene = Box::pin(scene()).await;
    scene.client.end().await.unwrap();
    scene.turn(200 * 24 * 60 * MINUTE);
    let app = scene.office.app().clone();
    app.store.jobs.sweep(&app.settings.keep.rules(), app.now()).await.unwrap();
    let mut sari = scene.sari().await;
    assert_eq!(refused(sari.break_glass(scene.case, "danger").await), ErrorCode::NotFound);
}

/// The next command learns of a roster before the desk hears of it. From then on they hear nothing.
#[tokio::test]
async fn who_is_no_supervisor_any_more_hears_nothing_of_what_they_opened() {
    let mut scene = Box::pin(scene()).await;
    scene.client.raise_level(3).await.unwrap();
    let mut sari = scene.sari().await;
    sari.break_glass(scene.case, "danger").await.unwrap();
    scene.dewi.say(scene.case, "Saya di sini.").await.unwrap();
    sari.until_desk(|desk| desk.cases[&scene.case].chat.texts().len() == 2).await.unwrap();
    scene.take_role(StaffId::new(sari.member.staff_id())).await;
    // What was found out about a sign-in a moment ago is not remembered for longer.
    scene.turn(5);
    let escalation_id = protocol::Id([0; 16]);
    let command = StaffCommand::Acknowledge { escalation_id };
    let refused = sari.line().unwrap().tell(command.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::Forbidden));
    scene.dewi.say(scene.case, "Masih di sini?").await.unwrap();
    // Its answer comes after what was told before.
    sari.line().unwrap().tell(command).await.unwrap_err();
    while let Some(event) = sari.line().unwrap().event_at_hand() {
        assert!(!matches!(event, protocol::Event::Message { .. }), "{event:?}");
    }
}
