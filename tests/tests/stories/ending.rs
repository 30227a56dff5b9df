//! The exit, and the service's own stop.

use std::time::{Duration, Instant};

use actors::Error;
use anyhow::{Result, ensure};
use protocol::{CloseCode, ErrorCode, SessionState};
use stories::{Engine, House, on_both_engines};

/// The exit ends token and socket; only the code opens the case again.
async fn the_exit_locks_the_page_out(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let code = client.make_code().await?;
    client.lock().await?;
    ensure!(client.line()?.closed().await? == CloseCode::Left as u16);
    // Always answered the same, also for a token that is gone.
    client.lock().await?;
    let refused = client.connect().await;
    ensure!(
        matches!(&refused, Err(why) if why.code() == Some(ErrorCode::TokenInvalid))
            || matches!(refused, Err(Error::Closed(4101))),
        "{refused:?}"
    );
    let returned = house.returning(&code).await?;
    ensure!(returned.session.state == SessionState::Waiting);
    ensure!(returned.session.place == Some(1), "the place is kept");
    Ok(())
}

/// SIGTERM: what is in flight is answered, every socket gets 4001, exit 0 within ten seconds.
async fn a_stop_answers_what_is_in_flight_and_ends(engine: Engine) -> Result<()> {
    let mut house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    client.write("Sampai jumpa.")?;
    client.post_next().await?;
    dewi.until_reads(case, "Sampai jumpa.").await?;
    let before = Instant::now();
    house.service.ask_to_stop()?;
    ensure!(client.line()?.closed().await? == CloseCode::Stopping as u16);
    ensure!(dewi.line()?.closed().await? == CloseCode::Stopping as u16);
    ensure!(house.service.ended().await?.success());
    ensure!(before.elapsed() < Duration::from_secs(10), "{:?}", before.elapsed());

    house.service.restart().await?;
    client.connect().await?;
    client.flush().await?;
    ensure!(client.chat.texts() == ["Halo.", "Sampai jumpa."] && client.chat.unsent() == 0);
    dewi.connect().await?;
    dewi.say(case, "Saya masih di sini.").await?;
    client.until_reads("Saya masih di sini.").await?;
    Ok(())
}

on_both_engines!(the_exit_locks_the_page_out, a_stop_answers_what_is_in_flight_and_ends);
