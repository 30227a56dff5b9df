//! The write-ahead log of a night.

use domain::Timestamp;
use domain::retention::Retention;
use storage::StorageError;
use storage::contract::Engine as _;

use crate::sqlite::Files;

#[tokio::test]
async fn a_log_that_somebody_still_reads_is_not_emptied() {
    let file = Files.fixture().await;
    let jobs = file.store().jobs;
    let night = async || jobs.sweep(&Retention::default(), Timestamp(0)).await;
    let guard = file.lock().await;
    assert!(matches!(night().await, Err(StorageError::Busy)));
    drop(guard);
    assert!(night().await.is_ok());
    file.close().await;
}
