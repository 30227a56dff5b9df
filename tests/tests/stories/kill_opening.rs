//! `kill -9` while a case is opened: what was released is in the audit, once.

use actors::Supervisor;
use anyhow::{Context, Result, ensure};
use protocol::{OpeningState, Reply, StaffCommand};
use stories::{Engine, House, on_both_engines};

use crate::killing::{Seed, answer_if_any, kill_after, the_audit_holds};
use crate::scene::in_a_talk;

/// One case and one moment a round: so many turns of the runtime after the command was sent.
const TURNS: [u64; 6] = [0, 40, 400, 2_000, 10_000, 50_000];
const ROUNDS: u64 = 5;

/// Whether the answer came or not: after the restart the audit has the opening if anything was
/// released, and going on with the same opening releases it without a second entry.
async fn a_release_and_its_audit_entry_are_one(engine: Engine) -> Result<()> {
    let mut house = House::open(engine).await?;
    let mut sari = house.supervisor(0).await?;
    for turns in TURNS {
        let mut client = house.client("Halo.").await?;
        let case = client.case_id();
        client.raise_level(3).await?;
        sari.until_of(case, |_| true).await?;
        let id = sari.member.browser.random.bytes()?;
        let answered = killed_meanwhile(&mut house, &mut sari, (id, case), turns).await?;
        house.service.restart().await?;
        let mut database = house.database().await?;
        let audited = database.audited(case, "case_opened").await?;
        ensure!(audited <= 1, "{audited} entries");
        ensure!(!answered || audited == 1, "released, and not in the audit");
        // A token is good for five minutes, the rounds of a slow machine take longer.
        sari.member.refresh().await?;
        sari.connect().await?;
        let opening = sari.break_glass_as(id, case, "danger").await?;
        ensure!(opening.state == OpeningState::Open);
        ensure!(sari.case(case)?.chat.texts() == ["Halo."]);
        ensure!(database.audited(case, "case_opened").await? == 1, "one entry");
    }
    Ok(())
}

/// Sends the command and kills the service; gives whether it was answered with the case.
async fn killed_meanwhile(
    house: &mut House,
    sari: &mut Supervisor,
    (id, case): (crypto::Id, crypto::Id),
    turns: u64,
) -> Result<bool> {
    let (opening_id, case_id) = (protocol::Id(id), protocol::Id(case));
    let command = StaffCommand::BreakGlass { opening_id, case_id, reason: "danger".to_owned() };
    let line = sari.line()?;
    let number = line.post(command).await?;
    let (answer, killed) = tokio::join!(answer_if_any(line, number), kill_after(house, turns));
    killed?;
    match answer? {
        Some(Reply::Glass { case, .. }) => {
            case.context("opened without its boxes")?;
            Ok(true)
        }
        Some(other) => anyhow::bail!("{other:?}"),
        None => Ok(false),
    }
}

/// A second supervisor agrees while the service is killed: it stands with its entry or not at all,
/// nothing is released by it, and going on opens the case once.
async fn an_approval_is_whole(engine: Engine) -> Result<()> {
    let seed = Seed::of_run()?;
    let mut house = House::open(engine).await?;
    let (mut sari, mut mira) = (house.supervisor(0).await?, house.supervisor(1).await?);
    let (_client, _dewi, case) = in_a_talk(&house, 0).await?;
    for round in 0..ROUNDS {
        let turns = seed.round(round).turns();
        let id = sari.break_glass(case, "complaint").await?.opening_id.0;
        mira.until(|known| known.openings.contains_key(&id)).await?;
        let approve = StaffCommand::ApproveOpening { opening_id: protocol::Id(id) };
        let line = mira.line()?;
        let number = line.post(approve).await?;
        let (answer, killed) =
            tokio::join!(answer_if_any(line, number), kill_after(&mut house, turns));
        killed?;
        let acknowledged = answer?.is_some_and(|reply| matches!(reply, Reply::Opening { .. }));
        house.service.restart().await?;
        for one in [&mut sari, &mut mira] {
            one.member.refresh().await?;
            one.connect().await?;
        }
        let done =
            approved_once(&house, &mut sari, &mut mira, (id, case), acknowledged, round).await;
        done.with_context(|| format!("round {round}, {turns} turns, {seed}"))?;
    }
    Ok(())
}

async fn approved_once(
    house: &House,
    sari: &mut Supervisor,
    mira: &mut Supervisor,
    (id, case): (crypto::Id, crypto::Id),
    acknowledged: bool,
    before: u64,
) -> Result<()> {
    let before = usize::try_from(before)?;
    let mut database = house.database().await?;
    let state = sari.escalations.openings.get(&id).context("the ask is gone")?.state;
    let stands = state == OpeningState::Approved;
    ensure!(stands || (state == OpeningState::Asked && !acknowledged), "{state:?}");
    let entries = database.audited(case, "opening_approved").await?;
    ensure!(entries == before + usize::from(stands), "{entries} entries of {before} before");
    the_audit_holds(house, case).await?;
    ensure!(sari.case(case).is_err(), "an approval opens nothing by itself");

    ensure!(mira.approve(id).await?.state == OpeningState::Approved);
    ensure!(sari.break_glass_as(id, case, "complaint").await?.state == OpeningState::Open);
    ensure!(sari.case(case)?.chat.texts() == ["Halo."]);
    ensure!(database.audited(case, "opening_approved").await? == before + 1, "one entry");
    ensure!(database.audited(case, "case_opened").await? == before + 1, "one entry");
    the_audit_holds(house, case).await?;
    sari.close_opening(id).await?;
    Ok(())
}

on_both_engines!(a_release_and_its_audit_entry_are_one, an_approval_is_whole);
