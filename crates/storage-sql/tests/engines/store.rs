//! A store as the service opens it.

use std::time::Duration;

use domain::Times;
use sealing::KeyRing;
use storage_sql::{Engine, Opened, Options};

/// Opens a store as the service does, with a short patience for locks.
pub(crate) async fn open(engine: Engine) -> Opened {
    let options = Options {
        engine,
        ring: KeyRing::new([(1, [1; 32])]).unwrap(),
        times: Times::default(),
        wait: Duration::from_millis(300),
    };
    storage_sql::open(options).await.unwrap()
}
