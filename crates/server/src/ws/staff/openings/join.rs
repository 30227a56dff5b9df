//! `join`: a supervisor who has opened the case comes to help. The counselor stays.

use protocol::{FrameProblem, Id, Reply};

use super::come::Come;
use crate::ws::staff::Desk;
use crate::ws::staff::pair::Posted;

impl Desk {
    pub(in crate::ws::staff) async fn join(
        &mut self,
        case_id: Id,
        posted: &Posted,
    ) -> Result<Reply, FrameProblem> {
        self.come(case_id, posted, Come::Join).await
    }
}
