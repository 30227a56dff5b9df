//! What is refused of new epochs, each with its code.

use anyhow::{Context, Result, ensure};
use crypto::epoch::Reason;
use protocol::{ErrorCode, StaffCommand};
use stories::{Engine, House, on_both_engines};

use crate::scene::{in_a_talk, is_refused};

/// Who is not in it, has not opened it, or may only read it.
async fn a_stranger_makes_no_epochs(engine: Engine) -> Result<()> {
    let house = House::with(engine, &[("TEDUH_TIMES__OPENING_ALONE_AFTER_S", "0")]).await?;
    let mut sari = house.supervisor(0).await?;
    let (_client, mut dewi, case) = in_a_talk(&house, 0).await?;
    let mut budi = house.counselor(1).await?;
    let command = dewi.rekeying(case).await?;
    is_refused(budi.line()?.ask(command.clone()).await?, ErrorCode::NotAssigned)?;
    is_refused(sari.line()?.ask(command.clone()).await?, ErrorCode::NotOpened)?;
    let StaffCommand::Rekey { through, chat, notes, .. } = command.clone() else {
        anyhow::bail!("another command");
    };
    let case_id = protocol::Id([9; 16]);
    let nobodys = StaffCommand::Rekey { case_id, through, chat, notes };
    for desk in [&mut *sari, &mut budi, &mut dewi] {
        is_refused(desk.line()?.ask(nobodys.clone()).await?, ErrorCode::NotAssigned)?;
    }
    sari.break_glass(case, "coaching").await?;
    let hers = sari.rekeying(case).await?;
    is_refused(sari.line()?.ask(hers).await?, ErrorCode::ReadOnly)?;
    sari.break_glass(case, "complaint").await?;
    is_refused(sari.line()?.ask(command).await?, ErrorCode::RecordRefused)?;
    sari.rekey(case).await?;
    let mut database = house.database().await?;
    ensure!(database.audited(case, "case_rekeyed").await? == 1);
    Ok(())
}

/// Records of another reason, of an older epoch, of half a case; past the team without a reason to.
async fn other_records_make_no_epochs(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let (mut client, mut dewi, case) = in_a_talk(&house, 0).await?;
    let case_id = protocol::Id(case);
    let first = dewi.rekeying(case).await?;
    let StaffCommand::Rekey { chat, notes, .. } = first.clone() else {
        anyhow::bail!("another command");
    };
    let claim = dewi.case(case)?.coming(&dewi.member, [Reason::Leave; 2], "counselor");
    ensure!(claim.is_err(), "nobody would be left");
    let held = dewi.case(case)?;
    let reopen = held.coming(&dewi.member, [Reason::Reopen, Reason::Rekey], "counselor");
    let reopen = reopen.context("she may give it back")?.chat;
    let other =
        StaffCommand::Rekey { case_id, through: None, chat: reopen.clone(), notes: notes.clone() };
    is_refused(dewi.line()?.ask(other).await?, ErrorCode::RecordRefused)?;
    let half = StaffCommand::Rekey { case_id, through: None, chat: chat.clone(), notes: None };
    is_refused(dewi.line()?.ask(half).await?, ErrorCode::StaleEpoch)?;
    let unneeded =
        StaffCommand::Rekey { case_id, through: Some(reopen), chat: chat.clone(), notes };
    is_refused(dewi.line()?.ask(unneeded).await?, ErrorCode::RecordRefused)?;
    let nobody_is_gone = dewi.past_the_team(case).await?;
    is_refused(dewi.line()?.ask(nobody_is_gone).await?, ErrorCode::WrongState)?;

    let second = dewi.rekeying(case).await?;
    dewi.line()?.tell(first.clone()).await?;
    dewi.line()?.tell(first).await.context("the same again")?;
    is_refused(dewi.line()?.ask(second).await?, ErrorCode::StaleEpoch)?;
    dewi.fetch_case(case).await?;
    client.say("Tetap di sini.").await?;
    dewi.until_reads(case, "Tetap di sini.").await?;
    let mut database = house.database().await?;
    ensure!(database.audited(case, "case_rekeyed").await? == 1);
    Ok(())
}

on_both_engines!(a_stranger_makes_no_epochs, other_records_make_no_epochs);
