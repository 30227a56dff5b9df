//! Pages, each second: supervisors are called while an escalation waits past its deadline.

use std::time::Duration;

use hub::{Channel, Signal};

use super::{every, note};
use crate::refusal::Refusal;
use crate::state::{App, Shared};

const SECOND: Duration = Duration::from_secs(1);

pub(super) async fn run(app: Shared) {
    every(&app, SECOND, || async { note("pages", page(&app).await) }).await;
}

/// Writes the pages that are due, and hands each to its supervisor. Who is not there gets it at
/// the next hello.
async fn page(app: &App) -> Result<(), Refusal> {
    let here: Vec<_> = app.hub.staff_on(Channel::Supervisors).into_iter().collect();
    for page in app.store.escalations.page_overdue(&here, app.now()).await? {
        app.hub.publish(Channel::Supervisors, Signal::Paged(page));
    }
    Ok(())
}
