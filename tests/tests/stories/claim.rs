//! Who gets whom, and what becomes of a claim that is not finished.

use actors::{Counselor, Error, StaffMember};
use anyhow::{Context, Result, ensure};
use protocol::{ErrorCode, SessionState};
use stories::{Engine, House, on_both_engines};

/// A claim lapses, the session keeps its place, and what comes later is not for who lapsed.
async fn a_claim_that_lapses_gives_the_session_back_to_its_place(engine: Engine) -> Result<()> {
    let house = House::with(engine, &[("TEDUH_TIMES__OPENING_S", "1")]).await?;
    let mut first = house.client("Saya yang pertama.").await?;
    let second = house.client("Saya yang kedua.").await?;
    let mut dewi = house.available(0).await?;
    dewi.until(|desk| desk.queue.next.is_some()).await?;
    let next = dewi.queue.next.context("next")?;
    let claiming = dewi.claim(next).await?;
    first.until_state(SessionState::Opening).await?;
    first.until_state(SessionState::Waiting).await?;
    // The place is kept.
    first.until(|client| client.session.place == Some(1)).await?;

    let late = claiming.records(&dewi.member)?;
    let refused = dewi.post_claim(&claiming, late).await?;
    ensure!(matches!(refused, protocol::Reply::Refused(p) if p.code == ErrorCode::Lapsed));

    let mut budi = house.counselor(1).await?;
    ensure!(budi.claim_next().await? == first.case_id());
    ensure!(budi.claim_next().await? == second.case_id());
    Ok(())
}

async fn who_let_a_claim_lapse_hears_nothing_more(engine: Engine) -> Result<()> {
    let house = House::with(engine, &[("TEDUH_TIMES__OPENING_S", "1")]).await?;
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.available(0).await?;
    dewi.until(|desk| desk.queue.next.is_some()).await?;
    let next = dewi.queue.next.context("next")?;
    dewi.claim(next).await?;
    client.until_state(SessionState::Opening).await?;
    client.until_state(SessionState::Waiting).await?;

    let mut budi = house.counselor(1).await?;
    let case = budi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    client.say("Ini untuk Budi.").await?;
    budi.until_reads(case, "Ini untuk Budi.").await?;

    hears_nothing_of(&mut dewi, case).await
}

/// The former counselor of a session hears nothing of the later one.
async fn a_former_counselor_hears_nothing_of_the_later_session(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    dewi.give_back(case).await?;
    client.until(|client| client.session.again).await?;
    dewi.set_status(protocol::StaffStatus::Pause).await?;

    let mut budi = house.counselor(1).await?;
    ensure!(budi.claim_next().await? == case);
    client.until_state(SessionState::Active).await?;
    client.say("Ini untuk Budi.").await?;
    budi.until_reads(case, "Ini untuk Budi.").await?;
    hears_nothing_of(&mut dewi, case).await
}

/// The service's answers come in order: whatever it had to say before them came before them.
async fn hears_nothing_of(desk: &mut Counselor, case: crypto::Id) -> Result<()> {
    let case_id = protocol::Id(case);
    for lane in [1, 2] {
        let fetch = protocol::StaffCommand::FetchAfter { case_id, lane, seq: 0 };
        let answer = desk.line()?.ask(fetch).await?;
        ensure!(
            matches!(&answer, protocol::Reply::Refused(p) if p.code == ErrorCode::NotAssigned),
            "{answer:?}"
        );
    }
    while let Some(event) = desk.line()?.event_at_hand() {
        ensure!(
            !matches!(&event, protocol::Event::Message { case_id: heard, .. }
                | protocol::Event::Record { case_id: heard, .. } if *heard == case_id),
            "heard of it"
        );
    }
    Ok(())
}

/// 64 desks of two people claim at once: one wins, and the rest are told so.
async fn of_64_claims_at_once_one_wins(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let client = house.client("Halo.").await?;
    let mut desks = Vec::new();
    for index in 0..2 {
        let credentials = house.people.counselors.get(index).context("two counselors")?;
        let member = StaffMember::sign_in(&house.browser(), credentials.clone()).await?;
        let mut desk = Counselor::at_desk(member).await?;
        desk.set_status(protocol::StaffStatus::Available).await?;
        desk.until(|desk| desk.queue.next.is_some()).await?;
        desks.push(desk);
    }
    let [dewi, budi] = desks.as_mut_slice() else { anyhow::bail!("two desks") };
    let session_id = client.session.session_id;
    let mut asked = Vec::new();
    for _ in 0..32 {
        for desk in [&mut *dewi, &mut *budi] {
            let claim = protocol::StaffCommand::Claim { session_id };
            asked.push(desk.line()?.post(claim).await?);
        }
    }
    let mut winners = std::collections::BTreeSet::new();
    for (index, id) in asked.into_iter().enumerate() {
        let desk = if index % 2 == 0 { &mut *dewi } else { &mut *budi };
        match desk.line()?.answer(id).await? {
            protocol::Reply::Claimed(_) => {
                winners.insert(index % 2);
            }
            protocol::Reply::Refused(problem) => ensure!(
                matches!(
                    problem.code,
                    ErrorCode::Taken
                        | ErrorCode::NotNext
                        | ErrorCode::NobodyWaits
                        | ErrorCode::WrongState
                ),
                "{problem:?}"
            ),
            other => anyhow::bail!("{other:?}"),
        }
    }
    ensure!(winners.len() == 1, "{} winners", winners.len());
    Ok(())
}

async fn a_case_that_does_not_open_leaves_the_queue(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut first = house.client("Saya yang pertama.").await?;
    let second = house.client("Saya yang kedua.").await?;
    let mut dewi = house.available(0).await?;
    dewi.until(|desk| desk.queue.next.is_some()).await?;
    let next = dewi.queue.next.context("next")?;
    let claiming = dewi.claim(next).await?;
    dewi.bad_box(claiming.session_id()).await?;
    ensure!(dewi.claim_next().await? == second.case_id(), "the next one can be claimed");

    // The client's page is asked to post a reopen, does so, and is taken after all.
    first.until(|client| client.chat.records() == 2).await?;
    ensure!(dewi.claim_next().await? == first.case_id());
    Ok(())
}

async fn another_session_than_the_next_is_refused(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let _first = house.client("Saya yang pertama.").await?;
    let second = house.client("Saya yang kedua.").await?;
    let mut dewi = house.available(0).await?;
    let refused = dewi.claim(second.session.session_id).await;
    ensure!(refused.err().and_then(|why: Error| why.code()) == Some(ErrorCode::NotNext));
    Ok(())
}

on_both_engines!(
    a_claim_that_lapses_gives_the_session_back_to_its_place,
    who_let_a_claim_lapse_hears_nothing_more,
    a_former_counselor_hears_nothing_of_the_later_session,
    of_64_claims_at_once_one_wins,
    a_case_that_does_not_open_leaves_the_queue,
    another_session_than_the_next_is_refused,
);
