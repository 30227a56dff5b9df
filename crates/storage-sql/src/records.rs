//! Epoch records and their boxes.

use async_trait::async_trait;
use domain::audit::{Actor, Entry, Event};
use domain::record::{ReaderType, RecordHead};
use domain::{CaseId, Hash, Kid, Lane, StaffId, Timestamp};
use sealing::{Place, ShredKey};
use storage::records::{EpochBox, NewRecord, PlacedBox, StoredRecord};
use storage::{Records, Result, StorageError};

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::error::from_sealing;
use crate::keystore::KeyKind;
use crate::rows::Heads;
use crate::shared::Shared;
use crate::value::{Row, args, unexpected};
use crate::{audit, rows, transcript};

#[async_trait]
impl<DB: Dialect> Records for Shared<DB> {
    async fn chain(&self, case: CaseId, lane: Lane, from_epoch: u32) -> Result<Vec<StoredRecord>> {
        const SQL: &str = "SELECT epoch, body, sig FROM records
            WHERE case_id = $1 AND lane = $2 AND epoch >= $3 ORDER BY epoch";
        let rows = self.db.rows(SQL, args![case, lane, from_epoch]).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let key = self.keys.get(case, KeyKind::of_records(lane)).await?;
        rows.iter()
            .map(|row| {
                let epoch = row.number(0)?;
                let id = record_key(case, lane, epoch);
                let open = |column, index| {
                    let place = Place { table: "records", row_key: &id, column };
                    key.open(place, row.bytes(index)?).map_err(from_sealing)
                };
                let sig = open("sig", 2)?.try_into().map_err(|_| StorageError::Sealed)?;
                Ok(StoredRecord { lane, epoch, body: open("body", 1)?, sig })
            })
            .collect()
    }

    async fn own_boxes(&self, case: CaseId, lane: Lane, rkid: Kid) -> Result<Vec<PlacedBox>> {
        const SQL: &str = "SELECT epoch, rtype, rkid, bytes FROM boxes
            WHERE case_id = $1 AND lane = $2 AND rkid = $3 AND rtype IN (1, 2) ORDER BY epoch";
        let rows = self.db.rows(SQL, args![case, lane, rkid]).await?;
        self.open_boxes(case, lane, &rows).await
    }

    async fn team_boxes(
        &self,
        case: CaseId,
        opener: StaffId,
        now: Timestamp,
    ) -> Result<Vec<PlacedBox>> {
        let mut tx = self.begin_case(case).await?;
        let newest = rows::newest(&mut tx, case).await?;
        if !newest.is_opening(opener, now) {
            return Err(domain::session::Refused::WrongState.into());
        }
        let boxes = self.release_team(&mut tx, case).await?;
        audit::write(&mut tx, &released(case, opener, now)).await?;
        tx.commit().await?;
        Ok(boxes)
    }

    async fn reads_newest(&self, case: CaseId, lane: Lane, rkid: Kid) -> Result<bool> {
        Ok(self.db.first(READS_NEWEST, args![case, lane, rkid]).await?.is_some())
    }
}

/// Whether the key `$3` is a staff reader of the newest epoch of a lane.
pub(crate) const READS_NEWEST: &str = "SELECT b.epoch FROM boxes b
    JOIN lanes l ON l.case_id = b.case_id AND l.lane = b.lane AND l.epoch = b.epoch
    WHERE b.case_id = $1 AND b.lane = $2 AND b.rtype = 2 AND b.rkid = $3";

/// Takes no more messages into the newest epoch of a lane while it names somebody who may not sign
/// in any more.
const FREEZE: &str = "UPDATE lanes SET frozen = TRUE
    WHERE case_id = $1 AND lane = $2 AND EXISTS (
        SELECT 1 FROM boxes b JOIN staff s ON s.kem_kid = b.rkid
        WHERE s.disabled AND b.rtype = 2 AND b.case_id = lanes.case_id AND b.lane = lanes.lane
            AND b.epoch = lanes.epoch)";

/// The team box of the newest epoch of a lane.
const TEAM_BOXES: &str = "SELECT b.epoch, b.rtype, b.rkid, b.bytes FROM boxes b
    JOIN lanes l ON l.case_id = b.case_id AND l.lane = b.lane AND l.epoch = b.epoch
    WHERE b.case_id = $1 AND b.lane = $2 AND b.rtype = 3";

/// The escalation boxes of the newest epoch of a lane, and of each epoch that the one after it does
/// not lead back to.
const ESCALATION_BOXES: &str = "SELECT b.epoch, b.rtype, b.rkid, b.bytes FROM boxes b
    JOIN lanes l ON l.case_id = b.case_id AND l.lane = b.lane
    WHERE b.case_id = $1 AND b.lane = $2 AND b.rtype = 4 AND (b.epoch = l.epoch OR EXISTS (
        SELECT 1 FROM records r WHERE r.case_id = b.case_id AND r.lane = b.lane
            AND r.epoch = b.epoch + 1 AND NOT r.back_link))
    ORDER BY b.epoch";

impl<DB: Dialect> Shared<DB> {
    /// The newest team box of each lane, inside the transaction that releases and audits it.
    pub(crate) async fn release_team(
        &self,
        tx: &mut Tx<DB>,
        case: CaseId,
    ) -> Result<Vec<PlacedBox>> {
        self.release(tx, case, TEAM_BOXES).await
    }

    /// The escalation boxes that open all of both lanes, inside a transaction that holds the case: the
    /// one that audits the opening, or a later one while it lasts.
    pub(crate) async fn release_escalation(
        &self,
        tx: &mut Tx<DB>,
        case: CaseId,
    ) -> Result<Vec<PlacedBox>> {
        self.release(tx, case, ESCALATION_BOXES).await
    }

    /// The boxes of both lanes that a statement finds.
    async fn release(
        &self,
        tx: &mut Tx<DB>,
        case: CaseId,
        sql: &'static str,
    ) -> Result<Vec<PlacedBox>> {
        let mut boxes = Vec::new();
        for lane in [Lane::Chat, Lane::Notes] {
            let rows = tx.rows(sql, args![case, lane]).await?;
            boxes.extend(self.open_boxes(case, lane, &rows).await?);
        }
        Ok(boxes)
    }

    async fn open_boxes(&self, case: CaseId, lane: Lane, rows: &[Row]) -> Result<Vec<PlacedBox>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let key = self.keys.get(case, KeyKind::of_records(lane)).await?;
        rows.iter()
            .map(|row| {
                let epoch = row.number(0)?;
                let rtype = ReaderType::from_number(row.number(1)?).ok_or_else(unexpected)?;
                let rkid = row.id(2)?;
                let id = box_key(case, lane, epoch, rtype, rkid);
                let bytes = key.open(box_place(&id), row.bytes(3)?).map_err(from_sealing)?;
                Ok(PlacedBox { lane, epoch, sealed: EpochBox { rtype, rkid, bytes } })
            })
            .collect()
    }

    /// Refuses a record that does not follow the newest one of its lane, or an old roster.
    ///
    /// Inside a transaction of [`Self::begin_records`]: no roster comes before the record's commit.
    pub(crate) async fn check_record(
        &self,
        tx: &mut Tx<DB>,
        heads: &Heads,
        head: &RecordHead,
        now: Timestamp,
    ) -> Result<()> {
        const SQL: &str = "SELECT version, strict, published_at FROM rosters
            ORDER BY version DESC LIMIT 1";
        let follows = match heads.of(head.lane) {
            Some(newest) => {
                newest.epoch.checked_add(1) == Some(head.epoch) && newest.record == head.prev
            }
            None => head.epoch == 0 && head.prev == Hash::ZERO,
        };
        if !follows {
            return Err(StorageError::StaleEpoch);
        }
        let newest = tx.first(SQL, args![]).await?.ok_or(StorageError::StaleRoster)?;
        let (version, strict): (u64, _) = (newest.number(0)?, newest.bool(1)?);
        let grace = newest.time(2)?.plus(self.times.previous_roster);
        let previous = head.roster_version.checked_add(1) == Some(version);
        if head.roster_version == version || (previous && !strict && now < grace) {
            Ok(())
        } else {
            Err(StorageError::StaleRoster)
        }
    }

    /// Stores a record that was checked, with its boxes; the lane names it from here on.
    ///
    /// A record of lane 1 without the team deletes all team boxes of that lane.
    pub(crate) async fn put_record(
        &self,
        tx: &mut Tx<DB>,
        case: CaseId,
        key: &ShredKey,
        record: &NewRecord,
    ) -> Result<()> {
        const LANE: &str = "INSERT INTO lanes
                (case_id, lane, epoch, record_hash, team_kid, frozen, last_seq, th)
            VALUES ($1, $2, $3, $4, $5, FALSE, 0, $6)
            ON CONFLICT (case_id, lane) DO UPDATE SET epoch = excluded.epoch,
                record_hash = excluded.record_hash, team_kid = excluded.team_kid, frozen = FALSE";
        const RECORD: &str = "INSERT INTO records
                (case_id, lane, epoch, reason, creator, roster_version, back_link, body, sig)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let RecordHead { lane, epoch, hash, creator, roster_version, back_link, .. } = record.head;
        let start = transcript::start(case, lane);
        tx.execute(LANE, args![case, lane, epoch, hash, record.head.team(), start]).await?;
        let id = record_key(case, lane, epoch);
        let seal = |column, plain: &[u8]| {
            key.seal(Place { table: "records", row_key: &id, column }, plain).map_err(from_sealing)
        };
        let (body, sig) = (seal("body", &record.body)?, seal("sig", &record.sig)?);
        let (reason, roster) = (record.head.reason as u8, roster_version);
        tx.execute(RECORD, args![case, lane, epoch, reason, creator, roster, back_link, body, sig])
            .await?;
        for sealed in &record.boxes {
            put_box(tx, case, key, &record.head, sealed).await?;
        }
        // The staff list may still name somebody who may not sign in: nothing is said under that key.
        tx.execute(FREEZE, args![case, lane]).await?;
        if lane == Lane::Chat && record.head.team().is_none() {
            let sql = "DELETE FROM boxes WHERE case_id = $1 AND lane = 1 AND rtype = 3";
            tx.execute(sql, args![case]).await?;
        }
        Ok(())
    }
}

/// The audit entry of a release.
pub(crate) fn released(case: CaseId, to: StaffId, now: Timestamp) -> Entry {
    let (actor, event) = (Actor::Staff(to), Event::TeamBoxReleased);
    Entry { at: now, actor, event, case: Some(case), staff: None, detail: None }
}

async fn put_box<DB: Dialect>(
    tx: &mut Tx<DB>,
    case: CaseId,
    key: &ShredKey,
    head: &RecordHead,
    sealed: &EpochBox,
) -> Result<()> {
    const SQL: &str = "INSERT INTO boxes (case_id, lane, epoch, rtype, rkid, bytes)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let EpochBox { rtype, rkid, .. } = *sealed;
    let id = box_key(case, head.lane, head.epoch, rtype, rkid);
    let bytes = key.seal(box_place(&id), &sealed.bytes).map_err(from_sealing)?;
    tx.execute(SQL, args![case, head.lane, head.epoch, rtype as u8, rkid, bytes]).await.map(drop)
}

fn record_key(case: CaseId, lane: Lane, epoch: u32) -> Vec<u8> {
    [&case.as_bytes()[..], &[lane.number()], &epoch.to_be_bytes()].concat()
}

fn box_key(case: CaseId, lane: Lane, epoch: u32, rtype: ReaderType, rkid: Kid) -> Vec<u8> {
    [&record_key(case, lane, epoch)[..], &[rtype as u8], rkid.as_bytes()].concat()
}

fn box_place(row_key: &[u8]) -> Place<'_> {
    Place { table: "boxes", row_key, column: "bytes" }
}
