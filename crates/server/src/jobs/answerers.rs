//! Who answers for an escalation and is gone, each second: it is raised anew, for those who are here.

use std::collections::HashMap;
use std::time::Duration;

use domain::{StaffId, Timestamp};
use hub::Channel;
use tokio::sync::Mutex;

use super::{every, note};
use crate::refusal::Refusal;
use crate::state::{App, Shared};

const SECOND: Duration = Duration::from_secs(1);

/// Since when each is away. A start counts from itself on: nobody is connected yet.
type Away = HashMap<StaffId, Timestamp>;

pub(super) async fn run(app: Shared) {
    let away = Mutex::new(Away::new());
    every(&app, SECOND, || async { note("answerers", look(&app, &away).await) }).await;
}

async fn look(app: &App, away: &Mutex<Away>) -> Result<(), Refusal> {
    let (mut away, now) = (away.lock().await, app.now());
    let answered = app.store.escalations.answered().await?;
    let here = app.hub.staff_on(Channel::Supervisors);
    away.retain(|staff, _| !here.contains(staff) && answered.iter().any(|(_, by)| by == staff));
    let grace = app.settings.times.rules().counselor_gone;
    for (escalation, by) in answered.into_iter().filter(|(_, by)| !here.contains(by)) {
        if away.entry(by).or_insert(now).plus(grace) > now {
            continue;
        }
        let vacated = app.store.escalations.vacate(escalation, by, now).await?;
        if vacated.fresh {
            app.escalation_changed(&vacated.escalation);
        }
    }
    Ok(())
}
