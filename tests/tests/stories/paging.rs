//! What is overdue, and a service that is killed meanwhile.

use anyhow::{Context, Result, ensure};
use protocol::{EscalationState, PageView};
use stories::{Engine, House, on_both_engines};

/// Killed between raise and acknowledge: it is there after the start, with the same deadline.
async fn a_killed_service_keeps_what_was_raised(engine: Engine) -> Result<()> {
    let mut house = House::open(engine).await?;
    let mut sari = house.supervisor(0).await?;
    let mut client = house.client("Halo.").await?;
    client.raise_level(3).await?;
    let id = sari.until_of(client.case_id(), |one| one.due.is_some()).await?;
    let before = sari.escalations.get(id)?.clone();

    house.service.kill().await?;
    house.service.restart().await?;
    sari.connect().await?;
    ensure!(sari.queue == [id]);
    ensure!(*sari.escalations.get(id)? == before, "the same deadline, the same raise");
    sari.acknowledge(id).await?;
    ensure!(sari.escalations.get(id)?.state == EscalationState::Acknowledged);
    Ok(())
}

/// Overdue: each supervisor is called at most once a minute, through every restart, and is shown
/// the call again until it was seen.
async fn overdue_calls_each_once_a_minute_through_restarts(engine: Engine) -> Result<()> {
    let overdue_at_once = [("TEDUH_TIMES__ACKNOWLEDGE_LEVEL_3_S", "0")];
    let mut house = House::with(engine, &overdue_at_once).await?;
    let mut sari = house.supervisor(0).await?;
    let mut client = house.client("Halo.").await?;
    client.raise_level(3).await?;
    // The only one who is there is called first.
    sari.until(|known| !known.pages.is_empty()).await?;
    let first = *sari.escalations.pages.first().context("a page")?;
    ensure!(first.count == 1);

    for _ in 0..3 {
        house.service.kill().await?;
        house.service.restart().await?;
        sari.connect().await?;
        ensure!(sari.escalations.pages.first() == Some(&first), "shown until it was seen");
        each_once(&sari.escalations.pages)?;
    }
    // While nobody was there all were called: so was she who comes only now.
    let mira = house.supervisor(1).await?;
    ensure!(!mira.escalations.pages.is_empty());
    each_once(&mira.escalations.pages)?;

    let id = sari.until_of(client.case_id(), |_| true).await?;
    sari.acknowledge(id).await?;
    sari.connect().await?;
    let last = sari.escalations.pages.last().context("a page")?.minute;
    sari.page_seen(last).await?;
    sari.connect().await?;
    ensure!(sari.escalations.pages.is_empty(), "seen, and with it each earlier one");
    Ok(())
}

/// In order, and no minute twice.
fn each_once(pages: &[PageView]) -> Result<()> {
    let minutes: Vec<i64> = pages.iter().map(|page| page.minute).collect();
    ensure!(minutes.is_sorted_by(|one, next| one < next), "{minutes:?}");
    Ok(())
}

on_both_engines!(
    a_killed_service_keeps_what_was_raised,
    overdue_calls_each_once_a_minute_through_restarts,
);
