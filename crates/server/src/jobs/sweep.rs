//! What time takes away: idle tokens each minute, and nightly what is kept no longer.

use std::sync::atomic::{AtomicI64, Ordering};
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
    let nightly = Nightly::default();
    every(&app, MINUTE, || async {
        note("expire", expire(&app).await);
        note("sweep", nightly.turn(&app).await.map(drop));
    })
    .await;
}

/// Sweeps once a night. A service that is restarted each day still sweeps: its first turn does.
struct Nightly {
    /// The night that was swept last.
    swept: AtomicI64,
}

impl Default for Nightly {
    fn default() -> Self {
        Self { swept: AtomicI64::new(i64::MIN) }
    }
}

impl Nightly {
    /// Sweeps if this night was not swept yet; gives whether it did.
    async fn turn(&self, app: &App) -> Result<bool, Refusal> {
        let night = night(app.now());
        if self.swept.load(Ordering::Relaxed) == night {
            return Ok(false);
        }
        sweep(app).await?;
        self.swept.store(night, Ordering::Relaxed);
        Ok(true)
    }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::{Clock, System};
    use crate::secrets::Secrets;
    use crate::service::Service;
    use crate::settings::Settings;

    struct Turned(AtomicI64);

    impl Clock for Turned {
        fn now(&self) -> Timestamp {
            Timestamp(self.0.load(Ordering::SeqCst))
        }
    }

    /// Milliseconds of a day and a minute of it, UTC.
    const fn utc(day: i64, hour: i64, minute: i64) -> i64 {
        day * DAY_MS + (hour * 60 + minute) * 60_000
    }

    #[tokio::test]
    async fn once_a_night_and_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Turned(AtomicI64::new(utc(20_000, 10, 0))));
        let (settings, secrets) = (Settings::default(), Secrets::draw().unwrap());
        let (times, random) = (clock.clone(), Arc::new(System));
        let service = Service::open(folder.path(), settings, secrets, times, random).await.unwrap();
        let turn = async |nightly: &Nightly, at| {
            clock.0.store(at, Ordering::SeqCst);
            nightly.turn(&service.app).await.unwrap()
        };
        let running = Nightly::default();
        assert!(turn(&running, utc(20_000, 10, 0)).await, "a service that starts by day");
        assert!(!turn(&running, utc(20_000, 18, 59)).await);
        assert!(turn(&running, utc(20_000, 19, 0)).await, "two at night in Jakarta");
        assert!(!turn(&running, utc(20_000, 19, 1)).await);
        assert!(!turn(&running, utc(20_001, 18, 59)).await);
        assert!(turn(&running, utc(20_003, 4, 0)).await, "the machine slept through two nights");
        assert!(!turn(&running, utc(20_003, 4, 1)).await);
        assert!(turn(&Nightly::default(), utc(20_003, 4, 2)).await, "started again");
        service.close().await;
    }
}
