//! The talk itself.

use anyhow::{Result, ensure};
use protocol::{ClientPresence, EndReason, SessionState};
use stories::{Engine, House, on_both_engines};

/// Open with a first text, claim, chat both ways, read marks, end.
async fn a_client_and_a_counselor_talk(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo, saya takut di rumah.").await?;
    ensure!(client.session.state == SessionState::Waiting && client.session.place == Some(1));

    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    ensure!(case == client.case_id());
    ensure!(dewi.case(case)?.chat.texts() == ["Halo, saya takut di rumah."]);

    client.until_state(SessionState::Active).await?;
    client.until(|client| client.chat.messages().any(|m| m.kind == actors::kind::HELLO)).await?;
    dewi.say(case, "Saya Dewi. Saya di sini.").await?;
    client.until_reads("Saya Dewi. Saya di sini.").await?;
    client.say("Terima kasih.").await?;
    dewi.until_reads(case, "Terima kasih.").await?;

    dewi.read_all(case).await?;
    let newest = client.chat.last_seq();
    client.until(|client| client.chat.read_by_staff == newest).await?;
    client.read_all().await?;
    dewi.until(|desk| desk.cases.get(&case).is_some_and(|held| held.chat.read_by_client == newest))
        .await?;

    client.end().await?;
    ensure!(client.session.ended == Some(EndReason::Client));
    dewi.until(|desk| {
        desk.cases.get(&case).is_some_and(|held| held.session.state == SessionState::Ended)
    })
    .await?;
    Ok(())
}

async fn a_counselor_talks_with_two_at_once(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut first = house.client("Saya yang pertama.").await?;
    let mut second = house.client("Saya yang kedua.").await?;
    let mut dewi = house.counselor(0).await?;
    let one = dewi.claim_next().await?;
    let two = dewi.claim_next().await?;
    ensure!((one, two) == (first.case_id(), second.case_id()), "first come, first served");

    for turn in 0..3 {
        let (to_first, to_second) =
            (format!("untuk pertama {turn}"), format!("untuk kedua {turn}"));
        dewi.say(two, &to_second).await?;
        dewi.say(one, &to_first).await?;
        first.until_reads(&to_first).await?;
        second.until_reads(&to_second).await?;
        first.say(&format!("dari pertama {turn}")).await?;
        second.say(&format!("dari kedua {turn}")).await?;
        dewi.until_reads(two, &format!("dari kedua {turn}")).await?;
        dewi.until_reads(one, &format!("dari pertama {turn}")).await?;
    }
    ensure!(!first.chat.texts().iter().any(|text| text.contains("kedua")));
    ensure!(!second.chat.texts().iter().any(|text| text.contains("pertama")));
    Ok(())
}

async fn a_client_in_danger_goes_first(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let first = house.client("Saya menunggu.").await?;
    let mut second = house.client("Dia di depan pintu.").await?;
    ensure!(second.session.place == Some(2));
    second.raise_level(3).await?;
    second.until(|client| client.session.place == Some(1)).await?;
    let mut dewi = house.counselor(0).await?;
    ensure!(dewi.claim_next().await? == second.case_id());
    ensure!(dewi.claim_next().await? == first.case_id());
    Ok(())
}

async fn the_desk_sees_a_client_who_left_by_the_exit(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    client.lock().await?;
    dewi.until(|desk| {
        desk.cases.get(&case).is_some_and(|held| held.session.client == ClientPresence::LeftByExit)
    })
    .await?;
    Ok(())
}

async fn notes_never_reach_the_client(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let code = client.make_code().await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    dewi.note(case, "Klien terdengar ketakutan.").await?;
    dewi.say(case, "Apa yang terjadi?").await?;
    client.until_reads("Apa yang terjadi?").await?;
    ensure!(dewi.case(case)?.notes.texts() == ["Klien terdengar ketakutan."]);

    // Neither as an event, nor after a resume, nor with the code: the actor refuses a second lane.
    client.connect().await?;
    let returned = house.returning(&code).await?;
    for chat in [&client.chat, &returned.chat] {
        ensure!(chat.messages().all(|message| message.kind != actors::kind::NOTE));
        ensure!(chat.texts() == ["Halo.", "Apa yang terjadi?"]);
    }
    Ok(())
}

on_both_engines!(
    a_client_and_a_counselor_talk,
    a_counselor_talks_with_two_at_once,
    a_client_in_danger_goes_first,
    the_desk_sees_a_client_who_left_by_the_exit,
    notes_never_reach_the_client,
);
