//! Connections that break, and requests that are repeated.

use actors::{Client, Intake};
use anyhow::{Result, ensure};
use protocol::{CloseCode, SessionState};
use stories::{Engine, House, on_both_engines};

async fn a_message_reaches_the_other_side_though_its_senders_socket_dies(
    engine: Engine,
) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    client.write("Dia datang.")?;
    client.post_next().await?;
    client.cut();
    dewi.until_reads(case, "Dia datang.").await?;

    // The page comes back and sends the same bytes again: one row, one place.
    client.connect().await?;
    client.flush().await?;
    ensure!(client.chat.unsent() == 0);
    client.say("Sudah pergi.").await?;
    dewi.until_reads(case, "Sudah pergi.").await?;
    ensure!(dewi.case(case)?.chat.texts() == ["Halo.", "Dia datang.", "Sudah pergi."]);
    Ok(())
}

async fn an_opening_with_the_same_token_is_answered_the_same(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let browser = house.browser();
    let prepared = Client::prepare(&browser, house.people.root, &Intake::saying("Halo.")).await?;
    let first: protocol::Opened = browser.http.post("/api/sessions", &prepared.opening).await?;
    let again: protocol::Opened = browser.http.post("/api/sessions", &prepared.opening).await?;
    ensure!(first.case_id == again.case_id && first.stored == again.stored);
    ensure!(first.session.session_id == again.session.session_id);
    let mut client = prepared.post().await?;
    client.connect().await?;
    ensure!(client.session.place == Some(1));

    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    ensure!(dewi.case(case)?.chat.texts() == ["Halo."]);
    dewi.until(|desk| desk.queue.waiting == 0).await?;
    Ok(())
}

async fn a_page_that_connects_again_gets_what_came_since(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.counselor(0).await?;
    // Away while the case is claimed and written to: records and messages are both new.
    client.cut();
    let case = dewi.claim_next().await?;
    dewi.say(case, "Halo, saya Dewi.").await?;
    client.connect().await?;
    ensure!(client.chat.texts() == ["Halo.", "Halo, saya Dewi."]);
    client.say("Saya kembali.").await?;
    dewi.until_reads(case, "Saya kembali.").await?;

    dewi.cut();
    client.say("Ibu?").await?;
    dewi.connect().await?;
    ensure!(dewi.case(case)?.chat.texts().last() == Some(&"Ibu?"));
    Ok(())
}

/// Two tabs of one client: the newer one takes over.
async fn the_older_of_two_tabs_is_closed_with_4201(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let code = client.make_code().await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;

    let mut line = actors::Line::connect(&house.browser().http).await?;
    let hello = protocol::ClientCommand::Hello {
        version: protocol::PROTOCOL_VERSION,
        token: client.token().clone(),
        after_seq: 0,
        records: 0,
    };
    ensure!(matches!(line.ask(hello).await?, protocol::Reply::Welcome { .. }));
    ensure!(client.line()?.closed().await? == CloseCode::ContinuedElsewhere as u16);

    // A return replaces the token: the tab that had it is closed too.
    let mut returned = house.returning(&code).await?;
    let closed = line.closed().await?;
    ensure!(
        closed == CloseCode::ContinuedElsewhere as u16 || closed == CloseCode::SignedOut as u16,
        "{closed}"
    );
    returned.say("Dari tab baru.").await?;
    dewi.until_reads(case, "Dari tab baru.").await?;
    Ok(())
}

async fn two_desks_of_one_counselor_write_from_the_newer(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    let mut older = house.counselor(0).await?;
    std::mem::swap(&mut older, &mut dewi);
    ensure!(older.line()?.closed().await? == CloseCode::ContinuedElsewhere as u16);
    dewi.say(case, "Dari meja baru.").await?;
    client.until_reads("Dari meja baru.").await?;
    Ok(())
}

on_both_engines!(
    a_message_reaches_the_other_side_though_its_senders_socket_dies,
    an_opening_with_the_same_token_is_answered_the_same,
    a_page_that_connects_again_gets_what_came_since,
    the_older_of_two_tabs_is_closed_with_4201,
    two_desks_of_one_counselor_write_from_the_newer,
);
