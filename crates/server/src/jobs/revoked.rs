//! Sign-ins that were revoked, on whichever node: their desks are closed within two seconds.

use std::time::Duration;

use domain::Timestamp;
use protocol::CloseCode;

use super::note;
use crate::refusal::Refusal;
use crate::state::{App, Shared};

const PERIOD: Duration = Duration::from_secs(2);
/// Looked at once more, since a revocation is stamped before it is committed.
const OVERLAP: Duration = Duration::from_secs(10);

pub(super) async fn run(app: Shared) {
    let mut since = app.now();
    let mut ticks = tokio::time::interval(PERIOD);
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let now = app.now();
        let closed = close(&app, since.minus(OVERLAP)).await;
        if closed.is_ok() {
            since = now;
        }
        note("revoked", closed);
    }
}

async fn close(app: &App, since: Timestamp) -> Result<(), Refusal> {
    let revoked = app.store.sign_ins.revoked_since(since).await?;
    if !revoked.is_empty() {
        app.hub.close_sign_ins(&revoked, CloseCode::SignedOut);
    }
    Ok(())
}
