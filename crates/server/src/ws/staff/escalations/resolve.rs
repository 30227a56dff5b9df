//! `resolve`: a supervisor closes it.

use domain::escalation::Outcome;
use protocol::{ErrorCode, Id, Reply};
use storage::escalations::Resolution;

use crate::refusal::Refusal;
use crate::wire;
use crate::ws::staff::Desk;

impl Desk {
    pub(in crate::ws::staff) async fn resolve(
        &mut self,
        id: Id,
        outcome: &str,
        follow_up: Option<&str>,
    ) -> Result<Reply, Refusal> {
        self.must_be_supervisor().await?;
        let outcome = Outcome::from_code(outcome).ok_or(ErrorCode::BadFrame)?;
        let day = |text| wire::day_in(text).ok_or(ErrorCode::BadFrame);
        let follow_up = follow_up.map(day).transpose()?;
        let (id, by, now) = (super::escalation(id), self.access.staff, self.app.now());
        let resolution = Resolution { id, by, outcome, follow_up, now };
        let answered = self.app.store.escalations.resolve(resolution).await?;
        self.answered(answered).await
    }
}
