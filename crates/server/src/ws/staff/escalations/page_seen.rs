//! `page_seen`: a supervisor was shown a page, and with it each earlier one.

use domain::paging::Minute;
use protocol::Reply;

use crate::refusal::Refusal;
use crate::ws::staff::Desk;

impl Desk {
    pub(in crate::ws::staff) async fn page_seen(&mut self, minute: i64) -> Result<Reply, Refusal> {
        self.must_be_supervisor().await?;
        let staff = self.access.staff;
        self.app.store.escalations.page_delivered(staff, Minute(minute)).await?;
        Ok(Reply::Done)
    }
}
