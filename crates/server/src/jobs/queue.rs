//! Counts the queue when it changed: at once, and then a few times a second at most.

use std::time::Duration;

use super::note;
use crate::state::Shared;
use crate::view;

const PAUSE: Duration = Duration::from_millis(300);

pub(super) async fn run(app: Shared) {
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            () = app.queue.touched() => {}
        }
        // Who waits is counted all the same where the list of the left behind cannot be read.
        let left_behind = view::left_behind(&app).await;
        let left_behind = left_behind.unwrap_or_else(|_| app.queue.now().left_behind().to_vec());
        let (policy, now) = (app.policy.as_ref(), app.now());
        let counted = app.queue.count(&app.store, policy, left_behind, now).await;
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
