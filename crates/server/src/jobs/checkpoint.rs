//! Signs the audit's end, hourly and at start, where it goes on from what was signed last.

use std::sync::Mutex;
use std::time::Duration;

use storage::audit::{Checkpoint, Point};

use super::{every, note};
use crate::audit::AuditKeys;
use crate::refusal::Refusal;
use crate::state::{App, Shared};

const HOUR: Duration = Duration::from_hours(1);

pub(super) async fn run(app: Shared) {
    let signer = Signer::new(&app);
    every(&app, HOUR, || async { note("checkpoint", signer.turn(&app).await.map(drop)) }).await;
}

/// Signs what extends the last signed point. Several nodes may each do so: two signatures over one
/// chain do no harm.
struct Signer {
    keys: AuditKeys,
    /// What this process signed or met last: the database may not fall behind it.
    last: Mutex<Option<Checkpoint>>,
}

/// What came of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// The end was signed.
    Signed,
    /// Nothing was added since.
    Still,
    /// The chain does not go on from what was signed: nothing is signed any more.
    Refused,
}

impl Signer {
    fn new(app: &App) -> Self {
        Self { keys: AuditKeys::of(&app.secrets), last: Mutex::default() }
    }

    async fn turn(&self, app: &App) -> Result<Turn, Refusal> {
        let audit = &app.store.audit;
        let stored = audit.checkpoint().await?;
        let known = self.known();
        let fell = known.as_ref().is_some_and(|known| {
            stored.as_ref().is_none_or(|stored| {
                stored.n < known.n || (stored.n == known.n && stored.a != known.a)
            })
        });
        if fell {
            tracing::error!("signed checkpoints of the audit are gone: no new one is signed");
            return Ok(Turn::Refused);
        }
        if let Some(forged) = stored.as_ref().filter(|stored| !self.keys.signed(stored)) {
            let n = forged.n;
            tracing::error!(n, "a checkpoint of the audit is not ours: no new one is signed");
            return Ok(Turn::Refused);
        }
        // From what this process knows, so that nothing between was exchanged either.
        let from = known.or_else(|| stored.clone()).map_or(Point::START, |last| last.point());
        let walk = audit.walk(from).await?;
        if let Some(fault) = walk.fault {
            tracing::error!(?fault, "the audit chain was tampered with: it is not signed any more");
            return Ok(Turn::Refused);
        }
        if stored.as_ref().is_some_and(|stored| stored.n == walk.reached.n) || walk.reached.n == 0 {
            self.keep(stored);
            return Ok(Turn::Still);
        }
        let Some(signed) = self.keys.sign(walk.reached) else { return Ok(Turn::Still) };
        audit.put_checkpoint(signed.clone()).await?;
        self.keep(Some(signed));
        Ok(Turn::Signed)
    }

    fn known(&self) -> Option<Checkpoint> {
        self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn keep(&self, last: Option<Checkpoint>) {
        *self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = last;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use domain::audit::{Actor, Entry, Event};

    use super::*;
    use crate::clock::System;
    use crate::secrets::Secrets;
    use crate::service::Service;
    use crate::settings::Settings;

    async fn open(folder: &Path, secrets: &Secrets) -> Service {
        let settings = Settings::default();
        let (clock, random) = (Arc::new(System), Arc::new(System));
        Service::open(folder, settings, secrets.clone(), clock, random).await.unwrap()
    }

    async fn add(app: &App) {
        let at = app.now();
        let (actor, event) = (Actor::Service, Event::CaseShredded);
        let entry = Entry { at, actor, event, case: None, staff: None, detail: None };
        app.store.audit.append(entry).await.unwrap();
    }

    #[tokio::test]
    async fn what_goes_on_is_signed_once() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::draw().unwrap();
        let service = open(folder.path(), &secrets).await;
        let app = &service.app;
        let signer = Signer::new(app);
        assert_eq!(signer.turn(app).await.unwrap(), Turn::Still, "an empty chain");
        add(app).await;
        assert_eq!(signer.turn(app).await.unwrap(), Turn::Signed);
        assert_eq!(signer.turn(app).await.unwrap(), Turn::Still);
        let other = Signer::new(app);
        assert_eq!(other.turn(app).await.unwrap(), Turn::Still, "another node");
        add(app).await;
        assert_eq!(other.turn(app).await.unwrap(), Turn::Signed);
        assert_eq!(signer.turn(app).await.unwrap(), Turn::Still, "the other node was quicker");
        let newest = app.store.audit.checkpoint().await.unwrap().unwrap();
        assert_eq!(newest.n, 2);
        assert!(AuditKeys::of(&secrets).signed(&newest));
        service.close().await;

        let rotated = Secrets {
            audit: [Secrets::draw().unwrap().audit, secrets.audit.clone()].concat(),
            ..secrets
        };
        let service = open(folder.path(), &rotated).await;
        add(&service.app).await;
        let signer = Signer::new(&service.app);
        assert_eq!(signer.turn(&service.app).await.unwrap(), Turn::Signed, "by the next key");
        service.close().await;
    }

    #[tokio::test]
    async fn a_checkpoint_that_is_not_ours_is_not_gone_on_from() {
        let folder = tempfile::tempdir().unwrap();
        let service = open(folder.path(), &Secrets::draw().unwrap()).await;
        let app = &service.app;
        add(app).await;
        let (n, a) = app.store.audit.head().await.unwrap();
        let others = AuditKeys::of(&Secrets::draw().unwrap()).sign(Point { n, a }).unwrap();
        app.store.audit.put_checkpoint(others).await.unwrap();
        add(app).await;
        assert_eq!(Signer::new(app).turn(app).await.unwrap(), Turn::Refused);
        service.close().await;
    }

    #[tokio::test]
    async fn signed_points_that_are_gone_stop_the_signing() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::draw().unwrap();
        let service = open(folder.path(), &secrets).await;
        add(&service.app).await;
        let signer = Signer::new(&service.app);
        assert_eq!(signer.turn(&service.app).await.unwrap(), Turn::Signed);
        service.close().await;
        // Another database under the same process: an older copy was put in place.
        let older = tempfile::tempdir().unwrap();
        let service = open(older.path(), &secrets).await;
        add(&service.app).await;
        assert_eq!(signer.turn(&service.app).await.unwrap(), Turn::Refused);
        assert_eq!(service.app.store.audit.checkpoint().await.unwrap(), None);
        service.close().await;
    }
}
