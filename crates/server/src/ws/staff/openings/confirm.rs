//! `confirm`: the second factor once more, before a deed that needs a fresh one.

use protocol::Reply;

use crate::auth::factor;
use crate::refusal::Refusal;
use crate::ws::staff::Desk;

impl Desk {
    pub(in crate::ws::staff) async fn confirm(&self, code: &str) -> Result<Reply, Refusal> {
        let who = (self.access.staff, self.access.sid);
        factor::confirm(&self.app, who, self.source, code).await?;
        Ok(Reply::Done)
    }
}
