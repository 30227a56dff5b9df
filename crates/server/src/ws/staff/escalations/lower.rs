//! `lower`: a supervisor judges it less urgent.

use domain::Level;
use domain::escalation::LowerReason;
use protocol::{ErrorCode, Id, Reply};
use storage::escalations::Lowering;

use crate::refusal::Refusal;
use crate::ws::staff::Desk;

impl Desk {
    pub(in crate::ws::staff) async fn lower(
        &mut self,
        id: Id,
        level: u8,
        reason: &str,
    ) -> Result<Reply, Refusal> {
        self.must_be_supervisor().await?;
        let to = Level::try_from(level).map_err(|_| ErrorCode::BadFrame)?;
        let reason = LowerReason::from_code(reason).ok_or(ErrorCode::BadFrame)?;
        let (id, by, now) = (super::escalation(id), self.access.staff, self.app.now());
        let lowering = Lowering { id, by, to, reason, now };
        let answered = self.app.store.escalations.lower(lowering).await?;
        self.answered(answered).await
    }
}
