//! What supervisors open by break glass, and who agrees.

use async_trait::async_trait;
use domain::audit::{Actor, Detail, Entry, Event};
use domain::escalation::Deed;
use domain::opening::{Circumstances, Opened, OpeningReason, Reached, Refused, Second, State};
use domain::{CaseId, Opening, OpeningId, OpeningTimes, Session, StaffId, Timestamp, session};
use storage::openings::{BreakGlass, GlassBroken, Moved, OfCase};
use storage::records::PlacedBox;
use storage::{Openings, Result, StorageError};

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::each::Each;
use crate::shared::Shared;
use crate::value::{Row, args, unexpected};
use crate::{audit, pages, rows, sessions};

/// A statement that reads what [`opening`] takes, in its order; its rest follows.
macro_rules! select_opening {
    ($rest:literal) => {
        concat!(
            "SELECT id, case_id, staff_id, reason, asked_at, state, second_by, second_at, ",
            "opened_at, ends_at, alone, countersigned_by, countersigned_at, closed_at ",
            "FROM openings ",
            $rest
        )
    };
}

#[async_trait]
impl<DB: Dialect> Openings for Shared<DB> {
    async fn break_glass(&self, glass: BreakGlass) -> Result<GlassBroken> {
        let BreakGlass { id, case, by, reason, others_here, now } = glass;
        let mut tx = self.db.begin().await?;
        if !others_here {
            // It may page the others. Whoever pages comes from the pages to the staff, so this too.
            tx.rows(DB::LOCK_PAGES, args![]).await?;
        }
        hold_supervisor(&mut tx, by).await?;
        tx.one(DB::LOCK_CASE, args![case]).await?;
        let newest = rows::newest(&mut tx, case).await?;
        let before = tx.first(BY_ID, args![id]).await?.as_ref().map(opening).transpose()?;
        if before.as_ref().is_some_and(|o| (o.case, o.by, o.reason) != (case, by, reason)) {
            return Err(StorageError::Exists);
        }
        let asked = || Opening::ask((id, case), by, reason, now);
        let asked = before.clone().unwrap_or_else(asked);
        let needs_second = circumstances(&mut tx, &newest, by).await?.need_second(reason);
        let after = asked.open(needs_second, others_here, now, &self.times.openings)?;
        let boxes = if after.is_live(now) {
            self.release_escalation(&mut tx, case).await?
        } else {
            Vec::new()
        };
        let fresh = before.as_ref() != Some(&after);
        if fresh {
            if before.is_none() {
                insert(&mut tx, &after).await?;
            }
            update(&mut tx, &after).await?;
            if after.is_alone() {
                pages::opened_alone(&mut tx, by, now).await?;
            }
            audit::write(&mut tx, &broken(&after, now)).await?;
            tx.commit().await?;
        }
        Ok(GlassBroken { opening: after, boxes, fresh })
    }

    async fn approve(&self, id: OpeningId, by: StaffId, now: Timestamp) -> Result<Moved> {
        let (tx, before) = self.hold_opening(id, by).await?;
        let after = before.clone().approve(by, now, &self.times.openings)?;
        finish(tx, &before, after, Actor::Staff(by), Event::OpeningApproved, now).await
    }

    async fn refuse(&self, id: OpeningId, by: StaffId, now: Timestamp) -> Result<Moved> {
        let (tx, before) = self.hold_opening(id, by).await?;
        let after = before.clone().refuse(by, now, &self.times.openings)?;
        finish(tx, &before, after, Actor::Staff(by), Event::OpeningRefused, now).await
    }

    async fn countersign(&self, id: OpeningId, by: StaffId, now: Timestamp) -> Result<Moved> {
        let (tx, before) = self.hold_opening(id, by).await?;
        let after = before.clone().countersign(by, now)?;
        finish(tx, &before, after, Actor::Staff(by), Event::OpeningCountersigned, now).await
    }

    async fn close(&self, id: OpeningId, by: StaffId, now: Timestamp) -> Result<Moved> {
        let case = Openings::get(self, id).await?.case;
        let mut tx = self.begin_case(case).await?;
        let before = load(&mut tx, id).await?;
        let after = before.clone().close(by, now, &self.times.openings)?;
        finish(tx, &before, after, Actor::Staff(by), Event::OpeningClosed, now).await
    }

    async fn get(&self, id: OpeningId) -> Result<Opening> {
        opening(&self.db.one(BY_ID, args![id]).await?)
    }

    async fn of_case(&self, case: CaseId, limit: u32) -> Result<OfCase> {
        const SQL: &str = select_opening!(
            "WHERE case_id = $1 AND opened_at IS NOT NULL
             ORDER BY opened_at DESC, id DESC LIMIT $2"
        );
        const COUNT: &str =
            "SELECT COUNT(*) FROM openings WHERE case_id = $1 AND opened_at IS NOT NULL";
        let mut newest = openings(&self.db.rows(SQL, args![case, limit]).await?)?;
        newest.reverse();
        let found = u32::try_from(newest.len()).unwrap_or(u32::MAX);
        // There are hardly ever so many.
        let all =
            if found < limit { found } else { self.db.one(COUNT, args![case]).await?.number(0)? };
        Ok(OfCase { newest, older: all.saturating_sub(found) })
    }

    async fn for_supervisors(&self, now: Timestamp) -> Result<Vec<Opening>> {
        const SQL: &str = select_opening!(
            "WHERE (state IN ('asked', 'approved') AND asked_at > $1)
                OR (alone AND countersigned_by IS NULL) ORDER BY asked_at, id"
        );
        let since = now.minus(self.times.openings.ask);
        openings(&self.db.rows(SQL, args![since]).await?)
    }

    async fn live(&self, case: CaseId, staff: StaffId, now: Timestamp) -> Result<Option<Opening>> {
        let live = openings(&self.db.rows(LIVE, args![case, staff, now]).await?)?;
        Ok(live.into_iter().max_by_key(|opening| !opening.reason.reads_only()))
    }

    async fn live_of(&self, staff: StaffId, now: Timestamp) -> Result<Vec<Opening>> {
        const SQL: &str = select_opening!(
            "WHERE staff_id = $1 AND state = 'open' AND opened_at <= $2 AND ends_at > $2
             ORDER BY opened_at, id"
        );
        openings(&self.db.rows(SQL, args![staff, now]).await?)
    }

    async fn boxes(&self, case: CaseId, staff: StaffId, now: Timestamp) -> Result<Vec<PlacedBox>> {
        let mut tx = self.begin_case(case).await?;
        if tx.first(LIVE, args![case, staff, now]).await?.is_none() {
            return Err(Refused::NotOpened.into());
        }
        self.release_escalation(&mut tx, case).await
    }
}

impl<DB: Dialect> Shared<DB> {
    /// Begins a transaction of a supervisor that holds the case of an opening, and reads it there.
    async fn hold_opening(&self, id: OpeningId, by: StaffId) -> Result<(Tx<DB>, Opening)> {
        let case = Openings::get(self, id).await?.case;
        let mut tx = self.db.begin().await?;
        hold_supervisor(&mut tx, by).await?;
        tx.one(DB::LOCK_CASE, args![case]).await?;
        let opening = load(&mut tx, id).await?;
        Ok((tx, opening))
    }
}

/// Holds a supervisor, so that nobody disables them meanwhile.
async fn hold_supervisor<DB: Dialect>(tx: &mut Tx<DB>, who: StaffId) -> Result<()> {
    const SQL: &str = "SELECT id FROM staff
        WHERE id = $1 AND standing = 'member' AND NOT disabled AND (roles & 2) <> 0";
    tx.first(DB::LOCK_STAFF, args![who]).await?;
    tx.first(SQL, args![who]).await?.map(drop).ok_or(StorageError::Disabled)
}

/// What the rule about a second supervisor reads of a held case.
async fn circumstances<DB: Dialect>(
    tx: &mut Tx<DB>,
    newest: &Session,
    by: StaffId,
) -> Result<Circumstances> {
    const RAISED: &str = "SELECT e.id FROM escalations e JOIN raises r ON r.escalation_id = e.id
        WHERE e.case_id = $1 AND e.state <> 'resolved' AND (r.staff_id IS NULL OR r.staff_id <> $2)
        LIMIT 1";
    const ANOTHER: &str = "SELECT id FROM staff
        WHERE standing = 'member' AND (roles & 2) <> 0 AND id <> $1 LIMIT 1";
    Ok(Circumstances {
        raised_by_another: tx.first(RAISED, args![newest.case, by]).await?.is_some(),
        left_behind: newest.left_behind,
        another_assigned: matches!(newest.state,
            session::State::Active { by: assigned, .. } if assigned != by),
        another_supervisor: tx.first(ANOTHER, args![by]).await?.is_some(),
    })
}

/// That this person has an opening of a held case that lets them act on it.
pub(crate) async fn lets_act<DB: Dialect>(
    tx: &mut Tx<DB>,
    case: CaseId,
    staff: StaffId,
    now: Timestamp,
) -> Result<()> {
    let live = openings(&tx.rows(LIVE, args![case, staff, now]).await?)?;
    if live.is_empty() {
        return Err(Refused::NotOpened.into());
    }
    if live.iter().all(|opening| opening.reason.reads_only()) {
        return Err(Refused::ReadsOnly.into());
    }
    Ok(())
}

/// Closes what is over.
pub(crate) async fn close_over<DB: Dialect>(
    shared: &Shared<DB>,
    now: Timestamp,
) -> Result<Vec<Opening>> {
    const SQL: &str = select_opening!(
        "WHERE (state IN ('asked', 'approved') AND asked_at <= $1)
            OR (state = 'open' AND ends_at <= $2) ORDER BY asked_at, id"
    );
    let since = now.minus(shared.times.openings.ask);
    let mut closed = Each::default();
    for row in shared.db.rows(SQL, args![since, now]).await? {
        closed.put(close_one(shared, &row, now).await);
    }
    closed.all()
}

async fn close_one<DB: Dialect>(
    shared: &Shared<DB>,
    due: &Row,
    now: Timestamp,
) -> Result<Option<Opening>> {
    let (due, times) = (opening(due)?, &shared.times.openings);
    let mut tx = shared.begin_case(due.case).await?;
    let before = load(&mut tx, due.id).await?;
    // Another node, or its owner, may have been first.
    if before.ends(times).is_none_or(|ends| now < ends) {
        return Ok(None);
    }
    let (after, event) = (before.clone().end(now, times), Event::OpeningClosed);
    Ok(Some(finish(tx, &before, after, Actor::Service, event, now).await?.opening))
}

/// Ends all openings and asks of a person whose cases are held; gives them.
pub(crate) async fn end_of<DB: Dialect>(
    tx: &mut Tx<DB>,
    staff: StaffId,
    now: Timestamp,
    times: &OpeningTimes,
) -> Result<Vec<Opening>> {
    const SQL: &str = select_opening!(
        "WHERE staff_id = $1 AND state IN ('asked', 'approved', 'open') ORDER BY asked_at, id"
    );
    let mut ended = Vec::new();
    for before in openings(&tx.rows(SQL, args![staff]).await?)? {
        let after = before.end(now, times);
        update(tx, &after).await?;
        ended.push(after);
    }
    Ok(ended)
}

/// The audit entry of an opening that the service has ended.
pub(crate) fn ended(opening: &Opening, at: Timestamp) -> Entry {
    entry(opening, Actor::Service, Event::OpeningClosed, at)
}

/// The live openings of the person `$2` of the case `$1` at `$3`, oldest first.
const LIVE: &str = select_opening!(
    "WHERE case_id = $1 AND staff_id = $2 AND state = 'open' AND opened_at <= $3 AND ends_at > $3
     ORDER BY opened_at, id"
);

const BY_ID: &str = select_opening!("WHERE id = $1");

async fn load<DB: Dialect>(tx: &mut Tx<DB>, id: OpeningId) -> Result<Opening> {
    opening(&tx.one(BY_ID, args![id]).await?)
}

/// Writes an opening as it stands now with its audit entry, and commits; a transaction that changed
/// nothing is dropped.
async fn finish<DB: Dialect>(
    mut tx: Tx<DB>,
    before: &Opening,
    after: Opening,
    actor: Actor,
    event: Event,
    now: Timestamp,
) -> Result<Moved> {
    let fresh = after != *before;
    if fresh {
        update(&mut tx, &after).await?;
        audit::write(&mut tx, &entry(&after, actor, event, now)).await?;
        tx.commit().await?;
    }
    Ok(Moved { opening: after, fresh })
}

/// What others did to an opening.
fn entry(opening: &Opening, actor: Actor, event: Event, at: Timestamp) -> Entry {
    let staff = (actor != Actor::Staff(opening.by)).then_some(opening.by);
    let detail = Some(Detail::Opening(opening.reason));
    Entry { staff, detail, ..sessions::entry(actor, event, opening.case, at) }
}

/// What its asker did.
fn broken(opening: &Opening, at: Timestamp) -> Entry {
    let event = match opening.opened() {
        None => Event::OpeningAsked,
        Some(_) if opening.is_alone() => Event::CaseOpenedAlone,
        Some(_) => Event::CaseOpened,
    };
    let staff = opening.approved().map(|second| second.by);
    Entry { staff, ..entry(opening, Actor::Staff(opening.by), event, at) }
}

/// Writes a new opening, as it was asked for.
async fn insert<DB: Dialect>(tx: &mut Tx<DB>, opening: &Opening) -> Result<()> {
    const SQL: &str = "INSERT INTO openings (id, case_id, staff_id, reason, asked_at, state, alone)
        VALUES ($1, $2, $3, $4, $5, 'asked', FALSE)";
    let Opening { id, case, by, reason, asked_at, .. } = *opening;
    tx.execute(SQL, args![id, case, by, reason.code(), asked_at]).await.map(drop)
}

/// Writes an opening as it stands now.
async fn update<DB: Dialect>(tx: &mut Tx<DB>, opening: &Opening) -> Result<()> {
    const SQL: &str = "UPDATE openings SET state = $2, second_by = $3, second_at = $4,
        opened_at = $5, ends_at = $6, alone = $7, countersigned_by = $8, countersigned_at = $9,
        closed_at = $10 WHERE id = $1";
    let (state, refused, ends, closed) = match opening.state {
        State::Asked => ("asked", None, None, None),
        State::Approved { .. } => ("approved", None, None, None),
        State::Refused { second } => ("refused", Some(second), None, None),
        State::Open { until, .. } => ("open", None, Some(until), None),
        State::Closed { at, .. } => ("closed", None, None, Some(at)),
    };
    let (second, signed) = (refused.or(opening.approved()), opening.countersigned());
    let who = |deed: Option<Deed>| deed.map(|deed| deed.by);
    let when = |deed: Option<Deed>| deed.map(|deed| deed.at);
    let opened = opening.opened().map(|opened| opened.at);
    tx.execute(
        SQL,
        args![
            opening.id,
            state,
            who(second),
            when(second),
            opened,
            ends,
            opening.is_alone(),
            who(signed),
            when(signed),
            closed
        ],
    )
    .await
    .map(drop)
}

fn openings(rows: &[Row]) -> Result<Vec<Opening>> {
    rows.iter().map(opening).collect()
}

/// An opening from its row.
fn opening(row: &Row) -> Result<Opening> {
    let second = deed(row, 6)?;
    let opened = opened(row, second)?;
    let state = match row.text(5)? {
        "asked" => State::Asked,
        "approved" => State::Approved { second: second.ok_or_else(unexpected)? },
        "refused" => State::Refused { second: second.ok_or_else(unexpected)? },
        "open" => State::Open { opened: opened.ok_or_else(unexpected)?, until: row.time(9)? },
        "closed" => State::Closed { reached: reached(opened, second), at: row.time(13)? },
        _ => return Err(unexpected()),
    };
    Ok(Opening {
        id: row.id(0)?,
        case: row.id(1)?,
        by: row.id(2)?,
        reason: OpeningReason::from_code(row.text(3)?).ok_or_else(unexpected)?,
        asked_at: row.time(4)?,
        state,
    })
}

fn reached(opened: Option<Opened>, second: Option<Deed>) -> Reached {
    match (opened, second) {
        (Some(opened), _) => Reached::Opened(opened),
        (None, Some(second)) => Reached::Approved { second },
        (None, None) => Reached::Asked,
    }
}

fn opened(row: &Row, second: Option<Deed>) -> Result<Option<Opened>> {
    let Some(at) = row.opt_time(8)? else { return Ok(None) };
    let second = match second {
        _ if row.bool(10)? => Second::Alone { countersigned: deed(row, 11)? },
        Some(second) => Second::Approved(second),
        None => Second::NotNeeded,
    };
    Ok(Some(Opened { at, second }))
}

/// Who and when, in two columns.
fn deed(row: &Row, index: usize) -> Result<Option<Deed>> {
    let Some(by) = row.opt_id(index)? else { return Ok(None) };
    Ok(Some(Deed { by, at: row.time(index + 1)? }))
}
