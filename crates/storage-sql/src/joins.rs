//! Supervisors beside the counselor: they join, take over, leave, and put cases into the queue.

use domain::audit::{Actor, Entry, Event};
use domain::session::{Session, State};
use domain::{SessionId, StaffId};
use storage::sessions::{JoinRecords, LeaveRecords, Moved, Requeue};
use storage::{Result, Sessions};

use crate::claims::{Both, is_newest};
use crate::db::Tx;
use crate::dialect::Dialect;
use crate::sessions::entry;
use crate::shared::Shared;
use crate::value::args;
use crate::{audit, openings, rows};

impl<DB: Dialect> Shared<DB> {
    /// A supervisor joins the counselor.
    pub(crate) async fn join_records(&self, join: &JoinRecords) -> Result<Moved> {
        let JoinRecords { session, staff, now, ref chat, ref notes, ref messages } = *join;
        let (mut tx, before) = self.hold_for_member(session, staff).await?;
        let both = Both { chat, notes, messages, now };
        if before.has_joined(staff) && both.stand(&mut tx, before.case).await? {
            return both.again(&mut tx, before).await;
        }
        openings::lets_act(&mut tx, before.case, staff, now).await?;
        let after = before.join(staff)?;
        let entry = entry(Actor::Staff(staff), Event::CaseJoined, after.case, now);
        self.store_both(tx, after, both, entry).await
    }

    /// A supervisor becomes the assigned person.
    pub(crate) async fn take_over_records(&self, take: &JoinRecords) -> Result<Moved> {
        let JoinRecords { session, staff, now, ref chat, ref notes, ref messages } = *take;
        let (mut tx, before) = self.hold_for_member(session, staff).await?;
        let both = Both { chat, notes, messages, now };
        let is_mine = matches!(before.state, State::Active { by, .. } if by == staff);
        if is_mine && both.stand(&mut tx, before.case).await? {
            return both.again(&mut tx, before).await;
        }
        if !before.has_joined(staff) {
            openings::lets_act(&mut tx, before.case, staff, now).await?;
        }
        let (case, from) = (before.case, before.holder());
        let after = before.take_over(staff, now)?;
        let taken = entry(Actor::Staff(staff), Event::CaseTakenOver, case, now);
        self.store_both(tx, after, both, Entry { staff: from, ..taken }).await
    }

    /// A supervisor who has joined leaves.
    pub(crate) async fn leave_records(&self, leave: &LeaveRecords) -> Result<Moved> {
        let LeaveRecords { session, staff, now, ref chat, ref notes } = *leave;
        let (mut tx, before) = self.hold_for_member(session, staff).await?;
        let both = Both { chat, notes, messages: &[], now };
        if !before.has_joined(staff) && both.stand(&mut tx, before.case).await? {
            return both.again(&mut tx, before).await;
        }
        let after = before.leave(staff)?;
        let entry = entry(Actor::Staff(staff), Event::CaseLeft, after.case, now);
        self.store_both(tx, after, both, entry).await
    }

    /// A supervisor puts a session back into the queue.
    pub(crate) async fn requeue_record(&self, requeue: &Requeue) -> Result<Moved> {
        let Requeue { session, staff, now, ref record } = *requeue;
        let (mut tx, before) = self.hold_for_member(session, staff).await?;
        let heads = rows::heads(&mut tx, before.case).await?;
        if before.is_open() && is_newest(&heads, record) {
            return Ok(Moved {
                session: before,
                stored: Vec::new(),
                escalation: None,
                fresh: false,
            });
        }
        openings::lets_act(&mut tx, before.case, staff, now).await?;
        let (case, from) = (before.case, before.holder());
        let after = before.requeue(now)?;
        self.check_for_team(&mut tx, &heads, record, now).await?;
        self.put_for_team(&mut tx, &after, record).await?;
        let requeued = entry(Actor::Staff(staff), Event::CaseRequeued, case, now);
        audit::write(&mut tx, &Entry { staff: from, ..requeued }).await?;
        tx.commit().await?;
        Ok(Moved { session: after, stored: Vec::new(), escalation: None, fresh: true })
    }

    /// Begins a transaction of a member of staff that stores records of a session: nobody disables
    /// them meanwhile.
    pub(crate) async fn hold_for_member(
        &self,
        session: SessionId,
        staff: StaffId,
    ) -> Result<(Tx<DB>, Session)> {
        let case = Sessions::get(self, session).await?.case;
        let mut tx = self.begin_records().await?;
        tx.first(DB::LOCK_STAFF, args![staff]).await?;
        tx.one(DB::LOCK_CASE, args![case]).await?;
        let session = rows::load(&mut tx, session).await?;
        Ok((tx, session))
    }

    /// Stores records of both lanes with the session that they make, and commits.
    async fn store_both(
        &self,
        mut tx: Tx<DB>,
        session: Session,
        both: Both<'_>,
        entry: Entry,
    ) -> Result<Moved> {
        let heads = rows::heads(&mut tx, session.case).await?;
        self.check_both(&mut tx, &heads, both).await?;
        let stored = self.put_both(&mut tx, session.case, both).await?;
        rows::save(&mut tx, &session).await?;
        audit::write(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(Moved { session, stored, escalation: None, fresh: true })
    }
}

/// Whoever is no supervisor any more has left where they had joined. Gives those sessions.
///
/// Nobody joins meanwhile: this belongs to a transaction that publishes a roster.
pub(crate) async fn end_of_former<DB: Dialect>(tx: &mut Tx<DB>) -> Result<Vec<Session>> {
    const SUPERVISORS: &str =
        "SELECT id FROM staff WHERE standing = 'member' AND NOT disabled AND (roles & 2) <> 0";
    let rows = tx.rows(SUPERVISORS, args![]).await?;
    let supervisors = rows.iter().map(|row| row.id(0)).collect::<Result<Vec<StaffId>>>()?;
    let mut changed = Vec::new();
    for joined in rows::sessions(&tx.rows(rows::JOINED, args![]).await?)? {
        // Read before its case was held: it may be over, or somebody may have left.
        tx.first(DB::LOCK_CASE, args![joined.case]).await?;
        let before = rows::load(tx, joined.id).await?;
        let is_former = |who: &StaffId| !supervisors.contains(who);
        let former: Vec<_> = before.joined().iter().map(|one| one.who).filter(is_former).collect();
        if former.is_empty() {
            continue;
        }
        let after = former.into_iter().try_fold(before, Session::leave)?;
        rows::save(tx, &after).await?;
        changed.push(after);
    }
    Ok(changed)
}
