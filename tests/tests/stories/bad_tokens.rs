//! Bad input, row by row: tokens of staff, one-time codes, and somebody who was disabled.

use actors::{Counselor, Error, Line, StaffMember};
use anyhow::{Context, Result, ensure};
use crypto::base64url;
use crypto::hash::hmac;
use crypto::sign::SigningKey;
use protocol::{CloseCode, ErrorCode, Reply, StaffCommand, StaffOrg};
use serde_json::{Value, json};
use stories::{Engine, House, on_both_engines, patiently};

/// A valid token, taken apart.
struct Parts {
    header: Value,
    payload: Value,
}

impl Parts {
    fn of(token: &str) -> Result<Self> {
        let mut parts = token.split('.');
        let mut next = || -> Result<Value> {
            let part = base64url::decode(parts.next().context("three parts")?)?;
            Ok(serde_json::from_slice(&part)?)
        };
        Ok(Self { header: next()?, payload: next()? })
    }

    fn signed(&self, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let text = format!(
            "{}.{}",
            base64url::encode(self.header.to_string()),
            base64url::encode(self.payload.to_string())
        );
        let sig = base64url::encode(sign(text.as_bytes()));
        format!("{text}.{sig}")
    }
}

/// The server's own key, out of its data folder.
fn servers_key(house: &House) -> Result<SigningKey> {
    let secrets: Value =
        serde_json::from_slice(&std::fs::read(house.service.data().join("secrets.json"))?)?;
    let seed = secrets.pointer("/jwt/0/key").and_then(Value::as_str).context("a seed")?;
    Ok(SigningKey::from_seed(&crypto::Secret::new(base64url::decode_array(seed)?)))
}

/// Neither REST nor the socket takes this token.
async fn is_refused(make: impl FnOnce(Parts, &House) -> Result<String>) -> Result<()> {
    let house = House::open(Engine::Sqlite).await?;
    let dewi = signed_in(&house).await?;
    let token = make(Parts::of(dewi.token())?, &house)?;
    let http = &house.browser().http;
    let good: Result<StaffOrg, Error> = http.get_as(dewi.token(), "/api/staff/org").await;
    good.context("the token that was taken apart is good")?;
    let refused: Result<StaffOrg, Error> = http.get_as(&token, "/api/staff/org").await;
    ensure!(refused.err().and_then(|why| why.code()) == Some(ErrorCode::TokenInvalid));

    let mut line = Line::connect(http).await?;
    let hello =
        StaffCommand::StaffHello { version: protocol::PROTOCOL_VERSION, token, resuming: false };
    let reply = line.ask(hello).await?;
    ensure!(matches!(reply, Reply::Refused(p) if p.code == ErrorCode::TokenInvalid));
    ensure!(line.closed().await? == CloseCode::Unauthenticated as u16);
    Ok(())
}

async fn signed_in(house: &House) -> Result<StaffMember> {
    let credentials = house.people.counselors.first().context("a counselor")?;
    Ok(StaffMember::sign_in(&house.browser(), credentials.clone()).await?)
}

#[tokio::test]
async fn a_token_signed_by_the_servers_own_key_would_be_taken() -> Result<()> {
    let house = House::open(Engine::Sqlite).await?;
    let dewi = signed_in(&house).await?;
    let key = servers_key(&house)?;
    let token = Parts::of(dewi.token())?.signed(|text| key.sign(text).to_vec());
    let _: StaffOrg = house.browser().http.get_as(&token, "/api/staff/org").await?;
    Ok(())
}

#[tokio::test]
async fn an_expired_token_is_token_invalid() -> Result<()> {
    is_refused(|mut parts, house| {
        let issued = parts.payload["iat"].as_i64().context("iat")?;
        parts.payload["iat"] = json!(issued - 600);
        parts.payload["exp"] = json!(issued - 300);
        let key = servers_key(house)?;
        Ok(parts.signed(|text| key.sign(text).to_vec()))
    })
    .await
}

#[tokio::test]
async fn a_foreign_token_is_token_invalid() -> Result<()> {
    is_refused(|parts, _| {
        let foreign = SigningKey::from_seed(&crypto::Secret::new([7; 32]));
        Ok(parts.signed(|text| foreign.sign(text).to_vec()))
    })
    .await
}

#[tokio::test]
async fn alg_none_is_token_invalid() -> Result<()> {
    is_refused(|mut parts, _| {
        parts.header["alg"] = json!("none");
        Ok(parts.signed(|_| Vec::new()))
    })
    .await
}

#[tokio::test]
async fn hs256_over_the_public_key_is_token_invalid() -> Result<()> {
    is_refused(|mut parts, house| {
        parts.header["alg"] = json!("HS256");
        let public = servers_key(house)?.public();
        Ok(parts.signed(|text| hmac(&public, text).to_vec()))
    })
    .await
}

#[tokio::test]
async fn a_token_of_a_sign_in_that_ended_is_token_invalid() -> Result<()> {
    let house = House::open(Engine::Sqlite).await?;
    let dewi = signed_in(&house).await?;
    let token = dewi.token().to_owned();
    dewi.sign_out().await?;
    // A node may remember for two seconds that the sign-in lived; the token would be good for minutes.
    let http = &house.browser().http;
    patiently(async {
        loop {
            let met: Result<StaffOrg, Error> = http.get_as(&token, "/api/staff/org").await;
            match met {
                Ok(_) => {}
                Err(why) if why.code() == Some(ErrorCode::TokenInvalid) => return Ok(()),
                Err(why) => return Err(why.into()),
            }
        }
    })
    .await
}

async fn a_refresh_token_used_again_is_token_reused(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut dewi = signed_in(&house).await?;
    let first = dewi.cookie().context("a cookie")?.to_owned();
    dewi.refresh().await?;
    dewi.refresh().await?;
    let body = protocol::RefreshStart { sid: dewi.sid() };
    let http = &house.browser().http;
    let reused: Result<(protocol::Refreshed, _), Error> =
        http.post_cookie("/api/refresh", &body, Some(&first)).await;
    ensure!(reused.err().and_then(|why| why.code()) == Some(ErrorCode::TokenReused));
    // Every token of that sign-in is void from now on.
    let newest = dewi.refresh().await.err().and_then(|why| why.code());
    ensure!(matches!(newest, Some(ErrorCode::TokenInvalid | ErrorCode::TokenReused)), "{newest:?}");
    Ok(())
}

#[tokio::test]
async fn a_one_time_code_used_again_is_totp_failed() -> Result<()> {
    let house = House::open(Engine::Sqlite).await?;
    let dewi = signed_in(&house).await?;
    let mut forgets = house.people.counselors.first().context("a counselor")?.clone();
    // Every step but the one just used counts as used: the code that went before goes again.
    let used = dewi.credentials().used_steps.last().copied().context("a step")?;
    forgets.used_steps = (used - 2..used + 4).filter(|step| *step != used).collect();
    let again = StaffMember::sign_in(&house.browser(), forgets).await;
    let code = again.err().and_then(|why| why.code());
    ensure!(code == Some(ErrorCode::TotpFailed), "{code:?}");
    Ok(())
}

#[tokio::test]
async fn a_wrong_passphrase_is_seen_before_the_server_is_told() -> Result<()> {
    let house = House::open(Engine::Sqlite).await?;
    let mut wrong = house.people.counselors.first().context("a counselor")?.clone();
    "bukan kata sandi yang benar".clone_into(&mut wrong.passphrase);
    let met = StaffMember::sign_in(&house.browser(), wrong).await;
    ensure!(matches!(met, Err(Error::NotPossible(_))));
    Ok(())
}

/// `teduh staff disable`: out at the node's next look, sockets too, long before any token ends.
async fn a_disabled_member_of_staff_is_out_and_her_client_goes_on(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let member = signed_in(&house).await?;
    let token = member.token().to_owned();
    let mut dewi = Counselor::at_desk(member).await?;
    let case = dewi.claim_next().await?;
    client.until_state(protocol::SessionState::Active).await?;

    house.service.run(&["staff", "disable", "dewi@rumah-aman.example"])?;
    let closed = patiently(async { Ok(dewi.line()?.closed().await?) }).await?;
    ensure!(closed == CloseCode::SignedOut as u16);
    let http = &house.browser().http;
    let met: Result<StaffOrg, Error> = http.get_as(&token, "/api/staff/org").await;
    ensure!(met.err().and_then(|why| why.code()) == Some(ErrorCode::TokenInvalid));

    // The client is not left alone: the case waits again, and another counselor takes it.
    client.until(|client| client.session.again).await?;
    let mut budi = house.counselor(1).await?;
    ensure!(budi.claim_next().await? == case);
    Ok(())
}

on_both_engines!(
    a_refresh_token_used_again_is_token_reused,
    a_disabled_member_of_staff_is_out_and_her_client_goes_on,
);
