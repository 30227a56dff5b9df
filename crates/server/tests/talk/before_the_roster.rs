//! Before the first roster: the numbers, and no chat that nobody could take.

use crate::house::House;
use protocol::{
    Blob, ErrorCode, Language, LockSession, NewEpoch, Opening, OrgState, PublicKey, Routing, Token,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn nobody_can_open_and_the_page_says_the_numbers() {
    let house = House::open(|_| ()).await;
    let org: OrgState = house.http.get("/api/org").await.unwrap();
    assert!(org.orgkeys.is_none() && org.roster.is_none());
    let page = house.http.page("/").await.unwrap();
    let id = crypto::base64url::encode(house.app.org_id().as_bytes());
    assert!(page.contains(&format!("data-org-id=\"{id}\"")), "{page}");
    assert!(page.contains("data-root=\"\"") && page.contains("tel:110"));

    let opening = Opening {
        token: Token([1; 32]),
        csig_pk: PublicKey([1; 32]),
        ckem_pk: PublicKey([2; 32]),
        epoch: NewEpoch { body: Blob(vec![]), sig: Blob(vec![]), boxes: vec![] },
        routing: Routing { language: Language::Id, level: 0 },
        pow: None,
        messages: vec![],
    };
    let refused = house.http.post::<serde_json::Value>("/api/sessions", &opening).await;
    assert!(
        matches!(refused, Err(actors::Error::Refused { code: ErrorCode::NotReady, .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_exit_is_always_answered() {
    let house = House::open(|_| ()).await;
    let body = serde_json::to_string(&LockSession { token: Token([9; 32]) }).unwrap();
    let mut stream = tokio::net::TcpStream::connect(house.address).await.unwrap();
    let request = format!(
        "POST /api/session/lock HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
}
