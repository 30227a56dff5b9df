//! A log with group commit: what has queued is appended and forced to the disk at once.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// So many wait, and so many are committed together at most.
const QUEUE: usize = 256;

/// The way to the one thread that writes.
#[derive(Clone)]
pub(super) struct Log(mpsc::Sender<Entry>);

struct Entry {
    text: Utf8Bytes,
    stored: oneshot::Sender<()>,
}

impl Log {
    /// Makes the file and starts its writer.
    pub(super) fn create(path: &Path) -> Result<Self> {
        let file = File::create_new(path)?;
        let (sender, queue) = mpsc::channel(QUEUE);
        std::thread::spawn(move || write(file, queue));
        Ok(Self(sender))
    }

    /// Appends; returns when it is on the disk.
    pub(super) async fn append(&self, text: Utf8Bytes) -> Result<()> {
        let (stored, is_stored) = oneshot::channel();
        self.0.send(Entry { text, stored }).await.ok().context("the log has ended")?;
        is_stored.await.context("the log was not written")
    }
}

/// Ends with the last sender, or at the first write that fails: then nobody is acknowledged.
fn write(mut file: File, mut queue: mpsc::Receiver<Entry>) -> std::io::Result<()> {
    let mut batch = Vec::new();
    while queue.blocking_recv_many(&mut batch, QUEUE) > 0 {
        let lines: Vec<u8> = batch
            .iter()
            .flat_map(|entry: &Entry| [entry.text.as_bytes(), b"\n"].concat())
            .collect();
        file.write_all(&lines)?;
        file.sync_data()?;
        for entry in batch.drain(..) {
            // Who left meanwhile needs no answer.
            let _ = entry.stored.send(());
        }
    }
    Ok(())
}
