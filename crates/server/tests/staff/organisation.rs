//! How an organisation starts, and who is told what about it.

use crypto::roster::{GroupKind, StaffEntry, Standing};
use protocol::{BadGroupBox, OrgState, Role};

use crate::teduh::{Organisation, Teduh, ceremony, refused};

#[tokio::test]
async fn an_organisation_starts_by_the_real_steps() {
    let org = Organisation::start().await;
    let state: OrgState = org.teduh.browser().http.get("/api/org").await.unwrap();
    assert_eq!(state.org_id.0, org.admin.org_id());
    assert!(state.renewal.is_some(), "the supervisor's sign-in renewed the roster");
    let roster = org.counselor.organisation().unwrap().roster().unwrap();
    assert_eq!(roster.active().count(), 3);
    assert!(org.counselor.half(GroupKind::Team, 1).is_some(), "boxed by the supervisor");
    assert!(org.counselor.half(GroupKind::Escalation, 1).is_none());
    assert!(org.supervisor.half(GroupKind::Escalation, 1).is_some());
    let seen = org.admin.seen().unwrap();
    assert!(seen.missing.is_empty() && seen.waiting.is_empty());
    assert_eq!(seen.rosters_before.len(), 1);
    let names: Vec<_> = seen.names.iter().map(|name| name.name.as_str()).collect();
    assert_eq!(names, ["admin", "dewi", "sari"]);
}

#[tokio::test]
async fn a_supervisor_s_renewal_counts_for_a_visitor_who_is_shown_nobody_else() {
    let org = Organisation::start().await;
    // The roster's own time and the fortnight after it are over.
    org.teduh.clock.turn(30 * 86_400);
    let mut dewi = org.teduh.sign_in(&org.supervisor.credentials().clone()).await;
    dewi.settle().await.unwrap();
    let browser = org.teduh.browser();
    let state: OrgState = browser.http.get("/api/org").await.unwrap();
    let shown: Vec<StaffEntry> =
        state.entries.iter().map(|entry| serde_json::from_slice(&entry.0).unwrap()).collect();
    assert_eq!(shown.iter().map(|entry| entry.staff_id).collect::<Vec<_>>(), [dewi.staff_id()]);

    let now = u64::try_from(org.teduh.clock.millis()).unwrap();
    let standing = |state: &OrgState| {
        let mut visitor = actors::Organisation::new(state.org_id.0, org.root);
        visitor.take_state(state).unwrap();
        visitor.standing(now).unwrap()
    };
    assert_eq!(standing(&state), Standing::Holds);
    let unsigned = OrgState { entries: Vec::new(), ..state };
    assert_eq!(standing(&unsigned), Standing::Expired, "by nobody whom the page can know");
    let saying = actors::Intake::saying("Saya takut.");
    actors::Client::open(&browser, org.root, &saying).await.unwrap();
}

#[tokio::test]
async fn before_the_ceremony_there_is_nothing_to_sign_or_to_renew() {
    let teduh = Teduh::start().await;
    let admin = teduh.first_admin().await;
    let state: OrgState = teduh.browser().http.get("/api/org").await.unwrap();
    assert!(state.orgkeys.is_none() && state.roster.is_none() && state.entries.is_empty());
    let (http, token) = (teduh.browser().http, admin.token());
    let statement = ceremony(&admin).orgkeys;
    let renewal =
        http.tell_as(token, reqwest::Method::POST, "/api/staff/renewals", &statement).await;
    assert_eq!(refused(renewal), protocol::ErrorCode::NotReady);
}

#[tokio::test]
async fn only_an_admin_sees_who_waits() {
    let mut org = Organisation::start().await;
    let invite = org.admin.invite(&[Role::Counselor]).await.unwrap();
    org.teduh.enrol(&invite, "rini@aman.example", Some(org.root)).await;
    org.admin.fetch_org().await.unwrap();
    org.counselor.fetch_org().await.unwrap();
    assert_eq!(org.admin.seen().unwrap().waiting.len(), 1);
    assert!(org.counselor.seen().unwrap().waiting.is_empty());
}

#[tokio::test]
async fn who_waits_for_a_roster_does_nothing_in_its_name() {
    let mut org = Organisation::start().await;
    let invite = org.admin.invite(&[Role::Admin, Role::Supervisor]).await.unwrap();
    let rini = org.teduh.enrol(&invite, "rini@aman.example", Some(org.root)).await;
    let invite = org.admin.invite(&[Role::Counselor]).await.unwrap();
    org.teduh.enrol(&invite, "wulan@aman.example", Some(org.root)).await;
    let mut rini = org.teduh.sign_in(&rini).await;
    assert_eq!(refused(rini.invite(&[Role::Counselor]).await), protocol::ErrorCode::Forbidden);
    rini.fetch_org().await.unwrap();
    assert_eq!(refused(rini.renew().await), protocol::ErrorCode::Forbidden);
    let waiting = &rini.seen().unwrap().waiting;
    assert_eq!(waiting.len(), 1, "her own alone, which a new roster key has to sign");
    assert_eq!(waiting[0].staff_id.0, rini.staff_id());
    assert_eq!(rini.roles().len(), 2, "the desk knows what she will be");
    org.admin.fetch_org().await.unwrap();
    org.admin.sign_roster().await.unwrap();
    rini.invite(&[Role::Counselor]).await.unwrap();
}

#[tokio::test]
async fn a_box_that_does_not_open_is_asked_for_again() {
    let mut org = Organisation::start().await;
    let bad = BadGroupBox { kind: protocol::GroupKind::Team, generation: 1 };
    let (http, token) = (org.teduh.browser().http, org.counselor.token());
    let path = "/api/staff/group-boxes/bad";
    for _ in 0..2 {
        http.tell_as(token, reqwest::Method::POST, path, &bad).await.unwrap();
    }
    org.supervisor.fetch_org().await.unwrap();
    let missing = &org.supervisor.seen().unwrap().missing;
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].staff_id.0, org.counselor.staff_id());
    org.supervisor.box_missing().await.unwrap();
    org.counselor.fetch_org().await.unwrap();
    let seen = org.counselor.seen().unwrap();
    assert!(seen.missing.is_empty());
    assert!(seen.groups.iter().any(|group| group.own.is_some()), "boxed anew");
}
