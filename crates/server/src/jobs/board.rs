//! Counts the live board once a second, while a supervisor is there to look at it.

use std::time::Duration;

use hub::Channel;

use super::{every, note};
use crate::state::Shared;

const PERIOD: Duration = Duration::from_secs(1);

pub(super) async fn run(app: Shared) {
    every(&app, PERIOD, async || {
        if !app.hub.staff_on(Channel::Supervisors).is_empty() {
            note("board", app.board.count(&app).await.map(drop));
        }
    })
    .await;
}
