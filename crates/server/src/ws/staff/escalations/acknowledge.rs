//! `acknowledge`: a supervisor has seen it.

use protocol::{Id, Reply};

use crate::refusal::Refusal;
use crate::ws::staff::Desk;

impl Desk {
    pub(in crate::ws::staff) async fn acknowledge(&mut self, id: Id) -> Result<Reply, Refusal> {
        self.must_be_supervisor().await?;
        let (id, by, now) = (super::escalation(id), self.access.staff, self.app.now());
        let answered = self.app.store.escalations.acknowledge(id, by, now).await?;
        self.answered(answered).await
    }
}
