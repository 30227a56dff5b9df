//! `take_over`: a supervisor becomes the assigned person, in place of the counselor.

use protocol::{FrameProblem, Id, Reply};

use super::come::Come;
use crate::ws::staff::Desk;
use crate::ws::staff::pair::Posted;

impl Desk {
    pub(in crate::ws::staff) async fn take_over(
        &mut self,
        case_id: Id,
        posted: &Posted,
    ) -> Result<Reply, FrameProblem> {
        self.come(case_id, posted, Come::TakeOver).await
    }
}
