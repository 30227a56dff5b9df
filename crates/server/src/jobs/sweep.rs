//! What time takes away: idle tokens each minute, and nightly what is kept no longer.

use std::time::Duration;

use domain::Timestamp;

use super::{every, note};
use crate::refusal::Refusal;
use crate::state::{App, Shared};

const MINUTE: Duration = Duration::from_mins(1);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// 19:00 UTC is two at night in Jakarta.
const NIGHT_MS: i64 = 19 * 60 * 60 * 1000;

pub(super) async fn run(app: Shared) {
    // A service that is restarted each day still sweeps: the first turn does.
    let swept = std::sync::atomic::AtomicI64::new(i64::MIN);
    every(&app, MINUTE, || async {
        note("expire", expire(&app).await);
        let night = night(app.now());
        if swept.load(std::sync::atomic::Ordering::Relaxed) != night {
            let done = sweep(&app).await;
            if done.is_ok() {
                swept.store(night, std::sync::atomic::Ordering::Relaxed);
            }
            note("sweep", done);
        }
    })
    .await;
}

/// The number of the night that began last.
const fn night(now: Timestamp) -> i64 {
    (now.0 - NIGHT_MS).div_euclid(DAY_MS)
}

async fn expire(app: &App) -> Result<(), Refusal> {
    Ok(app.store.jobs.expire(app.now()).await?)
}

async fn sweep(app: &App) -> Result<(), Refusal> {
    let swept = app.store.jobs.sweep(&app.settings.keep.rules(), app.now()).await?;
    let storage::jobs::Swept { chats, notes, cases, orphans } = swept;
    tracing::info!(chats, notes, cases, orphans, "swept");
    Ok(())
}
