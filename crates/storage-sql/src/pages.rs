//! Pages: one row a supervisor and minute, by the rule of `domain::paging`.

use domain::paging::{self, Minute, Overdue, Page, Supervisor};
use domain::{StaffId, Timestamp};
use storage::Result;

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::shared::Shared;
use crate::value::{Row, args};

/// The newest pages that somebody is shown who was away for long.
const SHOWN: u32 = 60;

/// Writes the pages that are due.
pub(crate) async fn write<DB: Dialect>(
    shared: &Shared<DB>,
    signed_in: &[StaffId],
    now: Timestamp,
) -> Result<Vec<Page>> {
    if overdue(&shared.db.one(OVERDUE, args![now]).await?)?.is_none() {
        return Ok(Vec::new());
    }
    let mut tx = shared.db.begin().await?;
    // One node decides after the other, so that the second sees whom the first has paged.
    tx.rows(DB::LOCK_PAGES, args![]).await?;
    let Some(overdue) = overdue(&tx.one(OVERDUE, args![now]).await?)? else {
        return Ok(Vec::new());
    };
    let supervisors = supervisors(&mut tx, signed_in).await?;
    let mut written = Vec::new();
    for page in paging::due_pages(overdue, &supervisors, now) {
        if insert(&mut tx, &page).await? {
            written.push(page);
        }
    }
    tx.commit().await?;
    Ok(written)
}

/// How many escalations should have been acknowledged before `$1`, the oldest deadline, and how many
/// openings made alone nobody has countersigned.
const OVERDUE: &str = "SELECT COUNT(*), MIN(due_at),
        (SELECT COUNT(*) FROM openings WHERE alone AND countersigned_by IS NULL)
    FROM escalations WHERE state = 'raised' AND due_at <= $1";

fn overdue(row: &Row) -> Result<Option<Overdue>> {
    let Some(oldest_due) = row.opt_time(1)? else { return Ok(None) };
    Ok(Some(Overdue { count: row.number(0)?, oldest_due, alone: row.number(2)? }))
}

/// Pages every other supervisor because one has just opened a case alone, inside that transaction,
/// which holds the pages from its beginning on.
pub(crate) async fn opened_alone<DB: Dialect>(
    tx: &mut Tx<DB>,
    by: StaffId,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str = "INSERT INTO pages (staff_id, minute, overdue, oldest_due, alone)
        SELECT $1, $2, 0, $3, COUNT(*) FROM openings WHERE alone AND countersigned_by IS NULL
        ON CONFLICT (staff_id, minute) DO UPDATE SET alone = excluded.alone, delivered = FALSE";
    for supervisor in supervisors(tx, &[]).await? {
        if supervisor.staff != by {
            tx.execute(SQL, args![supervisor.staff, Minute::of(now).0, now]).await?;
        }
    }
    Ok(())
}

async fn supervisors<DB: Dialect>(
    tx: &mut Tx<DB>,
    signed_in: &[StaffId],
) -> Result<Vec<Supervisor>> {
    // A page of an opening alone is no turn: what is overdue is told to the same people besides.
    const SQL: &str = "SELECT s.id, COUNT(p.minute), MAX(p.minute), (SELECT last.oldest_due
            FROM pages last WHERE last.staff_id = s.id AND last.overdue > 0
            ORDER BY last.minute DESC LIMIT 1)
        FROM staff s LEFT JOIN pages p ON p.staff_id = s.id AND p.overdue > 0
        WHERE s.standing = 'member' AND NOT s.disabled AND (s.roles & 2) <> 0
        GROUP BY s.id ORDER BY s.id";
    let supervisor = |row: &Row| {
        let staff = row.id(0)?;
        Ok(Supervisor {
            staff,
            signed_in: signed_in.contains(&staff),
            pages: row.number(1)?,
            last: row.opt_int(2)?.map(Minute).zip(row.opt_time(3)?),
        })
    };
    tx.rows(SQL, args![]).await?.iter().map(supervisor).collect()
}

/// Writes a page; one that stands already is not written again.
async fn insert<DB: Dialect>(tx: &mut Tx<DB>, page: &Page) -> Result<bool> {
    const SQL: &str = "INSERT INTO pages (staff_id, minute, overdue, oldest_due, alone)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (staff_id, minute) DO UPDATE SET overdue = excluded.overdue,
            oldest_due = excluded.oldest_due, alone = excluded.alone, delivered = FALSE
            WHERE pages.overdue = 0";
    let Page { staff, minute, overdue: Overdue { count, oldest_due, alone } } = *page;
    Ok(tx.execute(SQL, args![staff, minute.0, count, oldest_due, alone]).await? > 0)
}

/// The newest pages that a supervisor was not shown, oldest first.
pub(crate) async fn to_deliver<DB: Dialect>(
    shared: &Shared<DB>,
    staff: StaffId,
) -> Result<Vec<Page>> {
    const SQL: &str = "SELECT minute, overdue, oldest_due, alone FROM pages
        WHERE staff_id = $1 AND NOT delivered ORDER BY minute DESC LIMIT $2";
    let page = |row: &Row| {
        let (count, oldest_due, alone) = (row.number(1)?, row.time(2)?, row.number(3)?);
        let overdue = Overdue { count, oldest_due, alone };
        Ok(Page { staff, minute: Minute(row.int(0)?), overdue })
    };
    shared.db.rows(SQL, args![staff, SHOWN]).await?.iter().rev().map(page).collect()
}

/// A supervisor was shown the page of a minute.
pub(crate) async fn delivered<DB: Dialect>(
    shared: &Shared<DB>,
    staff: StaffId,
    minute: Minute,
) -> Result<()> {
    const SQL: &str = "UPDATE pages SET delivered = TRUE
        WHERE staff_id = $1 AND minute <= $2 AND NOT delivered";
    shared.db.execute(SQL, args![staff, minute.0]).await.map(drop)
}
