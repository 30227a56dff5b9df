//! Who asks too much waits; the clock alone gives back.

use crate::house::House;
use protocol::{Credential, ErrorCode, LockSession, OrgState, Return, Token};

fn guess() -> Return {
    Return { cred: Credential([1; 32]), token: Token([2; 32]), pow: None }
}

async fn code_of(house: &House) -> ErrorCode {
    match house.http.post::<serde_json::Value>("/api/return", &guess()).await {
        Err(actors::Error::Refused { code, .. }) => code,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn guessing_codes_slows_down_and_nobody_is_banned() {
    let house = House::open(|settings| {
        settings.limits.address_burst = 65;
        settings.limits.address_per_second = 1;
    })
    .await;
    assert_eq!(code_of(&house).await, ErrorCode::CodeUnknown);
    assert_eq!(code_of(&house).await, ErrorCode::CodeUnknown);
    assert_eq!(code_of(&house).await, ErrorCode::SlowDown);
    house.http.get::<OrgState>("/api/org").await.unwrap();
    house.clock.turn(60);
    assert_eq!(code_of(&house).await, ErrorCode::CodeUnknown);
}

#[tokio::test]
async fn the_page_itself_is_never_held_back() {
    let house = House::open(|settings| {
        settings.limits.address_burst = 0;
    })
    .await;
    for path in ["/", "/en", "/staff", "/healthz", "/readyz"] {
        house.http.page(path).await.unwrap();
    }
    assert!(actors::Line::connect(&house.http).await.is_err(), "a socket costs more");
    assert!(house.http.get::<OrgState>("/api/org").await.is_err());
    let lock = LockSession { token: Token([2; 32]) };
    house.http.tell(reqwest::Method::POST, "/api/session/lock", &lock).await.unwrap();
}
