//! `close_opening`: a supervisor closes the own opening, or takes the ask back.

use protocol::{Id, Reply};

use crate::refusal::Refusal;
use crate::ws::staff::Desk;

impl Desk {
    pub(in crate::ws::staff) async fn close_opening(&mut self, id: Id) -> Result<Reply, Refusal> {
        self.must_be_supervisor().await?;
        let (id, by, now) = (super::opening(id), self.access.staff, self.app.now());
        let moved = self.app.store.openings.close(id, by, now).await?;
        self.look_again(moved.opening.case).await?;
        Ok(self.opening_moved(&moved))
    }
}
