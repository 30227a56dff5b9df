//! Visits: the queue, ends, marks, and the client's token. Claims have a file of their own.

use async_trait::async_trait;
use domain::audit::{Actor, Entry, Event};
use domain::policy::{Policy, Waiting};
use domain::session::{Refused, Session, State};
use domain::{CaseId, EscId, Hash, Level, SessionId, StaffId, Timestamp};
use storage::escalations::Raised;
use storage::sessions::{
    Claim, ClaimRecords, Claimed, ClientToken, Ender, GiveBack, JoinRecords, LeaveRecords, Moved,
    Rekey, Reopen, Requeue,
};
use storage::{Result, Sessions, StorageError};

use crate::cases::{forget_token, set_token};
use crate::db::Tx;
use crate::dialect::Dialect;
use crate::rows::{self, select_session};
use crate::shared::Shared;
use crate::value::{Row, args};
use crate::{audit, codes};

#[async_trait]
impl<DB: Dialect> Sessions for Shared<DB> {
    async fn get(&self, session: SessionId) -> Result<Session> {
        rows::session(&self.db.one(select_session!("WHERE id = $1"), args![session]).await?)
    }

    async fn newest(&self, case: CaseId) -> Result<Session> {
        rows::session(&self.db.one(rows::NEWEST, args![case]).await?)
    }

    async fn of_staff(&self, staff: StaffId, now: Timestamp) -> Result<Vec<Session>> {
        const SQL: &str = select_session!(
            "WHERE staff_id = $1 AND (state IN ('opening', 'active')
                OR (state = 'ended' AND NOT wrapped_up AND state_at > $2 AND NOT EXISTS (
                    SELECT 1 FROM sessions later
                    WHERE later.case_id = sessions.case_id AND later.ord > sessions.ord)))"
        );
        let since = now.minus(self.times.wrap_up);
        let mut held = rows::sessions(&self.db.rows(SQL, args![staff, since]).await?)?;
        let joined = rows::sessions(&self.db.rows(rows::JOINED, args![]).await?)?;
        held.extend(joined.into_iter().filter(|session| session.has_joined(staff)));
        held.sort_by_key(|session| session.opened_at);
        Ok(held)
    }

    async fn left_behind(&self) -> Result<Vec<Session>> {
        const SQL: &str = select_session!(
            "WHERE left_behind AND state IN ('waiting', 'active') ORDER BY opened_at"
        );
        rows::sessions(&self.db.rows(SQL, args![]).await?)
    }

    async fn queue(&self) -> Result<Vec<Waiting>> {
        self.db.rows(QUEUE, args![]).await?.iter().map(waiting).collect()
    }

    async fn claim(&self, claim: Claim, policy: &dyn Policy) -> Result<Claimed> {
        self.claim_first(claim, policy).await
    }

    async fn claim_records(&self, records: ClaimRecords) -> Result<Moved> {
        self.claim_second(&records).await
    }

    async fn bad_box(&self, session: SessionId, by: StaffId, now: Timestamp) -> Result<Session> {
        let (mut tx, session) = self.hold(session).await?;
        let session = session.bad_box(by, now)?;
        rows::save(&mut tx, &session).await?;
        let entry = entry(Actor::Staff(by), Event::BadBox, session.case, now);
        audit::write(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(session)
    }

    async fn give_back(&self, give_back: GiveBack) -> Result<Moved> {
        let GiveBack { session, staff, record, now } = give_back;
        let given = (Actor::Staff(staff), Event::CaseGivenBack);
        self.to_team(session, &record, now, Some(given), |session| session.give_back(staff)).await
    }

    async fn reopen(&self, reopen: Reopen) -> Result<Moved> {
        let Reopen { session, record, now } = reopen;
        self.to_team(session, &record, now, None, |session| session.reopen(now)).await
    }

    async fn join(&self, join: JoinRecords) -> Result<Moved> {
        self.join_records(&join).await
    }

    async fn take_over(&self, take: JoinRecords) -> Result<Moved> {
        self.take_over_records(&take).await
    }

    async fn leave(&self, leave: LeaveRecords) -> Result<Moved> {
        self.leave_records(&leave).await
    }

    async fn rekey(&self, rekey: Rekey) -> Result<Moved> {
        self.rekey_records(&rekey).await
    }

    async fn requeue(&self, requeue: Requeue) -> Result<Moved> {
        self.requeue_record(&requeue).await
    }

    async fn end(&self, session: SessionId, by: Ender, now: Timestamp) -> Result<Session> {
        let (mut tx, session) = self.hold(session).await?;
        if let State::Ended { last, .. } = session.state {
            return match by {
                Ender::Staff(staff) if last != Some(staff) => Err(Refused::NotYours.into()),
                _ => Ok(session),
            };
        }
        let session = match by {
            Ender::Client => session.end_by_client(now)?,
            Ender::Staff(staff) => session.end_by_counselor(staff, now)?,
        };
        rows::save(&mut tx, &session).await?;
        tx.commit().await?;
        Ok(session)
    }

    async fn wrap_up(&self, session: SessionId, by: StaffId, now: Timestamp) -> Result<Session> {
        self.change(session, |session| session.wrap_up(by, now, &self.times)).await
    }

    async fn raise_level(
        &self,
        session: SessionId,
        level: Level,
        id: EscId,
        now: Timestamp,
    ) -> Result<Raised> {
        self.raise_by_client(session, level, id, now).await
    }

    async fn client_away(&self, session: SessionId, now: Timestamp) -> Result<Session> {
        self.change(session, |session| Ok(session.client_away(now))).await
    }

    async fn client_back(&self, session: SessionId) -> Result<Session> {
        let session = Sessions::get(self, session).await?;
        if session.away_since.is_none() {
            return Ok(session);
        }
        self.change(session.id, |session| Ok(session.client_back())).await
    }

    async fn counselor_away(
        &self,
        staff: StaffId,
        gone_at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Session>> {
        self.active_of(staff, |session| {
            let away = session.clone().counselor_away(staff, gone_at, now).ok();
            away.filter(|away| *away != session)
        })
        .await
    }

    async fn counselor_back(&self, staff: StaffId) -> Result<Vec<Session>> {
        self.active_of(staff, |session| {
            let back = session.clone().counselor_back(staff).ok();
            back.filter(|back| *back != session)
        })
        .await
    }

    async fn by_token(&self, token: Hash, now: Timestamp) -> Result<ClientToken> {
        const SQL: &str = select_session!("WHERE token_hash = $1 AND token_at > $2");
        const REST: &str = "SELECT c.csig_kid, s.token_at FROM sessions s
            JOIN cases c ON c.id = s.case_id WHERE s.token_hash = $1";
        let oldest = now.minus(self.times.token_life);
        let session = rows::session(&self.db.one(SQL, args![token, oldest]).await?)?;
        let waits = matches!(session.state, State::Waiting | State::Opening { .. });
        let idle = session.away_since.is_some_and(|s| s.plus(self.times.token_idle) <= now);
        if idle && !waits {
            return Err(StorageError::NotFound);
        }
        let row = self.db.one(REST, args![token]).await?;
        Ok(ClientToken { session, csig_kid: row.id(0)?, issued_at: row.time(1)? })
    }

    async fn lock_token(&self, token: Hash, now: Timestamp) -> Result<Option<Session>> {
        const SQL: &str = select_session!("WHERE token_hash = $1");
        let Some(row) = self.db.first(SQL, args![token]).await? else { return Ok(None) };
        let (mut tx, session) = self.hold(rows::session(&row)?.id).await?;
        let comes_back = tx.first(codes::OF_CASE, args![session.case]).await?.is_some();
        let session = session.client_leaves(comes_back, now);
        rows::save(&mut tx, &session).await?;
        forget_token(&mut tx, token).await?;
        tx.commit().await?;
        Ok(Some(session))
    }

    async fn renew_token(&self, case: CaseId, token: Hash, now: Timestamp) -> Result<Session> {
        const STANDS: &str = "SELECT id FROM sessions WHERE id = $1 AND token_hash = $2";
        let mut tx = self.begin_case(case).await?;
        let session = rows::newest(&mut tx, case).await?;
        if tx.first(STANDS, args![session.id, token]).await?.is_some() {
            return Ok(session);
        }
        set_token(&mut tx, session.id, token, now).await?;
        let session = session.client_returning(now);
        rows::save(&mut tx, &session).await?;
        audit::write(&mut tx, &entry(Actor::Client, Event::ClientReturned, case, now)).await?;
        tx.commit().await?;
        Ok(session)
    }
}

/// The queue in one indexed read, each session with the team keys that its boxes name.
pub(crate) const QUEUE: &str = "SELECT s.id, s.case_id, s.level, s.head, s.opened_at, s.away_since,
        chat.team_kid, notes.team_kid
    FROM sessions s
    JOIN lanes chat ON chat.case_id = s.case_id AND chat.lane = 1
    LEFT JOIN lanes notes ON notes.case_id = s.case_id AND notes.lane = 2
    WHERE s.state = 'waiting' AND NOT s.left_behind ORDER BY s.opened_at";

pub(crate) fn waiting(row: &Row) -> Result<Waiting> {
    Ok(Waiting {
        session: row.id(0)?,
        case: row.id(1)?,
        level: row.level(2)?,
        head: row.bool(3)?,
        since: row.time(4)?,
        away_since: row.opt_time(5)?,
        needs: row.opt_id(6)?.into_iter().chain(row.opt_id(7)?).collect(),
    })
}

pub(crate) fn entry(actor: Actor, event: Event, case: CaseId, at: Timestamp) -> Entry {
    Entry { at, actor, event, case: Some(case), staff: None, detail: None }
}

impl<DB: Dialect> Shared<DB> {
    /// Begins a transaction that holds the case of a session, and reads the session in it.
    pub(crate) async fn hold(&self, session: SessionId) -> Result<(Tx<DB>, Session)> {
        let case = Sessions::get(self, session).await?.case;
        let mut tx = self.begin_case(case).await?;
        let session = rows::load(&mut tx, session).await?;
        Ok((tx, session))
    }

    /// The same for a transaction that stores records.
    pub(crate) async fn hold_for_records(&self, session: SessionId) -> Result<(Tx<DB>, Session)> {
        let case = Sessions::get(self, session).await?.case;
        let mut tx = self.begin_case_for_records(case).await?;
        let session = rows::load(&mut tx, session).await?;
        Ok((tx, session))
    }

    /// One transition of one session, in a transaction of its own.
    async fn change(
        &self,
        session: SessionId,
        transition: impl FnOnce(Session) -> std::result::Result<Session, Refused> + Send,
    ) -> Result<Session> {
        let (mut tx, before) = self.hold(session).await?;
        let after = transition(before.clone())?;
        if after != before {
            rows::save(&mut tx, &after).await?;
            tx.commit().await?;
        }
        Ok(after)
    }

    /// A transition of every active session that a staff member is assigned to or has joined; gives
    /// those that it changed.
    async fn active_of(
        &self,
        staff: StaffId,
        transition: impl Fn(Session) -> Option<Session> + Send + Sync,
    ) -> Result<Vec<Session>> {
        const SQL: &str = select_session!("WHERE staff_id = $1 AND state = 'active'");
        let mut active = rows::sessions(&self.db.rows(SQL, args![staff]).await?)?;
        let joined = rows::sessions(&self.db.rows(rows::JOINED, args![]).await?)?;
        active.extend(joined.into_iter().filter(|session| session.has_joined(staff)));
        let mut changed = Vec::new();
        for session in active {
            let (mut tx, session) = self.hold(session.id).await?;
            if let Some(after) = transition(session) {
                rows::save(&mut tx, &after).await?;
                tx.commit().await?;
                changed.push(after);
            }
        }
        Ok(changed)
    }
}
