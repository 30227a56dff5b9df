//! Escalations: who answers for them. What raises them and their pages have files of their own.

use async_trait::async_trait;
use domain::audit::{Actor, Detail, Entry, Event};
use domain::escalation::{self, Deed, Escalation, Outcome, Queued, Refused, State};
use domain::paging::{Minute, Page};
use domain::{CaseId, Day, EscId, StaffId, Timestamp};
use storage::escalations::{Answered, Lowering, NewRaise, Raise, Raised, Reasons, Resolution};
use storage::{Escalations, Result};

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::shared::Shared;
use crate::value::{Row, args, unexpected};
use crate::{audit, pages, rows, sessions};

/// The columns that [`escalation()`] reads, in its order.
macro_rules! columns {
    () => {
        concat!(
            "e.id, e.case_id, e.level, e.by_staff, e.opened_at, e.client_left_at, e.state, ",
            "e.due_at, e.ack_by, e.ack_at, e.owner, e.owned_at, e.resolved_by, e.resolved_at, ",
            "e.outcome, e.follow_up"
        )
    };
}

/// A statement that reads them; its rest follows.
macro_rules! select_escalation {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM escalations e ", $rest)
    };
}

/// The same with what [`queued()`] reads besides: whether a counselor has spoken to the client, in a
/// session that ran when it was raised, or was the last one before, or came later. A session that
/// waits at the head of the queue was given back, or its counselor was gone.
macro_rules! select_queued {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            ", EXISTS (SELECT 1 FROM sessions s WHERE s.case_id = e.case_id
                AND (s.state = 'active' OR s.head OR (s.state = 'ended' AND s.staff_id IS NOT NULL))
                AND (s.state <> 'ended' OR s.state_at >= e.opened_at OR NOT EXISTS (
                    SELECT 1 FROM sessions later WHERE later.case_id = s.case_id
                        AND later.ord > s.ord AND later.opened_at <= e.opened_at)))
            FROM escalations e ",
            $rest
        )
    };
}

#[async_trait]
impl<DB: Dialect> Escalations for Shared<DB> {
    async fn raise(&self, raise: NewRaise) -> Result<Raised> {
        self.raise_by_staff(&raise).await
    }

    async fn acknowledge(&self, id: EscId, by: StaffId, now: Timestamp) -> Result<Answered> {
        let (tx, before) = self.hold_escalation(id).await?;
        let after = before.clone().acknowledge(by, now)?;
        let entry = entry(&after, by, Event::EscalationAcknowledged, now);
        finish(tx, &before, after, &entry).await
    }

    async fn own(
        &self,
        id: EscId,
        by: StaffId,
        from: Option<StaffId>,
        now: Timestamp,
    ) -> Result<Answered> {
        let (tx, before) = self.hold_escalation(id).await?;
        let after = before.clone().own(by, from, now)?;
        let staff = before.owner().map(|owner| owner.by).filter(|owner| *owner != by);
        let entry = Entry { staff, ..entry(&after, by, Event::EscalationOwned, now) };
        finish(tx, &before, after, &entry).await
    }

    async fn lower(&self, lowering: Lowering) -> Result<Answered> {
        let Lowering { id, by, to, reason, now } = lowering;
        let (mut tx, before) = self.hold_escalation(id).await?;
        let after = before.clone().lower(by, to, now)?;
        let session = rows::newest(&mut tx, after.case).await?;
        let session = session.lower(to);
        rows::save(&mut tx, &session).await?;
        let detail = Some(Detail::Lowered(reason));
        let entry = Entry { detail, ..entry(&after, by, Event::EscalationLowered, now) };
        let answered = finish(tx, &before, after, &entry).await?;
        Ok(Answered { session: Some(session), ..answered })
    }

    async fn resolve(&self, resolution: Resolution) -> Result<Answered> {
        // While a session is open its end starts the clocks.
        const CLOCKS: &str = "UPDATE cases SET ended_at = $2 WHERE id = $1 AND NOT EXISTS (
            SELECT 1 FROM sessions s WHERE s.case_id = $1 AND s.state <> 'ended')";
        let Resolution { id, by, outcome, follow_up, now } = resolution;
        let (mut tx, before) = self.hold_escalation(id).await?;
        let after = before.clone().resolve(by, outcome, follow_up, now)?;
        if after != before {
            tx.execute(CLOCKS, args![after.case, now]).await?;
        }
        let detail = Some(Detail::Outcome(outcome));
        let entry = Entry { detail, ..entry(&after, by, Event::EscalationResolved, now) };
        finish(tx, &before, after, &entry).await
    }

    async fn reopen(&self, id: EscId, by: StaffId, now: Timestamp) -> Result<Answered> {
        let (mut tx, before) = self.hold_escalation(id).await?;
        let mut after = before.clone().reopen(now, &self.times.deadlines)?;
        if after != before {
            if open_one(&mut tx, after.case).await?.is_some() {
                return Err(Refused::AnotherOpen.into());
            }
            after = after.with_client(&rows::newest(&mut tx, before.case).await?);
            stop_clocks(&mut tx, after.case).await?;
        }
        let entry = entry(&after, by, Event::EscalationReopened, now);
        finish(tx, &before, after, &entry).await
    }

    async fn vacate(&self, id: EscId, gone: StaffId, now: Timestamp) -> Result<Answered> {
        let (tx, before) = self.hold_escalation(id).await?;
        let after = before.clone().vacate(gone, now, &self.times.deadlines)?;
        let entry = sessions::entry(Actor::Service, Event::EscalationVacated, after.case, now);
        finish(tx, &before, after, &Entry { staff: Some(gone), ..entry }).await
    }

    async fn answered(&self) -> Result<Vec<(EscId, StaffId)>> {
        const SQL: &str = select_escalation!("WHERE e.state IN ('acknowledged', 'owned')");
        let rows = self.db.rows(SQL, args![]).await?;
        let open = rows.iter().map(escalation).collect::<Result<Vec<_>>>()?;
        Ok(open.iter().filter_map(|one| Some((one.id, one.answerer()?))).collect())
    }

    async fn get(&self, id: EscId) -> Result<Escalation> {
        escalation(&self.db.one(BY_ID, args![id]).await?)
    }

    async fn queued(&self, id: EscId) -> Result<Queued> {
        queued(&self.db.one(select_queued!("WHERE e.id = $1"), args![id]).await?)
    }

    async fn open_ones(&self) -> Result<Vec<Queued>> {
        const SQL: &str = select_queued!("WHERE e.state <> 'resolved'");
        let rows = self.db.rows(SQL, args![]).await?;
        let mut queue = rows.iter().map(queued).collect::<Result<Vec<_>>>()?;
        escalation::order(&mut queue);
        Ok(queue)
    }

    async fn resolved_since(&self, since: Timestamp, most: u32) -> Result<Vec<Queued>> {
        const SQL: &str = select_queued!(
            "WHERE e.state = 'resolved' AND e.resolved_at >= $1
             ORDER BY e.resolved_at DESC, e.id LIMIT $2"
        );
        self.db.rows(SQL, args![since, most]).await?.iter().map(queued).collect()
    }

    async fn of_case(&self, case: CaseId) -> Result<Vec<Escalation>> {
        const SQL: &str = select_escalation!("WHERE e.case_id = $1 ORDER BY e.opened_at, e.id");
        self.db.rows(SQL, args![case]).await?.iter().map(escalation).collect()
    }

    async fn raises(&self, of: &Escalation, reasons: Reasons) -> Result<Vec<Raise>> {
        self.raises_of(of, reasons).await
    }

    async fn page_overdue(&self, signed_in: &[StaffId], now: Timestamp) -> Result<Vec<Page>> {
        pages::write(self, signed_in, now).await
    }

    async fn pages_to_deliver(&self, staff: StaffId) -> Result<Vec<Page>> {
        pages::to_deliver(self, staff).await
    }

    async fn page_delivered(&self, staff: StaffId, minute: Minute) -> Result<()> {
        pages::delivered(self, staff, minute).await
    }
}

impl<DB: Dialect> Shared<DB> {
    /// Begins a transaction that holds the case of an escalation, and reads it there.
    async fn hold_escalation(&self, id: EscId) -> Result<(Tx<DB>, Escalation)> {
        let case = Escalations::get(self, id).await?.case;
        let mut tx = self.begin_case(case).await?;
        let escalation = load(&mut tx, id).await?;
        Ok((tx, escalation))
    }

    /// The open escalation of a case, read without holding it.
    pub(crate) async fn open_escalation(&self, case: CaseId) -> Result<Option<Escalation>> {
        self.db.first(OPEN, args![case]).await?.as_ref().map(escalation).transpose()
    }
}

/// Writes an escalation as it stands now with its audit entry, and commits; a transaction that
/// changed nothing is dropped.
async fn finish<DB: Dialect>(
    mut tx: Tx<DB>,
    before: &Escalation,
    after: Escalation,
    entry: &Entry,
) -> Result<Answered> {
    let fresh = after != *before;
    if fresh {
        update(&mut tx, &after).await?;
        audit::write(&mut tx, entry).await?;
        tx.commit().await?;
    }
    Ok(Answered { escalation: after, fresh, session: None })
}

fn entry(escalation: &Escalation, by: StaffId, event: Event, at: Timestamp) -> Entry {
    sessions::entry(Actor::Staff(by), event, escalation.case, at)
}

/// The open escalation of the case `$1`.
const OPEN: &str = select_escalation!("WHERE e.case_id = $1 AND e.state <> 'resolved'");

/// The open escalation of a held case.
pub(crate) async fn open_one<DB: Dialect>(
    tx: &mut Tx<DB>,
    case: CaseId,
) -> Result<Option<Escalation>> {
    tx.first(OPEN, args![case]).await?.as_ref().map(escalation).transpose()
}

const BY_ID: &str = select_escalation!("WHERE e.id = $1");

/// An escalation, inside a transaction that holds its case.
pub(crate) async fn load<DB: Dialect>(tx: &mut Tx<DB>, id: EscId) -> Result<Escalation> {
    escalation(&tx.one(BY_ID, args![id]).await?)
}

/// No clock of the case ends from here until the escalation is resolved.
pub(crate) async fn stop_clocks<DB: Dialect>(tx: &mut Tx<DB>, case: CaseId) -> Result<()> {
    tx.execute("UPDATE cases SET ended_at = NULL WHERE id = $1", args![case]).await.map(drop)
}

/// Writes a new escalation.
pub(crate) async fn insert<DB: Dialect>(tx: &mut Tx<DB>, escalation: &Escalation) -> Result<()> {
    const SQL: &str = "INSERT INTO escalations
            (id, case_id, level, by_staff, opened_at, client_left_at, state, due_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'raised', $7)";
    let Escalation { id, case, level, by_staff, opened_at, client_left, .. } = *escalation;
    let due = escalation.due();
    tx.execute(SQL, args![id, case, level, by_staff, opened_at, client_left, due]).await.map(drop)
}

/// Writes an escalation as it stands now.
pub(crate) async fn update<DB: Dialect>(tx: &mut Tx<DB>, escalation: &Escalation) -> Result<()> {
    const SQL: &str = "UPDATE escalations SET level = $2, by_staff = $3, client_left_at = $4,
        state = $5, due_at = $6, ack_by = $7, ack_at = $8, owner = $9, owned_at = $10,
        resolved_by = $11, resolved_at = $12, outcome = $13, follow_up = $14 WHERE id = $1";
    let Escalation { id, level, by_staff, client_left, .. } = *escalation;
    let (state, ack, done, outcome, follow_up) = match escalation.state {
        State::Raised { .. } => ("raised", None, None, None, None),
        State::Acknowledged { ack } => ("acknowledged", Some(ack), None, None, None),
        State::Owned { ack, .. } => ("owned", Some(ack), None, None, None),
        State::Resolved { done, outcome, follow_up, .. } => {
            ("resolved", None, Some(done), Some(outcome.code()), follow_up)
        }
    };
    let (due, owner) = (escalation.due(), escalation.owner());
    let by = |deed: Option<Deed>| deed.map(|deed| deed.by);
    let at = |deed: Option<Deed>| deed.map(|deed| deed.at);
    let day = follow_up.map(|Day(day)| i64::from(day));
    tx.execute(
        SQL,
        args![
            id,
            level,
            by_staff,
            client_left,
            state,
            due,
            by(ack),
            at(ack),
            by(owner),
            at(owner),
            by(done),
            at(done),
            outcome,
            day
        ],
    )
    .await
    .map(drop)
}

/// An escalation with what its case says of it, from a row of [`select_queued`].
fn queued(row: &Row) -> Result<Queued> {
    Ok(Queued { escalation: escalation(row)?, spoken_to: row.bool(16)? })
}

/// An escalation from its row.
fn escalation(row: &Row) -> Result<Escalation> {
    let deed =
        |index| -> Result<Deed> { Ok(Deed { by: row.id(index)?, at: row.time(index + 1)? }) };
    let owner = || row.opt_id::<StaffId>(10)?.map(|_| deed(10)).transpose();
    let state = match row.text(6)? {
        "raised" => State::Raised { due: row.time(7)?, owner: owner()? },
        "acknowledged" => State::Acknowledged { ack: deed(8)? },
        "owned" => State::Owned { ack: deed(8)?, owner: deed(10)? },
        "resolved" => State::Resolved {
            done: deed(12)?,
            owner: deed(10)?,
            outcome: Outcome::from_code(row.text(14)?).ok_or_else(unexpected)?,
            follow_up: follow_up(row)?,
        },
        _ => return Err(unexpected()),
    };
    Ok(Escalation {
        id: row.id(0)?,
        case: row.id(1)?,
        level: row.level(2)?,
        by_staff: row.bool(3)?,
        opened_at: row.time(4)?,
        client_left: row.opt_time(5)?,
        state,
    })
}

fn follow_up(row: &Row) -> Result<Option<Day>> {
    row.opt_int(15)?.map(|day| day.try_into().map(Day).map_err(|_| unexpected())).transpose()
}
