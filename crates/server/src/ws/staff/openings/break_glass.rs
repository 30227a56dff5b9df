//! `break_glass`: a supervisor opens a case for a reason, or asks a second one to agree.

use domain::opening::OpeningReason;
use domain::{CaseId, OpeningId};
use hub::Channel;
use protocol::{CaseView, ErrorCode, Id, Reply};
use storage::StorageError;
use storage::openings::{BreakGlass, GlassBroken};

use crate::auth::factor;
use crate::refusal::Refusal;
use crate::ws::staff::Desk;

impl Desk {
    pub(in crate::ws::staff) async fn break_glass(
        &mut self,
        id: Id,
        case: Id,
        reason: &str,
    ) -> Result<Reply, Refusal> {
        self.must_be_supervisor().await?;
        let reason = OpeningReason::from_code(reason).ok_or(ErrorCode::BadFrame)?;
        let (id, case, by, now) =
            (super::opening(id), CaseId::new(case.0), self.access.staff, self.app.now());
        if !self.has_open(id).await? {
            factor::must_be_fresh(&self.app, self.access.sid).await?;
        }
        let here = self.app.hub.staff_on(Channel::Supervisors);
        let others_here = here.iter().any(|staff| *staff != by);
        let glass = BreakGlass { id, case, by, reason, others_here, now };
        let broken = self.app.store.openings.break_glass(glass).await?;
        // From here on it stands: the others hear of it whatever becomes of this socket.
        if broken.fresh {
            self.app.opening_changed(&broken.opening);
        }
        let opening = self.opening_view(&broken.opening);
        let live = broken.opening.is_live(now);
        let case = if live { Some(Box::new(self.enter(&broken).await?)) } else { None };
        Ok(Reply::Glass { opening, case })
    }

    /// Whether it is the own opening, and open: then this is a retry, and needs no new factor.
    async fn has_open(&self, id: OpeningId) -> Result<bool, Refusal> {
        match self.app.store.openings.get(id).await {
            Ok(known) => Ok(known.by == self.access.staff && known.is_live(self.app.now())),
            Err(StorageError::NotFound) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The case with the boxes that were released, from now on on this desk.
    async fn enter(&mut self, broken: &GlassBroken) -> Result<CaseView, Refusal> {
        let case = broken.opening.case;
        // Listening comes before reading: what happens between the two is only heard twice.
        self.connection.subscribe(Channel::Case(case));
        let ties = self.ties(case).await?;
        self.hold(ties, &broken.boxes).await
    }
}
