//! Coming back: with the code, after the counselor is gone, after being given back.

use anyhow::{Result, ensure};
use protocol::SessionState;
use stories::{Engine, House, on_both_engines};

async fn a_client_returns_with_the_code_and_the_second_counselor_reads_all(
    engine: Engine,
) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let code = client.make_code().await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    dewi.say(case, "Saya mendengarkan.").await?;
    client.until_reads("Saya mendengarkan.").await?;
    dewi.note(case, "Perlu dihubungkan dengan P2TP2A.").await?;
    client.say("Besok saya kembali.").await?;
    client.end().await?;
    dewi.until(|desk| {
        desk.cases.get(&case).is_some_and(|held| held.session.state == SessionState::Ended)
    })
    .await?;
    dewi.set_status(protocol::StaffStatus::Pause).await?;

    // Another browser that knows nothing but the code.
    let mut returned = house.returning(&code).await?;
    ensure!(returned.case_id() == case);
    ensure!(returned.chat.texts() == ["Halo.", "Saya mendengarkan.", "Besok saya kembali."]);
    returned.reopen().await?;
    ensure!(returned.session.state == SessionState::Waiting);
    returned.say("Ini saya lagi.").await?;

    let mut budi = house.counselor(1).await?;
    // Her page is open: she has not left, and nobody goes before her for it.
    budi.until(|desk| desk.queue.items.first().is_some_and(|item| item.client_here)).await?;
    ensure!(budi.claim_next().await? == case);
    let held = budi.case(case)?;
    ensure!(
        held.chat.texts()
            == ["Halo.", "Saya mendengarkan.", "Besok saya kembali.", "Ini saya lagi."]
    );
    ensure!(held.notes.texts() == ["Perlu dihubungkan dengan P2TP2A."]);
    ensure!(held.chat.reads_all() && held.notes.reads_all());
    budi.say(case, "Selamat datang kembali.").await?;
    returned.until_reads("Selamat datang kembali.").await?;
    Ok(())
}

/// The counselor's browser dies in an active chat: after the grace the client's page reopens, the
/// session waits at the head of its class, and a second counselor reads all.
async fn a_counselor_is_gone_and_the_client_is_taken_by_another(engine: Engine) -> Result<()> {
    let house = House::with(engine, &[("TEDUH_TIMES__COUNSELOR_GONE_S", "1")]).await?;
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    client.say("Masih di sana?").await?;
    dewi.cut();

    let other = house.client("Saya menunggu.").await?;
    client.until(|client| client.session.again).await?;
    ensure!(client.session.state == SessionState::Waiting);
    // At the head of its class.
    client.until(|client| client.session.place == Some(1)).await?;
    client.say("Saya menunggu Ibu.").await?;

    let mut budi = house.counselor(1).await?;
    ensure!(budi.claim_next().await? == case);
    ensure!(budi.case(case)?.chat.texts() == ["Halo.", "Masih di sana?", "Saya menunggu Ibu."]);
    budi.say(case, "Saya Budi.").await?;
    client.until_reads("Saya Budi.").await?;
    ensure!(budi.claim_next().await? == other.case_id());
    Ok(())
}

async fn a_case_given_back_is_taken_by_another(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    dewi.note(case, "Saya harus pergi.").await?;
    let other = house.client("Saya menunggu.").await?;
    dewi.give_back(case).await?;
    dewi.set_status(protocol::StaffStatus::Pause).await?;

    client.until(|client| client.session.again).await?;
    ensure!(client.session.state == SessionState::Waiting);
    client.until(|client| client.session.place == Some(1)).await?;
    let mut budi = house.counselor(1).await?;
    ensure!(budi.claim_next().await? == case);
    ensure!(budi.case(case)?.notes.texts() == ["Saya harus pergi."]);
    budi.say(case, "Saya Budi.").await?;
    client.until_reads("Saya Budi.").await?;
    ensure!(budi.claim_next().await? == other.case_id());
    Ok(())
}

/// A text that was written before the reopen and not acknowledged is sealed anew and arrives.
async fn what_was_unsent_at_the_reopen_arrives_in_order(engine: Engine) -> Result<()> {
    let house = House::with(engine, &[("TEDUH_TIMES__COUNSELOR_GONE_S", "1")]).await?;
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    dewi.cut();
    client.write("satu")?;
    client.write("dua")?;
    client.until(|client| client.session.again).await?;
    client.flush().await?;
    let mut budi = house.counselor(1).await?;
    ensure!(budi.claim_next().await? == case);
    ensure!(budi.case(case)?.chat.texts() == ["Halo.", "satu", "dua"]);
    Ok(())
}

on_both_engines!(
    a_client_returns_with_the_code_and_the_second_counselor_reads_all,
    a_counselor_is_gone_and_the_client_is_taken_by_another,
    a_case_given_back_is_taken_by_another,
    what_was_unsent_at_the_reopen_arrives_in_order,
);
