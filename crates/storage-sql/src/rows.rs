//! Sessions and lanes as rows.

use domain::case::LaneHead;
use domain::session::{EndReason, Joined, Session, State};
use domain::{CaseId, Lane, SessionId, StaffId, Timestamp};
use storage::{Result, StorageError};

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::value::{Row, args, unexpected};

/// The columns that [`session`] reads, in its order; the rest of the statement follows.
macro_rules! select_session {
    ($rest:literal) => {
        concat!(
            "SELECT id, case_id, state, opened_at, level, head, left_behind, away_since, lapses, ",
            "staff_id, state_at, gone_at, end_reason, wrapped_up, joined FROM sessions ",
            $rest
        )
    };
}
pub(crate) use select_session;

/// A session from its row.
pub(crate) fn session(row: &Row) -> Result<Session> {
    let by = || row.id::<StaffId>(9);
    let state = match row.text(2)? {
        "waiting" => State::Waiting,
        "opening" => State::Opening { by: by()?, until: row.time(10)? },
        "active" => State::Active {
            by: by()?,
            since: row.time(10)?,
            gone_at: row.opt_time(11)?,
            joined: row.opt_bytes(14)?.map_or(Ok(Vec::new()), joined)?,
        },
        "ended" => State::Ended {
            at: row.time(10)?,
            reason: end_reason(row.text(12)?)?,
            last: row.opt_id(9)?,
            wrapped_up: row.bool(13)?,
        },
        _ => return Err(unexpected()),
    };
    Ok(Session {
        id: row.id(0)?,
        case: row.id(1)?,
        opened_at: row.time(3)?,
        level: row.level(4)?,
        head: row.bool(5)?,
        left_behind: row.bool(6)?,
        away_since: row.opt_time(7)?,
        lapses: row.number(8)?,
        state,
    })
}

pub(crate) fn sessions(rows: &[Row]) -> Result<Vec<Session>> {
    rows.iter().map(session).collect()
}

/// Who has joined, from their column.
fn joined(bytes: &[u8]) -> Result<Vec<Joined>> {
    let (all, []) = bytes.as_chunks::<24>() else { return Err(unexpected()) };
    let one = |bytes: &[u8; 24]| {
        let (who, gone) = bytes.split_at(16);
        let gone = i64::from_be_bytes(gone.try_into().map_err(|_| unexpected())?);
        let gone_at = (gone != 0).then_some(Timestamp(gone));
        Ok(Joined { who: who.try_into().map_err(|_| unexpected())?, gone_at })
    };
    all.iter().map(one).collect()
}

/// Their column; nobody is NULL.
fn joined_column(session: &Session) -> Option<Vec<u8>> {
    let one = |joined: &Joined| {
        let Timestamp(gone) = joined.gone_at.unwrap_or(Timestamp(0));
        [&joined.who.as_bytes()[..], &gone.to_be_bytes()].concat()
    };
    let bytes = session.joined().iter().flat_map(one).collect::<Vec<_>>();
    (!bytes.is_empty()).then_some(bytes)
}

fn end_reason(code: &str) -> Result<EndReason> {
    Ok(match code {
        "client" => EndReason::Client,
        "counselor" => EndReason::Counselor,
        "client_left" => EndReason::ClientLeft,
        _ => return Err(unexpected()),
    })
}

fn end_code(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Client => "client",
        EndReason::Counselor => "counselor",
        EndReason::ClientLeft => "client_left",
    }
}

/// State, staff, instant, gone, reason and wrap-up as their columns.
type StateColumns = (
    &'static str,
    Option<StaffId>,
    Option<Timestamp>,
    Option<Timestamp>,
    Option<&'static str>,
    bool,
);

fn state_columns(state: &State) -> StateColumns {
    match *state {
        State::Waiting => ("waiting", None, None, None, None, false),
        State::Opening { by, until } => ("opening", Some(by), Some(until), None, None, false),
        State::Active { by, since, gone_at, .. } => {
            ("active", Some(by), Some(since), gone_at, None, false)
        }
        State::Ended { at, reason, last, wrapped_up } => {
            ("ended", last, Some(at), None, Some(end_code(reason)), wrapped_up)
        }
    }
}

/// Writes a new session as the next of its case.
pub(crate) async fn insert<DB: Dialect>(
    tx: &mut Tx<DB>,
    session: &Session,
    token: domain::Hash,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str = "INSERT INTO sessions (id, case_id, ord, state, opened_at, level, head,
            left_behind, away_since, lapses, wrapped_up, token_hash, token_at)
        SELECT $1, $2, COALESCE(MAX(ord), 0) + 1, 'waiting', $3, $4, FALSE, FALSE, $7, 0, FALSE,
            $5, $6
        FROM sessions WHERE case_id = $2";
    let Session { id, case, opened_at, level, away_since, .. } = *session;
    tx.execute(SQL, args![id, case, opened_at, level, token, now, away_since]).await?;
    tx.execute(
        "UPDATE cases SET ended_at = NULL, chat_gone = FALSE, notes_gone = FALSE WHERE id = $1",
        args![case],
    )
    .await?;
    mark_client_left(tx, case, None).await
}

/// The open escalation of a case shows since when the client is gone.
async fn mark_client_left<DB: Dialect>(
    tx: &mut Tx<DB>,
    case: CaseId,
    at: Option<Timestamp>,
) -> Result<()> {
    const SQL: &str =
        "UPDATE escalations SET client_left_at = $2 WHERE case_id = $1 AND state <> 'resolved'";
    tx.execute(SQL, args![case, at]).await.map(drop)
}

/// Writes a session as it stands now; an end starts the clocks of its case.
pub(crate) async fn save<DB: Dialect>(tx: &mut Tx<DB>, session: &Session) -> Result<()> {
    const SQL: &str = "UPDATE sessions SET state = $2, level = $3, head = $4, left_behind = $5,
        away_since = $6, lapses = $7, staff_id = $8, state_at = $9, gone_at = $10,
        end_reason = $11, wrapped_up = $12, joined = $13 WHERE id = $1";
    let Session { id, level, head, left_behind, away_since, lapses, .. } = *session;
    let (state, staff, at, gone, reason, wrapped) = state_columns(&session.state);
    tx.execute(
        SQL,
        args![
            id,
            state,
            level,
            head,
            left_behind,
            away_since,
            lapses,
            staff,
            at,
            gone,
            reason,
            wrapped,
            joined_column(session)
        ],
    )
    .await?;
    if let State::Ended { at, reason, .. } = session.state {
        // An open escalation stops the clocks; its resolution starts them.
        const ENDED: &str = "UPDATE cases SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM escalations e
                WHERE e.case_id = $1 AND e.state <> 'resolved')";
        tx.execute(ENDED, args![session.case, at]).await?;
        if reason.by_client() {
            mark_client_left(tx, session.case, Some(at)).await?;
        }
    }
    Ok(())
}

/// Reads a session inside a transaction that holds its case.
pub(crate) async fn load<DB: Dialect>(tx: &mut Tx<DB>, id: SessionId) -> Result<Session> {
    session(&tx.one(select_session!("WHERE id = $1"), args![id]).await?)
}

/// Reads the newest session of a case inside a transaction that holds it.
pub(crate) async fn newest<DB: Dialect>(tx: &mut Tx<DB>, case: CaseId) -> Result<Session> {
    session(&tx.one(NEWEST, args![case]).await?)
}

/// The newest session of the case `$1`.
pub(crate) const NEWEST: &str = select_session!("WHERE case_id = $1 ORDER BY ord DESC LIMIT 1");

/// The few sessions that supervisors have joined.
pub(crate) const JOINED: &str =
    select_session!("WHERE joined IS NOT NULL AND state = 'active' ORDER BY case_id");

/// The heads of the lanes of the case `$1`.
pub(crate) const LANES: &str =
    "SELECT lane, epoch, record_hash, team_kid, frozen, last_seq, th FROM lanes WHERE case_id = $1";

/// The heads of both lanes.
#[derive(Default, Clone)]
pub(crate) struct Heads {
    pub(crate) chat: Option<LaneHead>,
    pub(crate) notes: Option<LaneHead>,
}

impl Heads {
    pub(crate) fn from_rows(rows: &[Row]) -> Result<Self> {
        let mut heads = Self::default();
        for row in rows {
            *heads.of_mut(row.lane(0)?) = Some(LaneHead {
                epoch: row.number(1)?,
                record: row.id(2)?,
                team: row.opt_id(3)?,
                frozen: row.bool(4)?,
                seq: row.number(5)?,
                th: row.id(6)?,
            });
        }
        Ok(heads)
    }

    pub(crate) fn of(&self, lane: Lane) -> Option<&LaneHead> {
        match lane {
            Lane::Chat => self.chat.as_ref(),
            Lane::Notes => self.notes.as_ref(),
        }
    }

    pub(crate) fn of_mut(&mut self, lane: Lane) -> &mut Option<LaneHead> {
        match lane {
            Lane::Chat => &mut self.chat,
            Lane::Notes => &mut self.notes,
        }
    }

    pub(crate) fn chat(self) -> Result<LaneHead> {
        self.chat.ok_or(StorageError::NotFound)
    }
}

/// Reads the heads inside a transaction that holds the case.
pub(crate) async fn heads<DB: Dialect>(tx: &mut Tx<DB>, case: CaseId) -> Result<Heads> {
    Heads::from_rows(&tx.rows(LANES, args![case]).await?)
}
