//! The counselor signs out while an escalation of hers is open: somebody still has to answer.

use anyhow::{Context, Result, ensure};
use crypto::Id;
use protocol::{CloseCode, EscalationState, EscalationView, RefreshStart, SessionState};
use stories::{Engine, House, on_both_engines};

use crate::scene::in_a_talk;

/// She is gone at once, and what she called for is overdue at once.
const HASTE: [(&str, &str); 2] =
    [("TEDUH_TIMES__COUNSELOR_GONE_S", "0"), ("TEDUH_TIMES__ACKNOWLEDGE_LEVEL_3_S", "0")];

/// Her own browser signs out; nobody there gives her time to come back.
async fn signs_out(dewi: &mut actors::Counselor) -> Result<()> {
    let body = RefreshStart { sid: dewi.member.sid() };
    let http = &dewi.member.browser.http;
    http.tell_cookie("/api/sign-out", &body, dewi.member.cookie()).await?;
    ensure!(dewi.line()?.closed().await? == CloseCode::SignedOut as u16);
    Ok(())
}

/// As it was raised: by her, for this case, with the deadline that it had.
fn stands(one: &EscalationView, before: &EscalationView) -> Result<()> {
    ensure!(one.state == EscalationState::Raised && one.resolved.is_none());
    ensure!((one.escalation_id, one.case_id) == (before.escalation_id, before.case_id));
    ensure!((one.opened_at, one.due) == (before.opened_at, before.due), "the same deadline");
    ensure!(one.due.is_some() && one.raises == before.raises, "the same raise, its reason too");
    ensure!(one.by_staff && !one.not_yet_spoken_to && one.client_left.is_none());
    Ok(())
}

/// How many pages were written of what is late.
const PAGES: &str = "SELECT count(*) FROM pages, cases WHERE overdue > 0 AND cases.id = $1";

async fn pages(house: &House, case: Id) -> Result<i64> {
    house.database().await?.count(PAGES, case).await
}

/// The client is there: her page opens the case to the team again, it waits at the head of its
/// class, and whoever takes it sees the call that is open.
async fn the_client_waits_again_and_the_call_stays(engine: Engine) -> Result<()> {
    let house = House::with(engine, &HASTE).await?;
    let mut sari = house.supervisor(0).await?;
    let (mut client, mut dewi, case) = in_a_talk(&house, 0).await?;
    dewi.escalate(case, 3, "Dia di depan pintu.").await?;
    let id = sari.until_of(case, |one| one.by_staff).await?;
    sari.until(|known| !known.pages.is_empty()).await?;
    let before = sari.escalations.get(id)?.clone();
    let (paged, written) = (sari.escalations.pages.clone(), pages(&house, case).await?);

    signs_out(&mut dewi).await?;
    ensure!(dewi.connect().await.is_err(), "not even back to the desk");
    client.until(|client| client.session.again).await?;
    ensure!(client.session.state == SessionState::Waiting && client.session.counselor.is_none());
    ensure!(client.session.level == 3, "as urgent as it was");
    client.say("Ibu masih di sana?").await?;

    sari.connect().await?;
    ensure!(sari.queue == [id], "still in the queue");
    stands(sari.escalations.get(id)?, &before)?;
    ensure!(sari.escalations.pages.starts_with(&paged), "called until it was seen");
    ensure!(pages(&house, case).await? >= written);
    ensure!(!sari.escalations.is_left_behind(case), "her page has freed it");

    let mut budi = house.counselor(1).await?;
    ensure!(budi.claim_next().await? == case);
    budi.until(|desk| desk.escalations.of_case(case).is_some()).await?;
    let seen = budi.escalations.of_case(case).context("the call that is open")?;
    ensure!(seen.escalation_id.0 == id && seen.state == EscalationState::Raised);
    sari.acknowledge(id).await?;
    let acknowledged = EscalationState::Acknowledged;
    budi.until(|desk| desk.escalations.of_case(case).is_some_and(|one| one.state == acknowledged))
        .await?;
    Ok(())
}

/// The client is gone too: every supervisor has it in the list of what is left behind, and whoever
/// takes it answers for the call that is open.
async fn what_she_leaves_is_left_behind_with_its_call(engine: Engine) -> Result<()> {
    let house = House::with(engine, &HASTE).await?;
    let (mut sari, mut mira) = (house.supervisor(0).await?, house.supervisor(1).await?);
    let (mut client, mut dewi, case) = in_a_talk(&house, 0).await?;
    dewi.escalate(case, 3, "Dia di depan pintu.").await?;
    let id = sari.until_of(case, |one| one.by_staff).await?;
    let before = sari.escalations.get(id)?.clone();
    client.cut();
    signs_out(&mut dewi).await?;
    for supervisor in [&mut sari, &mut mira] {
        supervisor.until(|known| known.is_left_behind(case)).await?;
        supervisor.connect().await?;
        ensure!(supervisor.escalations.is_left_behind(case) && supervisor.queue == [id]);
        stands(supervisor.escalations.get(id)?, &before)?;
    }
    sari.break_glass(case, "left_behind").await?;
    sari.take_over(case).await?;
    mira.until(|known| !known.is_left_behind(case)).await?;
    client.connect().await?;
    ensure!(client.session.counselor == Some(protocol::Id(sari.member.staff_id())));
    sari.say(case, "Saya di sini.").await?;
    client.until_reads("Saya di sini.").await?;
    sari.own(id, None).await?;
    sari.resolve(id, "safe_now", None).await?;
    mira.until_of(case, |one| one.state == EscalationState::Resolved).await?;
    Ok(())
}

on_both_engines!(
    the_client_waits_again_and_the_call_stays,
    what_she_leaves_is_left_behind_with_its_call,
);
