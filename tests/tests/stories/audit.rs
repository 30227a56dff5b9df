//! The audit, changed by hand behind the service, and what its commands say of it.

use anyhow::{Context, Result, ensure};
use protocol::SessionState;
use stories::{Database, Engine, House, on_both_engines};

const VERIFY: [&str; 2] = ["audit", "verify"];

/// A house in which a talk went on, with a point of its audit that somebody wrote down.
async fn after_a_talk(engine: Engine) -> Result<(House, Database, String)> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let mut counselor = house.counselor(0).await?;
    counselor.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    let said = house.service.run(&VERIFY)?;
    let kept = said.lines().find_map(|line| line.strip_prefix("Keep elsewhere: "));
    let kept = kept.context("it says what to keep")?.to_owned();
    let database = house.database().await?;
    Ok((house, database, kept))
}

async fn stop(house: &mut House) -> Result<()> {
    house.service.ask_to_stop()?;
    ensure!(house.service.ended().await?.success());
    Ok(())
}

/// Whether it runs or not, an untouched chain holds, and goes on from what was kept.
async fn an_untouched_chain_holds(engine: Engine) -> Result<()> {
    let (mut house, _, kept) = after_a_talk(engine).await?;
    let exported = house.service.run(&["audit", "export"])?;
    let claimed = exported.lines().filter(|line| line.contains("\"event\":\"case_claimed\""));
    ensure!(claimed.count() == 1, "{exported}");
    stop(&mut house).await?;
    let again = house.service.run(&["audit", "export"])?;
    ensure!(again == exported, "a stop changes nothing of it");
    let said = house.service.run(&["audit", "verify", "--kept", &kept])?;
    ensure!(said.contains("Keep elsewhere: "), "{said}");
    // At each start the end is signed.
    house.service.restart().await?;
    let signed = async || {
        while house.service.run(&VERIFY)?.contains("on it: none") {
            tokio::task::yield_now().await;
        }
        Ok(())
    };
    stories::patiently(signed()).await
}

/// A line changed by hand is named, while the service runs and while it does not.
async fn a_changed_line_is_found(engine: Engine) -> Result<()> {
    let (mut house, mut database, kept) = after_a_talk(engine).await?;
    database
        .by_hand("UPDATE audit SET entry = (SELECT entry FROM audit WHERE n = 1) WHERE n = 4")
        .await?;
    ensure!(house.service.run_in_vain(&VERIFY)?.contains("number 4 was changed"));
    stop(&mut house).await?;
    ensure!(house.service.run_in_vain(&VERIFY)?.contains("number 4 was changed"));
    let with_kept = house.service.run_in_vain(&["audit", "verify", "--kept", &kept])?;
    ensure!(with_kept.contains("number 4 was changed"), "{with_kept}");
    // What it says now can still be looked at.
    ensure!(house.service.run(&["audit", "export"])?.lines().count() > 4);
    Ok(())
}

/// So is one that was removed; and one that was removed at the end, with everything that tells of
/// it, by the point that was kept elsewhere.
async fn a_removed_line_is_found(engine: Engine) -> Result<()> {
    let (house, mut database, kept) = after_a_talk(engine).await?;
    for by_hand in [
        "DELETE FROM audit_checkpoints WHERE n > 5",
        "DELETE FROM audit WHERE n > 5",
        "UPDATE audit_head SET n = 5, a = (SELECT a FROM audit WHERE n = 5)",
    ] {
        database.by_hand(by_hand).await?;
    }
    house.service.run(&VERIFY).context("nothing that is left tells of more")?;
    let said = house.service.run_in_vain(&["audit", "verify", "--kept", &kept])?;
    ensure!(said.contains("is not on this chain"), "{said}");
    database.by_hand("DELETE FROM audit WHERE n = 3").await?;
    ensure!(house.service.run_in_vain(&VERIFY)?.contains("number 3 was changed, removed"));
    Ok(())
}

on_both_engines!(an_untouched_chain_holds, a_changed_line_is_found, a_removed_line_is_found);
