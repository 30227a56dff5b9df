//! `own`: a supervisor answers for it from now on.

use domain::StaffId;
use protocol::{Id, Reply};

use crate::refusal::Refusal;
use crate::ws::staff::Desk;

impl Desk {
    pub(in crate::ws::staff) async fn own(
        &mut self,
        id: Id,
        from: Option<Id>,
    ) -> Result<Reply, Refusal> {
        self.must_be_supervisor().await?;
        let (id, by, now) = (super::escalation(id), self.access.staff, self.app.now());
        let from = from.map(|staff| StaffId::new(staff.0));
        let answered = self.app.store.escalations.own(id, by, from, now).await?;
        self.answered(answered).await
    }
}
