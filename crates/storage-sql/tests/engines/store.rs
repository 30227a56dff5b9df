//! A store as the service opens it.

use std::time::Duration;

use domain::Times;
use sealing::KeyRing;
use storage_sql::{Engine, Opened, Options};

/// The short patience for locks of most tests.
pub(crate) const WAIT: Duration = Duration::from_millis(300);

/// Opens a store as the service does.
pub(crate) async fn open(engine: Engine, wait: Duration) -> Opened {
    let options = Options {
        engine,
        ring: KeyRing::new([(1, [1; 32])]).unwrap(),
        times: Times::default(),
        wait,
    };
    storage_sql::open(options).await.unwrap()
}
