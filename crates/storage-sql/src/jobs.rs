//! What falls due: each act looks again inside its own transaction, so it happens exactly once.

use std::time::Duration;

use async_trait::async_trait;
use domain::audit::{Actor, Entry, Event};
use domain::paging::Minute;
use domain::retention::Retention;
use domain::session::{Refused, Session, State};
use domain::{Opening, Timestamp};
use storage::jobs::Swept;
use storage::{Jobs, Result};

use crate::dialect::Dialect;
use crate::each::Each;
use crate::rows::{self, select_session};
use crate::sessions::entry;
use crate::shared::Shared;
use crate::value::{Row, Value, args};
use crate::{audit, openings, sweep};

/// A TOTP step is taken within 90 s; its row is kept an hour.
const STEPS_KEPT: i64 = 120;
/// Pages of so long decide whom to page next.
const PAGES_KEPT: Duration = Duration::from_hours(7 * 24);

#[async_trait]
impl<DB: Dialect> Jobs for Shared<DB> {
    async fn lapse_openings(&self, now: Timestamp) -> Result<Vec<Session>> {
        const SQL: &str = select_session!("WHERE state = 'opening' AND state_at <= $1");
        self.each_due(SQL, args![now], |session| {
            let lapsed = match session.state {
                State::Opening { by, .. } => {
                    let lapsed = entry(Actor::Service, Event::ClaimLapsed, session.case, now);
                    Entry { staff: Some(by), ..lapsed }
                }
                _ => return Err(Refused::WrongState),
            };
            Ok((session.lapse(now)?, Some(lapsed)))
        })
        .await
    }

    async fn end_left(&self, now: Timestamp) -> Result<Vec<Session>> {
        const SQL: &str = select_session!(
            "WHERE (state = 'waiting' AND away_since <= $1)
                OR (state = 'active' AND away_since <= $2)"
        );
        let waiting = now.minus(self.times.away_waiting);
        let active = now.minus(self.times.away_active);
        self.each_due(SQL, args![waiting, active], |session| {
            Ok((session.client_left(now, &self.times)?, None))
        })
        .await
    }

    async fn leave_behind(&self, now: Timestamp) -> Result<Vec<Session>> {
        const SQL: &str =
            select_session!("WHERE gone_at <= $1 AND state = 'active' AND NOT left_behind");
        self.each_due(SQL, args![now], |session| Ok((session.leave_behind(now)?, None))).await
    }

    async fn close_openings(&self, now: Timestamp) -> Result<Vec<Opening>> {
        openings::close_over(self, now).await
    }

    async fn expire(&self, now: Timestamp) -> Result<()> {
        const TOO_OLD: &str = "UPDATE sessions SET token_hash = NULL, token_at = NULL
            WHERE token_at <= $1";
        const IDLE: &str = "UPDATE sessions SET token_hash = NULL, token_at = NULL
            WHERE away_since <= $1 AND token_hash IS NOT NULL AND state IN ('active', 'ended')";
        const SIGN_INS: &str = "DELETE FROM sign_ins WHERE expires_at <= $1";
        const STEPS: &str = "DELETE FROM totp_steps WHERE step < $1";
        const INVITES: &str = "DELETE FROM invites WHERE expires_at <= $1";
        const PAGES: &str = "DELETE FROM pages WHERE minute < $1";
        let too_old = now.minus(self.times.token_life);
        let idle = now.minus(self.times.token_idle);
        let mut tx = self.db.begin().await?;
        tx.execute(TOO_OLD, args![too_old]).await?;
        tx.execute(IDLE, args![idle]).await?;
        tx.execute(SIGN_INS, args![now]).await?;
        tx.execute(STEPS, args![now.0 / 30_000 - STEPS_KEPT]).await?;
        tx.execute(INVITES, args![now]).await?;
        tx.commit().await?;
        // The pager holds this table: nobody else waits for it with something in hand.
        let Minute(pages_from) = Minute::of(now.minus(PAGES_KEPT));
        self.db.execute(PAGES, args![pages_from]).await.map(drop)
    }

    async fn sweep(&self, retention: &Retention, now: Timestamp) -> Result<Swept> {
        sweep::run(self, retention, now).await
    }
}

impl<DB: Dialect> Shared<DB> {
    /// A transition of every session that a statement finds due; gives those that it changed.
    async fn each_due(
        &self,
        due: &'static str,
        args: &[Value],
        transition: impl Fn(Session) -> std::result::Result<(Session, Option<Entry>), Refused>
        + Send
        + Sync,
    ) -> Result<Vec<Session>> {
        let mut changed = Each::default();
        for row in self.db.rows(due, args).await? {
            changed.put(self.act_on(&row, &transition).await);
        }
        changed.all()
    }

    async fn act_on(
        &self,
        due: &Row,
        transition: &(
             impl Fn(Session) -> std::result::Result<(Session, Option<Entry>), Refused> + Send + Sync
         ),
    ) -> Result<Option<Session>> {
        let (mut tx, session) = self.hold(rows::session(due)?.id).await?;
        // Another node may have acted, or the client may be back by now.
        let Ok((after, entry)) = transition(session) else { return Ok(None) };
        rows::save(&mut tx, &after).await?;
        if let Some(entry) = entry {
            audit::write(&mut tx, &entry).await?;
        }
        tx.commit().await?;
        Ok(Some(after))
    }
}
