//! What is refused of openings and of those who come, each with its code.

use actors::{ClaimRecords, join, take_over};
use anyhow::{Context, Result, ensure};
use crypto::epoch::Reason;
use protocol::{ErrorCode, StaffCommand};
use stories::{Engine, House, on_both_engines};

use crate::scene::{in_a_talk, is_refused, refused};

const NOBODYS: protocol::Id = protocol::Id([9; 16]);

/// Counselors open nothing and answer no opening.
async fn a_counselor_breaks_no_glass(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let (_client, mut dewi, case) = in_a_talk(&house, 0).await?;
    let (opening_id, case_id) = (NOBODYS, protocol::Id(case));
    let records = dewi.case(case)?.coming(&dewi.member, [Reason::Rekey; 2], "counselor")?;
    for command in [
        StaffCommand::BreakGlass { opening_id, case_id, reason: "danger".to_owned() },
        StaffCommand::ApproveOpening { opening_id },
        StaffCommand::RefuseOpening { opening_id },
        StaffCommand::Countersign { opening_id },
        StaffCommand::CloseOpening { opening_id },
        join(case, records.clone()),
        take_over(case, records.clone()),
        StaffCommand::Requeue { case_id, epoch: records.chat },
    ] {
        is_refused(dewi.line()?.ask(command).await?, ErrorCode::Forbidden)?;
    }
    Ok(())
}

/// A second factor is given five minutes before at most, and no code serves twice for it.
async fn the_second_factor_is_fresh(engine: Engine) -> Result<()> {
    // Nothing was given less than no time ago.
    let house = House::with(engine, &[("TEDUH_TIMES__FACTOR_S", "0")]).await?;
    let mut sari = house.supervisor(0).await?;
    let mut client = house.client("Halo.").await?;
    let case = client.case_id();
    client.raise_level(3).await?;
    refused(&sari.break_glass(case, "danger").await, ErrorCode::FactorNeeded)?;
    for command in [
        StaffCommand::ApproveOpening { opening_id: NOBODYS },
        StaffCommand::Countersign { opening_id: NOBODYS },
    ] {
        is_refused(sari.line()?.ask(command).await?, ErrorCode::FactorNeeded)?;
    }
    // The code of the sign-in serves once for this too.
    let code = sari.member.next_confirmation()?;
    let confirm = StaffCommand::Confirm { code };
    sari.line()?.tell(confirm.clone()).await?;
    is_refused(sari.line()?.ask(confirm).await?, ErrorCode::TotpFailed)?;
    let wrong = StaffCommand::Confirm { code: "no code".to_owned() };
    is_refused(sari.line()?.ask(wrong).await?, ErrorCode::TotpFailed)?;
    let mut database = house.database().await?;
    ensure!(database.audited(case, "case_opened").await? == 0);
    ensure!(database.audited(case, "opening_asked").await? == 0);
    Ok(())
}

/// Asks and answers that the rules do not have.
async fn an_opening_out_of_its_turn(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let (mut sari, mut mira) = (house.supervisor(0).await?, house.supervisor(1).await?);
    let (_client, _dewi, case) = in_a_talk(&house, 0).await?;
    refused(&sari.break_glass(NOBODYS.0, "danger").await, ErrorCode::NotFound)?;
    refused(&sari.break_glass(case, "because").await, ErrorCode::BadFrame)?;
    for answered in [
        sari.approve(NOBODYS.0).await,
        sari.refuse(NOBODYS.0).await,
        sari.countersign(NOBODYS.0).await,
        sari.close_opening(NOBODYS.0).await,
    ] {
        refused(&answered, ErrorCode::NotFound)?;
    }
    let id = sari.break_glass(case, "complaint").await?.opening_id.0;
    refused(&sari.approve(id).await, ErrorCode::OwnOpening)?;
    refused(&sari.refuse(id).await, ErrorCode::OwnOpening)?;
    refused(&mira.countersign(id).await, ErrorCode::Conflict)?;
    refused(&mira.close_opening(id).await, ErrorCode::Forbidden)?;
    refused(&mira.break_glass_as(id, case, "complaint").await, ErrorCode::Conflict)?;
    refused(&sari.break_glass_as(id, case, "danger").await, ErrorCode::Conflict)?;
    mira.approve(id).await?;
    mira.approve(id).await.context("the same again is the same")?;
    refused(&mira.refuse(id).await, ErrorCode::Conflict)?;
    sari.close_opening(id).await.context("taken back")?;
    refused(&sari.break_glass_as(id, case, "complaint").await, ErrorCode::OpeningOver)?;
    let other = sari.break_glass(case, "complaint").await?.opening_id.0;
    sari.close_opening(other).await?;
    refused(&mira.approve(other).await, ErrorCode::OpeningOver)
}

/// Who only reads, or does not even that, comes into no case.
async fn nobody_comes_without_an_opening_that_lets_them(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let (mut sari, mut mira) = (house.supervisor(0).await?, house.supervisor(1).await?);
    let (mut client, _dewi, case) = in_a_talk(&house, 0).await?;
    client.raise_level(3).await?;
    sari.until_of(case, |_| true).await?;
    sari.break_glass(case, "coaching").await?;
    let join_it = join(case, sari.coming(case, Reason::Join).await?);
    let take_it = take_over(case, sari.coming(case, Reason::Transfer).await?);
    let requeue_it = sari.requeueing(case).await?;
    for command in [join_it.clone(), take_it.clone(), requeue_it.clone()] {
        is_refused(sari.line()?.ask(command.clone()).await?, ErrorCode::ReadOnly)?;
        is_refused(mira.line()?.ask(command).await?, ErrorCode::NotOpened)?;
    }
    let unknown = join(NOBODYS.0, sari.coming(case, Reason::Join).await?);
    is_refused(mira.line()?.ask(unknown).await?, ErrorCode::NotOpened)?;
    let leave = sari.leaving(case).await?;
    is_refused(sari.line()?.ask(leave).await?, ErrorCode::NotAssigned)?;
    // She reads, and neither writes nor marks as read.
    refused(&sari.say(case, "Halo.").await, ErrorCode::NotAssigned)?;
    let read = StaffCommand::Read { case_id: protocol::Id(case), lane: 1, seq: 1 };
    is_refused(sari.line()?.ask(read).await?, ErrorCode::NotAssigned)?;
    let fetch = StaffCommand::FetchAfter { case_id: protocol::Id(case), lane: 2, seq: 0 };
    is_refused(mira.line()?.ask(fetch.clone()).await?, ErrorCode::NotAssigned)?;
    ensure!(matches!(sari.line()?.ask(fetch).await?, protocol::Reply::Page(_)));
    refused(&mira.fetch_case(case).await, ErrorCode::NotAssigned)
}

/// A case that waits is claimed, not joined, and stays in the queue.
async fn a_waiting_case_is_not_joined(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut sari = house.supervisor(0).await?;
    let (_other, dewi, talk) = in_a_talk(&house, 0).await?;
    let mut client = house.client("Saya menunggu.").await?;
    let case = client.case_id();
    client.raise_level(3).await?;
    sari.until_of(case, |_| true).await?;
    sari.break_glass(case, "danger").await?;
    ensure!(sari.case(case)?.chat.texts() == ["Saya menunggu."]);
    let records = dewi.case(talk)?.coming(&dewi.member, [Reason::Rekey; 2], "counselor")?;
    for command in [join(case, records.clone()), take_over(case, records)] {
        is_refused(sari.line()?.ask(command).await?, ErrorCode::NotAssigned)?;
    }
    let requeue = sari.requeueing(case).await?;
    is_refused(sari.line()?.ask(requeue).await?, ErrorCode::WrongState)
}

/// Records that the table does not have, or that come too late.
async fn the_records_fit_the_deed(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut sari = house.supervisor(0).await?;
    let (mut client, mut dewi, case) = in_a_talk(&house, 0).await?;
    client.raise_level(3).await?;
    sari.until_of(case, |_| true).await?;
    sari.break_glass(case, "danger").await?;
    let good = sari.coming(case, Reason::Join).await?;
    let other = sari.coming(case, Reason::Transfer).await?;
    let mixed = ClaimRecords { notes: other.notes.clone(), ..good.clone() };
    let mut boxes = good.clone();
    boxes.chat.boxes.pop();
    for records in [other.clone(), mixed, boxes] {
        let answer = sari.line()?.ask(join(case, records)).await?;
        is_refused(answer, ErrorCode::RecordRefused)?;
    }
    // The counselor is there, and she has not joined.
    is_refused(sari.line()?.ask(take_over(case, other)).await?, ErrorCode::WrongState)?;
    is_refused(dewi.line()?.ask(join(case, good.clone())).await?, ErrorCode::Forbidden)?;
    let answer = sari.line()?.ask(join(case, good.clone())).await?;
    ensure!(matches!(answer, protocol::Reply::Case(_)), "{answer:?}");
    let again = sari.line()?.ask(join(case, good)).await?;
    ensure!(matches!(again, protocol::Reply::Case(_)), "the same again is the same: {again:?}");
    sari.fetch_case(case).await?;
    let held = sari.case(case)?;
    ensure!((held.chat.records(), held.notes.records()) == (3, 2), "one new epoch of each lane");
    Ok(())
}

/// Who takes over reads: no record of theirs puts somebody else in the counselor's place.
async fn nobody_takes_over_for_another(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let (mut sari, mira) = (house.supervisor(0).await?, house.supervisor(1).await?);
    let (mut client, _dewi, case) = in_a_talk(&house, 0).await?;
    client.raise_level(3).await?;
    sari.until_of(case, |_| true).await?;
    sari.break_glass(case, "danger").await?;
    sari.join(case).await?;
    let own = sari.coming(case, Reason::Transfer).await?;
    let hers = sari.coming_for(case, mira.member.staff_id()).await?;
    let chat = ClaimRecords { chat: hers.chat.clone(), ..own.clone() };
    let notes = ClaimRecords { notes: hers.notes.clone(), ..own.clone() };
    for records in [chat, notes, hers] {
        let answer = sari.line()?.ask(take_over(case, records)).await?;
        is_refused(answer, ErrorCode::RecordRefused)?;
    }
    let answer = sari.line()?.ask(take_over(case, own)).await?;
    ensure!(matches!(answer, protocol::Reply::Case(_)), "{answer:?}");
    Ok(())
}

on_both_engines!(
    a_counselor_breaks_no_glass,
    the_second_factor_is_fresh,
    an_opening_out_of_its_turn,
    nobody_comes_without_an_opening_that_lets_them,
    a_waiting_case_is_not_joined,
    the_records_fit_the_deed,
    nobody_takes_over_for_another,
);
