//! The database has no room, or does not answer.

use actors::{Client, Counselor};
use anyhow::{Result, ensure};
use protocol::{ErrorCode, SessionState};
use stories::{Engine, FEW_PAGES, House, on_both_engines};

/// More than fit into what a full file still has free inside its pages.
const TRIES: usize = 200;

async fn a_full_disk_is_told_and_nothing_is_lost(engine: Engine) -> Result<()> {
    let pages = FEW_PAGES.to_string();
    let house = House::with(engine, &[("TEDUH_LIMITS__SQLITE_PAGES", &pages)]).await?;
    let (mut client, mut dewi, case) = talking(&house).await?;
    let mut database = house.database().await?;
    database.fill_disk().await?;
    let (by_client, by_dewi) = write_until_not_stored(&mut client, &mut dewi, case).await?;
    database.free_disk().await?;
    all_arrive(&mut client, &mut dewi, case, &by_client, &by_dewi).await
}

async fn a_locked_database_is_told_and_nothing_is_lost(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let (mut client, mut dewi, case) = talking(&house).await?;
    let mut database = house.database().await?;
    database.lock().await?;
    let (by_client, by_dewi) = write_until_not_stored(&mut client, &mut dewi, case).await?;
    database.unlock().await?;
    all_arrive(&mut client, &mut dewi, case, &by_client, &by_dewi).await
}

async fn talking(house: &House) -> Result<(Client, Counselor, crypto::Id)> {
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    Ok((client, dewi, case))
}

/// Both write until they are told that nothing was stored; what was not is still *sending*.
async fn write_until_not_stored(
    client: &mut Client,
    dewi: &mut Counselor,
    case: crypto::Id,
) -> Result<(Vec<String>, Vec<String>)> {
    let (mut by_client, mut by_dewi) = (Vec::new(), Vec::new());
    let mut told = false;
    for turn in 0..TRIES {
        by_client.push(format!("klien {turn}"));
        match client.say(&format!("klien {turn}")).await {
            Ok(()) => {}
            Err(why) if why.code() == Some(ErrorCode::NotStored) => {
                told = true;
                break;
            }
            Err(other) => return Err(other.into()),
        }
    }
    ensure!(told && client.chat.unsent() == 1, "the client is told, and keeps the message");
    for turn in 0..TRIES {
        by_dewi.push(format!("konselor {turn}"));
        match dewi.say(case, &format!("konselor {turn}")).await {
            Ok(()) => {}
            Err(why) if why.code() == Some(ErrorCode::NotStored) => {
                return Ok((by_client, by_dewi));
            }
            Err(other) => return Err(other.into()),
        }
    }
    anyhow::bail!("the counselor was never told")
}

/// The same process stores what was refused, once and in order.
async fn all_arrive(
    client: &mut Client,
    dewi: &mut Counselor,
    case: crypto::Id,
    by_client: &[String],
    by_dewi: &[String],
) -> Result<()> {
    ensure!(client.is_connected(), "the connection held");
    client.flush().await?;
    dewi.flush(case).await?;
    let all = by_client.len() + by_dewi.len() + 1;
    client.until(|client| client.chat.texts().len() >= all).await?;
    dewi.fetch_case(case).await?;
    for chat in [&client.chat, &dewi.case(case)?.chat] {
        let texts = chat.texts();
        let of = |who: &str| -> Vec<&str> {
            texts.iter().copied().filter(|text| text.starts_with(who)).collect()
        };
        ensure!(of("klien") == by_client && of("konselor") == by_dewi && texts.len() == all);
    }
    Ok(())
}

on_both_engines!(
    a_full_disk_is_told_and_nothing_is_lost,
    a_locked_database_is_told_and_nothing_is_lost,
);
