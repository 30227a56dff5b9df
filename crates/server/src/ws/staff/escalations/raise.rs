//! `raise`: the counselor who is there calls a supervisor, with a sealed reason.

use domain::{CaseId, EscId, Level};
use protocol::{Blob, ErrorCode, Id, Reply};
use storage::StorageError;

use crate::check;
use crate::refusal::Refusal;
use crate::ws::staff::Desk;

/// What a counselor's browser sends.
pub(in crate::ws::staff) struct NewRaise {
    pub(in crate::ws::staff) case_id: Id,
    pub(in crate::ws::staff) raise_id: Id,
    pub(in crate::ws::staff) level: u8,
    pub(in crate::ws::staff) record: Blob,
    pub(in crate::ws::staff) sig: Blob,
}

impl Desk {
    pub(in crate::ws::staff) async fn raise(&mut self, new: NewRaise) -> Result<Reply, Refusal> {
        let level = Level::try_from(new.level).map_err(|_| ErrorCode::BadFrame)?;
        let (case, id) = (CaseId::new(new.case_id.0), EscId::new(new.raise_id.0));
        // Who is not there learns nothing, not even whether the record would do.
        let newest = self.newest(case).await?;
        if !self.is_there(&newest) {
            return Err(ErrorCode::NotAssigned.into());
        }
        let expected = check::Raising {
            org_id: self.app.org_id(),
            case_id: new.case_id.0,
            esc_id: new.raise_id.0,
            level: new.level,
            by: self.access.staff,
        };
        let reason = check::raise(&self.app.org.now(), &expected, &new.record, &new.sig)?;
        let (staff, now) = (self.access.staff, self.app.now());
        let raise = storage::escalations::NewRaise { id, case, level, staff, reason, now };
        let raised =
            self.app.store.escalations.raise(raise).await.map_err(|error| match error {
                StorageError::NotFound => Refusal::from(ErrorCode::NotAssigned),
                other => other.into(),
            })?;
        self.app.raised(&raised);
        let escalation = raised.escalation.ok_or(ErrorCode::Internal)?;
        self.escalation_reply(&escalation).await
    }
}
