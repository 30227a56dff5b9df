//! Signing in, the passphrase again after a reload, and being shut out.

use std::net::SocketAddr;

use actors::{Browser, Counselor, StaffMember};
use crypto::Secret;
use crypto::opaque::ClientLogin;
use domain::audit::Actor;
use domain::{SignInId, StaffId};
use protocol::{Blob, ErrorCode, SignInFinish, SignInStart, SignInStarted, SignInTotp, SignedIn};

use crate::teduh::{Organisation, PASSPHRASE, Teduh, refused};

/// One sign-in by hand, up to the second factor.
async fn first_factor(
    browser: &Browser,
    email: &str,
    passphrase: &str,
    opaque_pk: &crypto::PublicKey,
) -> actors::Result<protocol::Id> {
    let seed = Secret::new([3; 32]);
    let (login, request) = ClientLogin::start(passphrase, &seed).unwrap();
    let start = SignInStart { email: email.to_owned(), request: Blob(request) };
    let started: SignInStarted = browser.http.post("/api/sign-in/start", &start).await?;
    let done = login.finish(passphrase, &started.response.0, opaque_pk, &seed);
    // Whoever has the wrong passphrase can only make something up.
    let finalization = done.map_or_else(|_| vec![1; 64], |done| done.finalization);
    let finish = SignInFinish { sign_in: started.sign_in, finalization: Blob(finalization) };
    browser.http.tell(reqwest::Method::POST, "/api/sign-in/finish", &finish).await?;
    Ok(started.sign_in)
}

async fn second_factor(
    browser: &Browser,
    sign_in: protocol::Id,
    code: String,
) -> actors::Result<SignedIn> {
    browser.http.post("/api/sign-in/totp", &SignInTotp { sign_in, code }).await
}

#[tokio::test]
async fn a_known_and_an_unknown_address_look_alike() {
    let teduh = Teduh::start().await;
    let admin = teduh.first_admin().await;
    let browser = teduh.browser();
    let mut answers = Vec::new();
    for email in ["admin@aman.example", "nobody@aman.example"] {
        let (_, request) = ClientLogin::start("a guess at it", &Secret::new([3; 32])).unwrap();
        let start = SignInStart { email: email.to_owned(), request: Blob(request) };
        let started: SignInStarted = browser.http.post("/api/sign-in/start", &start).await.unwrap();
        answers.push(started.response.0.len());
        let pk = &admin.credentials().opaque_pk;
        let failed = first_factor(&browser, email, "a guess at it", pk).await;
        assert_eq!(refused(failed), ErrorCode::SignInFailed);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn an_address_in_another_spelling_signs_in() {
    let teduh = Teduh::start().await;
    let mut credentials = teduh.first_admin().await.credentials().clone();
    " ADMIN@Aman.Example".clone_into(&mut credentials.email);
    teduh.sign_in(&credentials).await;
}

#[tokio::test]
async fn a_one_time_code_serves_once() {
    let teduh = Teduh::start().await;
    let admin = teduh.first_admin().await;
    let browser = teduh.browser();
    teduh.clock.turn(90);
    let step = u64::try_from(teduh.clock.millis()).unwrap() / 30_000;
    let pk = &admin.credentials().opaque_pk;
    for expected in [true, false] {
        let sign_in = first_factor(&browser, "admin@aman.example", PASSPHRASE, pk).await.unwrap();
        let code = admin.credentials().current_code(step * 30_000).unwrap();
        let done = second_factor(&browser, sign_in, code).await;
        if expected {
            assert_eq!(done.unwrap().staff_id.0, admin.staff_id());
        } else {
            assert_eq!(refused(done), ErrorCode::TotpFailed);
        }
    }
}

#[tokio::test]
async fn codes_of_the_neighbouring_half_minutes_serve_and_older_ones_do_not() {
    let teduh = Teduh::start().await;
    let admin = teduh.first_admin().await;
    let browser = teduh.browser();
    teduh.clock.turn(600);
    let step = u64::try_from(teduh.clock.millis()).unwrap() / 30_000;
    let pk = &admin.credentials().opaque_pk;
    for (of, serves) in [(step - 1, true), (step + 1, true), (step - 2, false), (step + 2, false)] {
        let sign_in = first_factor(&browser, "admin@aman.example", PASSPHRASE, pk).await.unwrap();
        let code = admin.credentials().current_code(of * 30_000).unwrap();
        assert_eq!(second_factor(&browser, sign_in, code).await.is_ok(), serves, "{of}");
    }
}

#[tokio::test]
async fn the_second_factor_waits_two_minutes_and_three_codes() {
    let teduh = Teduh::start().await;
    let admin = teduh.first_admin().await;
    let browser = teduh.browser();
    let pk = &admin.credentials().opaque_pk;
    let code = |teduh: &Teduh| {
        let step = u64::try_from(teduh.clock.millis()).unwrap() / 30_000;
        admin.credentials().current_code(step * 30_000).unwrap()
    };
    teduh.clock.turn(90);
    let late = first_factor(&browser, "admin@aman.example", PASSPHRASE, pk).await.unwrap();
    teduh.clock.turn(120);
    let refusal = second_factor(&browser, late, code(&teduh)).await;
    assert_eq!(refused(refusal), ErrorCode::SignInFailed);

    let guessed = first_factor(&browser, "admin@aman.example", PASSPHRASE, pk).await.unwrap();
    for _ in 0..3 {
        let wrong = second_factor(&browser, guessed, "000000".to_owned()).await;
        assert_eq!(refused(wrong), ErrorCode::TotpFailed);
    }
    let right = second_factor(&browser, guessed, code(&teduh)).await;
    assert_eq!(refused(right), ErrorCode::SignInFailed);
}

#[tokio::test]
async fn guessing_is_slowed_down_and_she_still_gets_in() {
    let teduh = Teduh::start().await;
    let admin = teduh.first_admin().await;
    let browser = teduh.browser();
    let pk = &admin.credentials().opaque_pk;
    for _ in 0..10 {
        let wrong = first_factor(&browser, "admin@aman.example", "wrong", pk).await;
        assert_eq!(refused(wrong), ErrorCode::SignInFailed);
    }
    let slowed = first_factor(&browser, "admin@aman.example", "wrong", pk).await;
    assert_eq!(refused(slowed), ErrorCode::SlowDown);
    // From the same address after ten seconds, from another one at once (`slowdown.rs`).
    teduh.sign_in(admin.credentials()).await;
}

#[tokio::test]
async fn a_reloaded_desk_needs_the_passphrase_only() {
    let mut org = Organisation::start().await;
    org.counselor.unlock().await.unwrap();
    let mut credentials = org.counselor.credentials().clone();
    assert!(org.counselor.half(crypto::roster::GroupKind::Team, 1).is_none());
    org.counselor.fetch_org().await.unwrap();
    assert!(org.counselor.half(crypto::roster::GroupKind::Team, 1).is_some());
    "not the passphrase".clone_into(&mut credentials.passphrase);
    org.teduh.clock.turn(90);
    let failed = StaffMember::sign_in(&org.teduh.browser(), credentials).await;
    assert!(failed.is_err());
}

#[tokio::test]
async fn a_disabled_person_is_out_at_once_and_stays_out() {
    let mut org = Organisation::start().await;
    let sari = StaffId::new(org.counselor.staff_id());
    let by = Actor::Cli("root".to_owned());
    server::departed::disable(&org.teduh.app, sari, by).await.unwrap();
    assert_eq!(refused(org.counselor.fetch_org().await), ErrorCode::TokenInvalid);
    assert_eq!(refused(org.counselor.refresh().await), ErrorCode::TokenInvalid);
    let credentials = org.counselor.credentials().clone();
    let pk = &credentials.opaque_pk;
    let failed = first_factor(&org.teduh.browser(), &credentials.email, PASSPHRASE, pk).await;
    assert_eq!(refused(failed), ErrorCode::SignInFailed);
}

#[tokio::test]
async fn the_socket_of_a_disabled_person_is_closed() {
    let org = Organisation::start().await;
    let app = &org.teduh.app;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let clock = org.teduh.clock.clone();
    let browser = Browser::new(&format!("http://{}", listener.local_addr().unwrap()))
        .with_clock(actors::Clock::new(move || clock.millis()));
    let make = server::web::router(app).unwrap();
    let make = make.into_make_service_with_connect_info::<SocketAddr>();
    app.tasks.spawn(async move { axum::serve(listener, make).await.unwrap() });
    org.teduh.clock.turn(90);
    let credentials = org.counselor.credentials().clone();
    let member = StaffMember::sign_in(&browser, credentials).await.unwrap();
    let sari = StaffId::new(member.staff_id());
    let mut counselor = Counselor::at_desk(member).await.unwrap();
    server::departed::disable(app, sari, Actor::Cli("root".to_owned())).await.unwrap();
    assert_eq!(counselor.until(|_| false).await, Err(actors::Error::Closed(4100)));
}

#[tokio::test]
async fn somebody_dropped_from_the_staff_list_is_out_too() {
    let mut org = Organisation::start().await;
    let without = crate::rosters::next(&org.admin, |roster, entries| {
        let sari = entries.iter().position(|entry| entry.alias == 3).unwrap();
        roster.staff.remove(sari);
    });
    crate::rosters::put(&org.admin, &without).await.unwrap();
    assert_eq!(refused(org.counselor.fetch_org().await), ErrorCode::TokenInvalid);
}

#[tokio::test]
async fn signing_out_ends_the_sign_in_for_whoever_holds_its_cookie_only() {
    let mut org = Organisation::start().await;
    let stranger = protocol::RefreshStart { sid: org.counselor.sid() };
    org.teduh.browser().http.tell_cookie("/api/sign-out", &stranger, None).await.unwrap();
    org.counselor.fetch_org().await.unwrap();
    let (token, sid) = (org.counselor.token().to_owned(), org.counselor.sid());
    org.counselor.sign_out().await.unwrap();
    let (http, now) = (org.teduh.browser().http, org.teduh.app.now());
    let asked = http.get_as::<protocol::StaffOrg>(&token, "/api/staff/org").await;
    assert_eq!(refused(asked.map(drop)), ErrorCode::TokenInvalid);
    assert!(org.teduh.app.store.sign_ins.get(SignInId::new(sid.0), now).await.is_err());
}
