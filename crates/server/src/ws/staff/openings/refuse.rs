//! `refuse_opening`: another supervisor does not agree.

use protocol::{Id, Reply};

use crate::refusal::Refusal;
use crate::ws::staff::Desk;

impl Desk {
    pub(in crate::ws::staff) async fn refuse_opening(&mut self, id: Id) -> Result<Reply, Refusal> {
        self.must_be_supervisor().await?;
        let (id, by, now) = (super::opening(id), self.access.staff, self.app.now());
        let moved = self.app.store.openings.refuse(id, by, now).await?;
        Ok(self.opening_moved(&moved))
    }
}
