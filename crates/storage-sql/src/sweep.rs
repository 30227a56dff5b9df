//! The nightly sweep: shreds by the clock rules, and clears what no row needs.

use std::time::Duration;

use domain::audit::{Actor, Entry, Event};
use domain::retention::{Clock, Due, Retention};
use domain::{CaseId, Timestamp};
use storage::jobs::Swept;
use storage::{Result, StorageError};

use crate::audit;
use crate::db::{Db, Tx};
use crate::dialect::Dialect;
use crate::keystore::KeyKind;
use crate::shared::Shared;
use crate::value::args;

/// A key whose row was never written is swept when no write has asked for it for this long.
const ORPHAN: Duration = Duration::from_hours(1);
/// Cases looked at in one read.
const PAGE: u32 = 500;

pub(crate) async fn run<DB: Dialect>(
    shared: &Shared<DB>,
    retention: &Retention,
    now: Timestamp,
) -> Result<Swept> {
    let mut swept = Swept::default();
    // One case that fails stops neither the others nor the rest; the night is told at its end.
    let mut failed = Ok(());
    for case in candidates(shared, retention, now).await? {
        failed = failed.and(shred(shared, case, retention, now, &mut swept).await);
    }
    swept.orphans = orphans(shared, now).await?;
    for db in [&shared.db, &shared.keys.db] {
        truncate_log(db).await?;
    }
    failed.map(|()| swept)
}

/// Empties the write-ahead log; while somebody still reads from it, that is not done.
async fn truncate_log<DB: Dialect>(db: &Db<DB>) -> Result<()> {
    let rows = db.rows_outside(DB::TRUNCATE_LOG).await?;
    match rows.first().map(|row| row.number::<u32>(0)).transpose()? {
        Some(0) => Ok(()),
        _ => Err(StorageError::Busy),
    }
}

/// Cases that ended long enough ago for the shortest clock and still have something to shred.
async fn candidates<DB: Dialect>(
    shared: &Shared<DB>,
    retention: &Retention,
    now: Timestamp,
) -> Result<Vec<CaseId>> {
    const SQL: &str = "SELECT id FROM cases WHERE ended_at <= $1";
    let shortest = retention.chat.min(retention.notes_with_consent).min(retention.case);
    let rows = shared.db.rows(SQL, args![now.minus(shortest)]).await?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// Shreds what is due of one case: first the key, which is what counts, then the rows.
///
/// The case is held meanwhile, so that a client who comes back finds either all of it or the rest.
async fn shred<DB: Dialect>(
    shared: &Shared<DB>,
    case: CaseId,
    retention: &Retention,
    now: Timestamp,
    swept: &mut Swept,
) -> Result<()> {
    const CLOCK: &str = "SELECT ended_at, notes_consent, chat_gone, notes_gone, case_gone
        FROM cases WHERE id = $1";
    const ENVELOPES: &str = "UPDATE messages SET envelope = NULL WHERE case_id = $1 AND lane = 1";
    let mut tx = shared.begin_case(case).await?;
    let row = tx.one(CLOCK, args![case]).await?;
    let clock = Clock { ended_at: row.opt_time(0)?, notes_consent: row.bool(1)? };
    let due = clock.due(retention, now);
    let gone = Due { chat: row.bool(2)?, notes: row.bool(3)?, case: row.bool(4)? };
    if due.chat && !gone.chat {
        shared.keys.shred(case, KeyKind::Chat).await?;
        tx.execute(ENVELOPES, args![case]).await?;
        tx.execute("UPDATE cases SET chat_gone = TRUE WHERE id = $1", args![case]).await?;
        tombstone(&mut tx, case, Event::ChatShredded, now).await?;
        swept.chats += 1;
    }
    if due.notes && !gone.notes {
        shared.keys.shred(case, KeyKind::Notes).await?;
        tx.execute("DELETE FROM lanes WHERE case_id = $1 AND lane = 2", args![case]).await?;
        tx.execute("UPDATE cases SET notes_gone = TRUE WHERE id = $1", args![case]).await?;
        tombstone(&mut tx, case, Event::NotesShredded, now).await?;
        swept.notes += 1;
    }
    if due.case && !gone.case {
        shared.keys.shred(case, KeyKind::Case).await?;
        forget(&mut tx, case).await?;
        tombstone(&mut tx, case, Event::CaseShredded, now).await?;
        swept.cases += 1;
    }
    if due.notes && due.case {
        tx.execute("DELETE FROM cases WHERE id = $1", args![case]).await?;
    }
    tx.commit().await
}

/// Deletes all of a case but its notes and the clock that they wait for.
async fn forget<DB: Dialect>(tx: &mut Tx<DB>, case: CaseId) -> Result<()> {
    const ROWS: &[&str] = &[
        "DELETE FROM codes WHERE case_id = $1",
        "DELETE FROM case_excluded WHERE case_id = $1",
        "DELETE FROM escalations WHERE case_id = $1",
        "DELETE FROM openings WHERE case_id = $1",
        "DELETE FROM sessions WHERE case_id = $1",
        "DELETE FROM lanes WHERE case_id = $1 AND lane = 1",
        "UPDATE cases SET case_gone = TRUE, csig_pk = NULL, ckem_pk = NULL, skill = NULL
            WHERE id = $1",
    ];
    for sql in ROWS {
        tx.execute(sql, args![case]).await?;
    }
    Ok(())
}

async fn tombstone<DB: Dialect>(
    tx: &mut Tx<DB>,
    case: CaseId,
    event: Event,
    at: Timestamp,
) -> Result<()> {
    let entry =
        Entry { at, actor: Actor::Service, event, case: Some(case), staff: None, detail: None };
    audit::write(tx, &entry).await.map(drop)
}

/// Sweeps the keys of cases that do not exist: their write was given up.
async fn orphans<DB: Dialect>(shared: &Shared<DB>, now: Timestamp) -> Result<u64> {
    const SQL: &str = "SELECT id FROM cases WHERE id = $1";
    let since = now.minus(ORPHAN);
    let (mut after, mut swept) = (CaseId::new([0; 16]), 0);
    loop {
        let page = shared.keys.idle(since, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(swept) };
        after = *last;
        for case in page {
            if shared.db.first(SQL, args![case]).await?.is_none() {
                swept += shared.keys.sweep(case, since).await?;
            }
        }
    }
}
