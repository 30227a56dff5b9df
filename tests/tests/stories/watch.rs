//! What whoever watches the service sees: whether it can serve, and its log.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use stories::{Engine, House, on_both_engines};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What the service answers to a request as it is.
async fn ask(house: &House, request: &str) -> Result<String> {
    let mut stream = TcpStream::connect(house.service.address()).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

async fn get(house: &House, path: &str) -> Result<String> {
    ask(house, &format!("GET {path} HTTP/1.1\r\nHost: teduh\r\nConnection: close\r\n\r\n")).await
}

/// Without its database the service lives and is not ready.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_whose_database_is_away_is_not_ready() -> Result<()> {
    let mut house = House::open(Engine::Postgres).await?;
    ensure!(get(&house, "/readyz").await?.starts_with("HTTP/1.1 200 "));
    house.postgres.as_mut().context("a server")?.stop()?;
    let answer = get(&house, "/readyz").await?;
    ensure!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    ensure!(answer.ends_with("the database does not answer"), "{answer}");
    ensure!(get(&house, "/healthz").await?.starts_with("HTTP/1.1 200 "));
    Ok(())
}

/// Each line of the log is JSON with known fields; a request's line has the pattern of its route
/// and nothing of its address, its URL, its method where that is made up, or its headers.
async fn the_log_says_nothing_of_who_asked(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let code = client.make_code().await?;
    let mut dewi = house.counselor(0).await?;
    dewi.claim_next().await?;
    client.lock().await?;
    house.returning(&code).await?;
    let head = "HTTP/1.1\r\nHost: rahasia-host\r\nUser-Agent: rahasia-browser\r\n\
                X-Forwarded-For: 203.0.113.77\r\nCookie: rahasia=1\r\nReferer: http://rahasia/\r\n\
                Authorization: Bearer rahasia-token\r\nConnection: close\r\n\r\n";
    for line in [
        "GET /?q=rahasia-kata",
        "GET /rahasia-jalan/orang",
        "GET /assets/rahasia-berkas?x=rahasia",
        "RAHASIA /api/org",
        "GET /api/staff/rahasia",
        "PUT /api/session/lock?token=rahasia",
    ] {
        ask(&house, &format!("{line} {head}")).await?;
    }
    let log = house.service.log();
    let mut requests = 0;
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
        let keys = |of: &Value| -> BTreeSet<String> {
            of.as_object().into_iter().flat_map(|fields| fields.keys().cloned()).collect()
        };
        ensure!(keys(&line) == named(&["timestamp", "level", "fields", "target"]), "{line}");
        let fields = line.get("fields").context("fields")?;
        if fields["message"] != "request" {
            continue;
        }
        requests += 1;
        ensure!(
            keys(fields) == named(&["message", "method", "route", "status", "micros"]),
            "{line}"
        );
        ensure!(fields["status"].is_u64() && fields["micros"].is_u64(), "{line}");
        let route = fields["route"].as_str().context("a route")?;
        let pattern = |byte: u8| byte.is_ascii_lowercase() || b"/_-.{}() ".contains(&byte);
        ensure!(route.bytes().all(pattern), "{line}");
    }
    ensure!(requests > 10, "{requests} requests");
    ensure!(log.contains("\"method\":\"OTHER\""), "a made-up method has another name");
    // The address that it serves on stands in one line, for whoever starts it.
    let of_people = log.lines().filter(|line| !line.contains("\"message\":\"serving\""));
    for line in of_people {
        for secret in ["rahasia", "RAHASIA", "203.0.113.77", "127.0.0.1", "teduh.example"] {
            ensure!(!line.contains(secret), "{secret}: {line}");
        }
    }
    Ok(())
}

fn named(keys: &[&str]) -> BTreeSet<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

on_both_engines!(the_log_says_nothing_of_who_asked);
