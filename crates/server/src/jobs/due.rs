//! Deadlines, each second: claims and openings that ran out, clients who left, counselors who are
//! gone.

use std::time::Duration;

use super::{every, note};
use crate::refusal::Refusal;
use crate::state::{App, Shared};

const SECOND: Duration = Duration::from_secs(1);

pub(super) async fn run(app: Shared) {
    every(&app, SECOND, || async { note("due", due(&app).await) }).await;
}

/// Acts on what is due now, and tells everybody whom it concerns.
async fn due(app: &App) -> Result<(), Refusal> {
    let (jobs, now) = (&app.store.jobs, app.now());
    for session in jobs.lapse_openings(now).await? {
        app.session_changed(&session);
    }
    for session in jobs.end_left(now).await? {
        app.session_changed(&session);
    }
    for session in jobs.leave_behind(now).await? {
        app.session_changed(&session);
    }
    for opening in jobs.close_openings(now).await? {
        app.opening_changed(&opening);
    }
    Ok(())
}
