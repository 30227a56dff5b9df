//! Access tokens at the door, and refresh tokens that were copied.

use protocol::{ErrorCode, RefreshStart, Refreshed, StaffOrg};

use crate::teduh::{Organisation, Teduh, refused};

async fn ask(teduh: &Teduh, token: &str) -> actors::Result<()> {
    let asked = teduh.browser().http.get_as::<StaffOrg>(token, "/api/staff/org").await;
    asked.map(drop)
}

/// Refreshes with a cookie of one's choice; gives the next one.
async fn refresh(teduh: &Teduh, sid: protocol::Id, cookie: &str) -> actors::Result<String> {
    let http = teduh.browser().http;
    let (_, next): (Refreshed, _) =
        http.post_cookie("/api/refresh", &RefreshStart { sid }, Some(cookie)).await?;
    Ok(next.unwrap())
}

#[tokio::test]
async fn a_token_that_is_not_good_opens_nothing() {
    let org = Organisation::start().await;
    let other = Teduh::start().await;
    let foreign = other.first_admin().await.token().to_owned();
    let own = org.counselor.token();
    let payload = own.split('.').nth(1).unwrap();
    // {"alg":"none","kid":"1"} and {"alg":"HS256","kid":"1"}
    let none = format!("eyJhbGciOiJub25lIiwia2lkIjoiMSJ9.{payload}.");
    let hs256 = format!("eyJhbGciOiJIUzI1NiIsImtpZCI6IjEifQ.{payload}.{}", "A".repeat(43));
    ask(&org.teduh, own).await.unwrap();
    for bad in [foreign.as_str(), &none, &hs256, "", &own[..own.len() - 4]] {
        assert_eq!(refused(ask(&org.teduh, bad).await), ErrorCode::TokenInvalid, "{bad}");
    }
    org.teduh.clock.turn(300);
    assert_eq!(refused(ask(&org.teduh, own).await), ErrorCode::TokenInvalid);
}

#[tokio::test]
async fn a_sign_in_revoked_by_another_node_is_out_within_two_seconds() {
    let org = Organisation::start().await;
    let (teduh, token) = (&org.teduh, org.counselor.token());
    ask(teduh, token).await.unwrap();
    let sid = domain::SignInId::new(org.counselor.sid().0);
    teduh.app.store.sign_ins.revoke(sid, teduh.app.now()).await.unwrap();
    teduh.clock.turn(2);
    assert_eq!(refused(ask(teduh, token).await), ErrorCode::TokenInvalid);
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_get_the_same_successor() {
    let org = Organisation::start().await;
    let (sid, first) = (org.counselor.sid(), org.counselor.cookie().unwrap());
    let second = refresh(&org.teduh, sid, first).await.unwrap();
    org.teduh.clock.turn(9);
    assert_eq!(refresh(&org.teduh, sid, first).await.unwrap(), second);
    assert_ne!(refresh(&org.teduh, sid, &second).await.unwrap(), second);
}

#[tokio::test]
async fn a_refresh_token_used_again_later_ends_the_sign_in() {
    let org = Organisation::start().await;
    let (sid, first) = (org.counselor.sid(), org.counselor.cookie().unwrap());
    let second = refresh(&org.teduh, sid, first).await.unwrap();
    org.teduh.clock.turn(11);
    let reused = refresh(&org.teduh, sid, first).await;
    assert_eq!(refused(reused), ErrorCode::TokenReused);
    let of_owner = refresh(&org.teduh, sid, &second).await;
    assert_eq!(refused(of_owner), ErrorCode::TokenInvalid);
    let token = org.counselor.token();
    assert_eq!(refused(ask(&org.teduh, token).await), ErrorCode::TokenInvalid);
}

#[tokio::test]
async fn another_sign_in_of_the_same_cookie_rotates_nothing() {
    let org = Organisation::start().await;
    let (sid, cookie) = (org.counselor.sid(), org.counselor.cookie().unwrap());
    // The same first 8 hex digits, so that the cookie's name fits.
    let mut other = sid;
    other.0[15] ^= 1;
    let foreign = refresh(&org.teduh, other, cookie).await;
    assert_eq!(refused(foreign), ErrorCode::TokenInvalid);
    org.teduh.clock.turn(60);
    refresh(&org.teduh, sid, cookie).await.unwrap();
}

#[tokio::test]
async fn each_role_does_its_own_deeds_only() {
    let org = Organisation::start().await;
    let http = org.teduh.browser().http;
    let deeds = [
        (
            reqwest::Method::POST,
            "/api/staff/invites",
            r#"{"iid_hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","roles":["admin"]}"#,
        ),
        (reqwest::Method::POST, "/api/staff/groups", r#"{"record":"","sig":"","boxes":[]}"#),
        (
            reqwest::Method::PUT,
            "/api/staff/roster",
            r#"{"roster":{"p":"","kid":"AAAAAAAAAAAAAAAAAAAAAA","sig":""},"entries":[]}"#,
        ),
        (
            reqwest::Method::POST,
            "/api/staff/renewals",
            r#"{"p":"","kid":"AAAAAAAAAAAAAAAAAAAAAA","sig":""}"#,
        ),
    ];
    for (method, path, body) in deeds {
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        let done = http.tell_as(org.counselor.token(), method, path, &body).await;
        assert_eq!(refused(done), ErrorCode::Forbidden, "{path}");
    }
}
