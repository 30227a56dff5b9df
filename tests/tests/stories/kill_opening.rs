//! `kill -9` while a case is opened: what was released is in the audit, once.

use actors::Supervisor;
use anyhow::{Context, Result, ensure};
use protocol::{OpeningState, Reply, StaffCommand};
use stories::{Engine, House, on_both_engines};

/// One case and one moment a round: so many turns of the runtime after the command was sent.
const TURNS: [u32; 6] = [0, 40, 400, 2_000, 10_000, 50_000];

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
    turns: u32,
) -> Result<bool> {
    let (opening_id, case_id) = (protocol::Id(id), protocol::Id(case));
    let command = StaffCommand::BreakGlass { opening_id, case_id, reason: "danger".to_owned() };
    let line = sari.line()?;
    let number = line.post(command).await?;
    let killing = async {
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        house.service.kill().await
    };
    let (answer, killed) = tokio::join!(line.answer(number), killing);
    killed?;
    match answer {
        Ok(Reply::Glass { case, .. }) => {
            case.context("opened without its boxes")?;
            Ok(true)
        }
        Ok(other) => anyhow::bail!("{other:?}"),
        Err(_) => Ok(false),
    }
}

on_both_engines!(a_release_and_its_audit_entry_are_one);
