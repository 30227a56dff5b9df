//! The live board of a supervisor: who waits, who talks, who could take somebody.

use actors::Board;
use anyhow::{Result, ensure};
use protocol::StaffStatus;
use stories::{Engine, House, on_both_engines};

use crate::scene::in_a_talk;

/// How many wait in each class: 3, 2 and the others.
fn people(board: &Board) -> [u32; 3] {
    [3, 2, 0].map(|class| board.waiting.get(&class).map_or(0, |waiting| waiting.people))
}

/// Two supervisors, one of whom comes late: both see the same at every moment.
async fn supervisors_see_who_waits_and_who_could_take_them(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut sari = house.supervisor(0).await?;
    let board = sari.board.clone().unwrap_or_default();
    ensure!(people(&board) == [0; 3] && board.active == 0 && board.counselors.is_empty());
    ensure!(board.waiting.values().all(|class| class.since.is_none()));

    let (_in_talk, mut dewi, case) = in_a_talk(&house, 0).await?;
    let me = dewi.member.staff_id();
    sari.until_desk(|desk| desk.board.as_ref().is_some_and(|board| board.active == 1)).await?;
    let counselor = sari.board.as_ref().and_then(|board| board.counselors.get(&me).cloned());
    ensure!(counselor.is_some_and(|one| one.here && one.levels == [0] && one.limit > 1));

    let mut first = house.client("Saya takut.").await?;
    let _second = house.client("Halo?").await?;
    sari.until_desk(|desk| desk.board.as_ref().is_some_and(|b| people(b) == [0, 0, 2])).await?;
    let since = |board: &Board| board.waiting.get(&0).and_then(|class| class.since);
    ensure!(sari.board.as_deref().and_then(since) == Some(first.session.since));
    first.raise_level(3).await?;
    sari.until_desk(|desk| desk.board.as_ref().is_some_and(|b| people(b) == [1, 0, 1])).await?;

    dewi.set_status(StaffStatus::Pause).await?;
    dewi.cut();
    sari.until_desk(|desk| {
        let counselor = desk.board.as_ref().and_then(|board| board.counselors.get(&me));
        counselor.is_some_and(|one| one.status == StaffStatus::Pause && !one.here)
    })
    .await?;
    let mira = house.supervisor(1).await?;
    ensure!(mira.board == sari.board, "a late one is told the whole of it");

    dewi.connect().await?;
    dewi.end(case).await?;
    dewi.cut();
    sari.until_desk(|desk| {
        let board = desk.board.as_ref();
        board.is_some_and(|b| b.active == 0 && !b.counselors.contains_key(&me))
    })
    .await?;
    Ok(())
}

/// A counselor is told nothing of the board.
async fn the_board_is_for_supervisors_alone(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut dewi = house.available(0).await?;
    let mut sari = house.supervisor(0).await?;
    let _client = house.client("Halo.").await?;
    sari.until_desk(|desk| desk.board.as_ref().is_some_and(|b| people(b) == [0, 0, 1])).await?;
    dewi.until(|desk| desk.queue.waiting == 1).await?;
    ensure!(dewi.board.is_none());
    Ok(())
}

on_both_engines!(
    supervisors_see_who_waits_and_who_could_take_them,
    the_board_is_for_supervisors_alone,
);
