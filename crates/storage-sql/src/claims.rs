//! A claim in two steps, and the ways back to the team.

use domain::audit::{Actor, Event};
use domain::case::LaneHead;
use domain::policy::Policy;
use domain::record::ReaderType;
use domain::session::{Refused, Session, State};
use domain::{CaseId, Lane, SessionId, Timestamp};
use storage::messages::{NewMessage, Stored};
use storage::records::NewRecord;
use storage::sessions::{Claim, ClaimRecords, Claimed, Moved};
use storage::{Result, StorageError};

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::keystore::KeyKind;
use crate::messages::{insert_with, stored_before};
use crate::records::released;
use crate::rows::{self, Heads};
use crate::sessions::{QUEUE, entry, waiting};
use crate::shared::Shared;
use crate::staff::candidate;
use crate::value::args;
use crate::{audit, escalations};

impl<DB: Dialect> Shared<DB> {
    /// First step: policy decides inside the transaction, and the boxes leave with an audit entry.
    pub(crate) async fn claim_first(&self, claim: Claim, policy: &dyn Policy) -> Result<Claimed> {
        let Claim { session, staff, now } = claim;
        let case = storage::Sessions::get(self, session).await?.case;
        // A counselor's claims come one after the other, so that the limit holds.
        let mut tx = self.begin_staff(staff).await?;
        tx.one(DB::LOCK_CASE, args![case]).await?;
        let found = rows::load(&mut tx, session).await?;
        if found.is_opening(staff, now) {
            let boxes = self.release_team(&mut tx, case).await?;
            return Ok(Claimed { session: found, boxes, fresh: false });
        }
        if !found.is_queued() {
            return Err(StorageError::Taken);
        }
        let who = candidate(&mut tx, staff).await?;
        let mut queue =
            tx.rows(QUEUE, args![]).await?.iter().map(waiting).collect::<Result<Vec<_>>>()?;
        policy.order(&mut queue, now);
        if policy.next(&queue, &who, now) != Some(session) {
            return Err(StorageError::NotNext);
        }
        let opening = found.claim(staff, now, &self.times)?;
        rows::save(&mut tx, &opening).await?;
        let boxes = self.release_team(&mut tx, case).await?;
        audit::write(&mut tx, &released(case, staff, now)).await?;
        tx.commit().await?;
        Ok(Claimed { session: opening, boxes, fresh: true })
    }

    /// Second step: both records stand or none.
    pub(crate) async fn claim_second(&self, claim: &ClaimRecords) -> Result<Moved> {
        let ClaimRecords { session, staff, now, ref chat, ref notes, ref messages } = *claim;
        let (mut tx, found) = self.hold_for_records(session).await?;
        let both = Both { chat, notes, messages, now };
        let is_mine = matches!(found.state, State::Active { by, .. } if by == staff);
        if is_mine && both.stand(&mut tx, found.case).await? {
            return both.again(&mut tx, found).await;
        }
        let active = found.clone().activate(staff, now)?;
        let heads = rows::heads(&mut tx, found.case).await?;
        let checked = self.check_both(&mut tx, &heads, both).await;
        if let Err(error) = checked {
            if matches!(error, StorageError::StaleEpoch) {
                // Somebody's record came first: the claimer decides anew, with the whole time.
                rows::save(&mut tx, &found.extend(staff, now, &self.times)?).await?;
                tx.commit().await?;
            }
            return Err(error);
        }
        let stored = self.put_both(&mut tx, active.case, both).await?;
        rows::save(&mut tx, &active).await?;
        let claimed = entry(Actor::Staff(staff), Event::CaseClaimed, active.case, now);
        audit::write(&mut tx, &claimed).await?;
        let escalation = escalations::open_one(&mut tx, active.case).await?;
        tx.commit().await?;
        Ok(Moved { session: active, stored, escalation, fresh: true })
    }

    /// Refuses records that are not of both lanes or leave a lane to the team alone.
    pub(crate) async fn check_both(
        &self,
        tx: &mut Tx<DB>,
        heads: &Heads,
        both: Both<'_>,
    ) -> Result<()> {
        let Both { chat, notes, now, .. } = both;
        let reads = |record: &NewRecord| {
            record.head.readers.iter().any(|reader| reader.rtype == ReaderType::Staff)
        };
        let lanes = chat.head.lane == Lane::Chat && notes.head.lane == Lane::Notes;
        if !lanes || chat.head.team().is_some() || !reads(chat) || !reads(notes) {
            return Err(Refused::WrongState.into());
        }
        self.check_record(tx, heads, &chat.head, now).await?;
        self.check_record(tx, heads, &notes.head, now).await
    }

    /// Stores records of both lanes that were checked, and the messages that came with them.
    pub(crate) async fn put_both(
        &self,
        tx: &mut Tx<DB>,
        case: CaseId,
        both: Both<'_>,
    ) -> Result<Vec<Stored>> {
        let Both { chat, notes, messages, now } = both;
        let case_key = self.keys.get(case, KeyKind::Case).await?;
        let notes_key = self.keys.need(case, KeyKind::Notes, now).await?;
        self.put_record(tx, case, &case_key, chat).await?;
        self.put_record(tx, case, &notes_key, notes).await?;
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        let chat_key = self.keys.need(case, KeyKind::Chat, now).await?;
        let mut head = rows::heads(tx, case).await?.chat()?;
        insert_with(tx, case, &mut head, &chat_key, messages, now).await
    }

    /// A record that makes the team a reader of the chat, with the transition that it serves.
    pub(crate) async fn to_team(
        &self,
        session: SessionId,
        record: &NewRecord,
        now: Timestamp,
        audited: Option<(Actor, Event)>,
        transition: impl FnOnce(Session) -> std::result::Result<Session, Refused> + Send,
    ) -> Result<Moved> {
        let (mut tx, found) = self.hold_for_records(session).await?;
        let heads = rows::heads(&mut tx, found.case).await?;
        if found.is_open() && is_newest(&heads, record) {
            return Ok(Moved {
                session: found,
                stored: Vec::new(),
                escalation: None,
                fresh: false,
            });
        }
        let waiting = transition(found)?;
        self.check_for_team(&mut tx, &heads, record, now).await?;
        self.put_for_team(&mut tx, &waiting, record).await?;
        if let Some((actor, event)) = audited {
            audit::write(&mut tx, &entry(actor, event, waiting.case, now)).await?;
        }
        tx.commit().await?;
        Ok(Moved { session: waiting, stored: Vec::new(), escalation: None, fresh: true })
    }

    /// Refuses a record that does not make the team a reader of the chat.
    pub(crate) async fn check_for_team(
        &self,
        tx: &mut Tx<DB>,
        heads: &Heads,
        record: &NewRecord,
        now: Timestamp,
    ) -> Result<()> {
        if record.head.lane != Lane::Chat || record.head.team().is_none() {
            return Err(StorageError::StaleEpoch);
        }
        self.check_record(tx, heads, &record.head, now).await
    }

    /// Stores it with the session that waits from here on.
    pub(crate) async fn put_for_team(
        &self,
        tx: &mut Tx<DB>,
        waiting: &Session,
        record: &NewRecord,
    ) -> Result<()> {
        let key = self.keys.get(waiting.case, KeyKind::Case).await?;
        self.put_record(tx, waiting.case, &key, record).await?;
        rows::save(tx, waiting).await
    }
}

/// Records of both lanes that stand together or not at all, with messages of the new epoch.
#[derive(Clone, Copy)]
pub(crate) struct Both<'a> {
    pub(crate) chat: &'a NewRecord,
    pub(crate) notes: &'a NewRecord,
    pub(crate) messages: &'a [NewMessage],
    pub(crate) now: Timestamp,
}

impl Both<'_> {
    /// Whether exactly these have been stored before and are the newest: their answer was lost.
    pub(crate) async fn stand<DB: Dialect>(self, tx: &mut Tx<DB>, case: CaseId) -> Result<bool> {
        let heads = rows::heads(tx, case).await?;
        Ok([self.chat, self.notes].into_iter().all(|record| is_newest(&heads, record)))
    }

    /// That answer again.
    pub(crate) async fn again<DB: Dialect>(
        self,
        tx: &mut Tx<DB>,
        session: Session,
    ) -> Result<Moved> {
        let stored = stored_before(tx, session.case, self.messages).await?;
        let escalation = escalations::open_one(tx, session.case).await?;
        Ok(Moved { session, stored, escalation, fresh: false })
    }
}

/// Whether a record is the newest of its lane already.
pub(crate) fn is_newest(heads: &Heads, record: &NewRecord) -> bool {
    let is = |head: &LaneHead| head.epoch == record.head.epoch && head.record == record.head.hash;
    heads.of(record.head.lane).is_some_and(is)
}
