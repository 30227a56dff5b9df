//! What this person may have now, judged by the newest session of the case and their own opening.

use domain::opening::Refused;
use domain::{CaseId, Lane, Opening, Session, access};
use protocol::{ErrorCode, Id};
use storage::StorageError;
use storage::records::PlacedBox;

use super::Desk;
use crate::refusal::Refusal;

/// What ties a person to a case.
pub(super) struct Ties {
    /// The newest session.
    pub(super) newest: Session,
    /// The opening by which they read it, if they have one.
    pub(super) opening: Option<Opening>,
}

impl Desk {
    /// Whether the person is there: assigned, joined, or the last one until the wrap-up is sent.
    pub(super) fn is_there(&self, newest: &Session) -> bool {
        let times = self.app.settings.times.rules();
        access::is_there(newest, self.access.staff, self.app.now(), &times)
    }

    /// Whether the person may have records and messages by their opening alone.
    pub(super) fn reads_by(&self, opening: Option<&Opening>, newest: &Session) -> bool {
        let (me, now) = (self.access.staff, self.app.now());
        // A desk keeps the opening of a case; its owner may be no supervisor any more.
        let opening = opening.filter(|_| self.is_supervisor());
        opening.is_some_and(|opening| access::opening_lets_read(opening, newest, me, now))
    }

    /// Whether the person may have the records: also while claiming the case or having opened it.
    pub(super) fn may_see_records(&self, ties: &Ties) -> bool {
        let rules = self.app.settings.times.rules();
        access::staff_may_see_records(&ties.newest, self.access.staff, self.app.now(), &rules)
            || self.reads_by(ties.opening.as_ref(), &ties.newest)
    }

    /// What ties the person to a case; a stranger does not learn whether there is one.
    ///
    /// # Errors
    /// `not_assigned` for a case that does not exist.
    pub(super) async fn ties(&self, case: CaseId) -> Result<Ties, Refusal> {
        let newest = self.newest(case).await?;
        Ok(Ties { newest, opening: self.live_opening(case).await? })
    }

    /// The opening by which this supervisor reads a case now.
    pub(super) async fn live_opening(&self, case: CaseId) -> Result<Option<Opening>, Refusal> {
        if !self.is_supervisor() {
            return Ok(None);
        }
        Ok(self.app.store.openings.live(case, self.access.staff, self.app.now()).await?)
    }

    /// The boxes of groups that the person may have: inside a claim, inside an opening.
    pub(super) async fn released(&self, ties: &Ties) -> Result<Vec<PlacedBox>, Refusal> {
        let (case, me, now) = (ties.newest.case, self.access.staff, self.app.now());
        let mut boxes = self.released_by_opening(ties).await?;
        if ties.newest.is_opening(me, now) {
            boxes.extend(self.app.store.records.team_boxes(case, me, now).await?);
        }
        Ok(boxes)
    }

    /// The escalation boxes, inside an opening.
    pub(super) async fn released_by_opening(&self, ties: &Ties) -> Result<Vec<PlacedBox>, Refusal> {
        if !self.reads_by(ties.opening.as_ref(), &ties.newest) {
            return Ok(Vec::new());
        }
        let (case, me, now) = (ties.newest.case, self.access.staff, self.app.now());
        match self.app.store.openings.boxes(case, me, now).await {
            // It was closed in this moment.
            Err(StorageError::Opening(Refused::NotOpened)) => Ok(Vec::new()),
            boxes => Ok(boxes?),
        }
    }

    /// The case and lane of a command of somebody who is there.
    ///
    /// # Errors
    /// `not_assigned`, also for a case that does not exist; `wrong_lane`.
    pub(super) async fn there(&self, case_id: Id, lane: u8) -> Result<(CaseId, Lane), Refusal> {
        let (case, lane) = named(case_id, lane)?;
        let newest = self.newest(case).await?;
        self.must_read(&newest, lane).await?;
        Ok((case, lane))
    }

    /// The case and lane of a command that reads messages: also of somebody who has opened it.
    ///
    /// # Errors
    /// As for [`Self::there`].
    pub(super) async fn readable(&self, case_id: Id, lane: u8) -> Result<(CaseId, Lane), Refusal> {
        let (case, lane) = named(case_id, lane)?;
        let ties = self.ties(case).await?;
        if !self.reads_by(ties.opening.as_ref(), &ties.newest) {
            self.must_read(&ties.newest, lane).await?;
        }
        Ok((case, lane))
    }

    /// Refuses whoever is not there, or no reader of the newest epoch of the lane.
    async fn must_read(&self, newest: &Session, lane: Lane) -> Result<(), Refusal> {
        if self.is_there(newest) && self.reads(newest.case, lane).await? {
            Ok(())
        } else {
            Err(ErrorCode::NotAssigned.into())
        }
    }

    /// The newest session of a case; a stranger does not learn whether there is one.
    pub(super) async fn newest(&self, case: CaseId) -> Result<Session, Refusal> {
        self.app.store.sessions.newest(case).await.map_err(|error| match error {
            StorageError::NotFound => ErrorCode::NotAssigned.into(),
            other => other.into(),
        })
    }

    /// Whether the person is a reader of the newest epoch of a lane.
    pub(super) async fn reads(&self, case: CaseId, lane: Lane) -> Result<bool, Refusal> {
        Ok(self.app.store.records.reads_newest(case, lane, self.kem).await?)
    }
}

fn named(case_id: Id, lane: u8) -> Result<(CaseId, Lane), Refusal> {
    let lane = Lane::from_number(lane).ok_or(ErrorCode::WrongLane)?;
    Ok((CaseId::new(case_id.0), lane))
}
