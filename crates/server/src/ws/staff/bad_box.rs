//! `bad_box`: the claimed lane 1 does not open. The session leaves the queue, and the client's page
//! is asked to open it anew, so that it never blocks those behind it.

use domain::SessionId;
use protocol::Reply;

use super::Desk;
use crate::refusal::Refusal;

impl Desk {
    pub(super) async fn bad_box(&mut self, session: SessionId) -> Result<Reply, Refusal> {
        let staff = self.access.staff;
        let left = self.app.store.sessions.bad_box(session, staff, self.app.now()).await?;
        self.let_go(left.case);
        self.app.session_changed(&left);
        Ok(Reply::Done)
    }
}
