//! New epochs for those who read a case already: whoever is gone drops out, boxes are made anew.

use std::collections::BTreeSet;

use domain::audit::{Actor, Entry, Event};
use domain::case::LaneHead;
use domain::record::ReaderType;
use domain::session::{Refused, Session, State};
use domain::{CaseId, Lane, StaffId};
use storage::records::NewRecord;
use storage::sessions::{Moved, Rekey};
use storage::{Result, StorageError};

use crate::claims::is_newest;
use crate::db::Tx;
use crate::dialect::Dialect;
use crate::keystore::KeyKind;
use crate::rows::{self, Heads};
use crate::sessions::entry;
use crate::shared::Shared;
use crate::value::args;
use crate::{audit, openings};

impl<DB: Dialect> Shared<DB> {
    /// Stores the new epochs with the session as they leave it.
    pub(crate) async fn rekey_records(&self, rekey: &Rekey) -> Result<Moved> {
        let Rekey { session, staff, now, ref chat, ref notes, .. } = *rekey;
        let (mut tx, before) = self.hold_for_member(session, staff).await?;
        let case = before.case;
        let heads = rows::heads(&mut tx, case).await?;
        if [Some(chat), notes.as_ref()].into_iter().flatten().all(|new| is_newest(&heads, new)) {
            return Ok(moved(before, false));
        }
        if rows::newest(&mut tx, case).await?.id != session {
            return Err(Refused::WrongState.into());
        }
        if !before.is_attended_by(staff) {
            openings::lets_act(&mut tx, case, staff, now).await?;
        }
        let gone = gone(&mut tx, &before).await?;
        self.check_rekey(&mut tx, heads, &before, rekey, !gone.is_empty()).await?;
        let after = before.rekeyed(&people(&mut tx, chat).await?)?;
        self.put_rekey(&mut tx, case, rekey).await?;
        rows::save(&mut tx, &after).await?;
        let rekeyed = entry(Actor::Staff(staff), Event::CaseRekeyed, case, now);
        audit::write(&mut tx, &Entry { staff: gone.first().copied(), ..rekeyed }).await?;
        tx.commit().await?;
        Ok(moved(after, true))
    }

    /// Refuses records that do not follow, or that the session gives no reason to.
    async fn check_rekey(
        &self,
        tx: &mut Tx<DB>,
        mut heads: Heads,
        before: &Session,
        rekey: &Rekey,
        somebody_is_gone: bool,
    ) -> Result<()> {
        let Rekey { staff, now, ref through, ref chat, ref notes, .. } = *rekey;
        let is_active = matches!(before.state, State::Active { .. });
        let waits = chat.head.team().is_some();
        if chat.head.lane != Lane::Chat || (is_active && waits) {
            return Err(Refused::WrongState.into());
        }
        if let Some(through) = through {
            self.check_for_team(tx, &heads, through, now).await?;
            let is_assigned = matches!(before.state, State::Active { by, .. } if by == staff);
            if !is_assigned || !somebody_is_gone {
                return Err(Refused::WrongState.into());
            }
            let (epoch, record) = (through.head.epoch, through.head.hash);
            heads.chat = heads.chat.map(|head| LaneHead { epoch, record, ..head });
        }
        self.check_record(tx, &heads, &chat.head, now).await?;
        match (notes, &heads.notes) {
            (Some(notes), Some(_)) if notes.head.lane == Lane::Notes => {
                self.check_record(tx, &heads, &notes.head, now).await
            }
            (None, None) => Ok(()),
            // Somebody opened lane 2 meanwhile, or it is gone.
            _ => Err(StorageError::StaleEpoch),
        }
    }

    async fn put_rekey(&self, tx: &mut Tx<DB>, case: CaseId, rekey: &Rekey) -> Result<()> {
        let case_key = self.keys.get(case, KeyKind::Case).await?;
        for record in rekey.through.iter().chain([&rekey.chat]) {
            self.put_record(tx, case, &case_key, record).await?;
        }
        if let Some(notes) = &rekey.notes {
            let notes_key = self.keys.need(case, KeyKind::Notes, rekey.now).await?;
            self.put_record(tx, case, &notes_key, notes).await?;
        }
        Ok(())
    }
}

const fn moved(session: Session, fresh: bool) -> Moved {
    Moved { session, stored: Vec::new(), escalation: None, fresh }
}

/// The people who read the newest epochs of an active session and are not there any more.
async fn gone<DB: Dialect>(tx: &mut Tx<DB>, session: &Session) -> Result<Vec<StaffId>> {
    const READERS: &str = "SELECT s.id FROM boxes b
        JOIN lanes l ON l.case_id = b.case_id AND l.lane = b.lane AND l.epoch = b.epoch
        JOIN staff s ON s.kem_kid = b.rkid WHERE b.case_id = $1 AND b.rtype = 2";
    if !matches!(session.state, State::Active { .. }) {
        return Ok(Vec::new());
    }
    let mut gone = BTreeSet::new();
    for row in tx.rows(READERS, args![session.case]).await? {
        gone.insert(row.id::<StaffId>(0)?);
    }
    Ok(gone.into_iter().filter(|who| !session.is_attended_by(*who)).collect())
}

/// The people whom a record names.
async fn people<DB: Dialect>(tx: &mut Tx<DB>, record: &NewRecord) -> Result<Vec<StaffId>> {
    const WHOSE: &str = "SELECT id FROM staff WHERE kem_kid = $1";
    let mut people = Vec::new();
    for reader in record.head.readers.iter().filter(|reader| reader.rtype == ReaderType::Staff) {
        for row in tx.rows(WHOSE, args![reader.rkid]).await? {
            people.push(row.id(0)?);
        }
    }
    Ok(people)
}
