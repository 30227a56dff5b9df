//! Counts the queue when it changed: at once, and then a few times a second at most.

use std::time::Duration;

use super::note;
use crate::state::Shared;

const PAUSE: Duration = Duration::from_millis(300);

pub(super) async fn run(app: Shared) {
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            () = app.queue.touched() => {}
        }
        let counted = app.queue.count(&app.store, app.policy.as_ref(), app.now()).await;
        if counted.is_err() {
            app.queue.touch();
        }
        note("queue", counted);
        tokio::select! {
            () = app.stopping.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}
