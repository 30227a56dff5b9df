//! Holds the whole chain against itself, its checkpoints, their signatures, and a point kept
//! elsewhere.

use serde::{Deserialize, Serialize};
use storage::audit::{Fault, Point};
use storage::{Result, Store};

use super::AuditKeys;
use super::export::time_text;

/// Checkpoints read at once.
const PAGE: u32 = 500;

/// How the chain stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The number up to which it holds.
    pub n: u64,
    /// `a_n` there.
    pub a: protocol::Hash,
    /// When that entry was made, UTC.
    pub time: Option<String>,
    /// How many checkpoints stand on it with a good signature.
    pub signed: u64,
    /// The number of the newest of those.
    pub newest: Option<u64>,
    /// What does not hold, in a plain sentence.
    pub fault: Option<String>,
}

/// Verifies everything; `kept` is a point that somebody wrote down earlier.
///
/// # Errors
/// Says that the chain could not be read.
pub(crate) async fn verify(store: &Store, keys: &AuditKeys, kept: Option<Point>) -> Result<Report> {
    let walk = store.audit.walk(Point::START).await?;
    let mut report = Report {
        n: walk.reached.n,
        a: protocol::Hash(*walk.reached.a.as_bytes()),
        time: walk.at.and_then(|at| time_text(at.0)),
        signed: 0,
        newest: None,
        fault: walk.fault.map(sentence),
    };
    signatures(store, keys, &mut report).await?;
    if let (None, Some(kept)) = (&report.fault, kept) {
        let strays = store.audit.walk(kept).await?.fault.is_some();
        report.fault = strays.then(|| {
            let n = kept.n;
            format!("the point kept at number {n} is not on this chain: it was cut or written anew")
        });
    }
    Ok(report)
}

/// Counts the checkpoints up to where the chain holds, and finds the first that is not signed.
async fn signatures(store: &Store, keys: &AuditKeys, report: &mut Report) -> Result<()> {
    loop {
        let page = store.audit.checkpoints(report.newest.unwrap_or(0), PAGE).await?;
        if page.is_empty() {
            return Ok(());
        }
        for checkpoint in page {
            if checkpoint.n > report.n {
                return Ok(());
            }
            if !keys.signed(&checkpoint) {
                let n = checkpoint.n;
                let forged = format!("no key of this service signed the checkpoint at number {n}");
                report.fault.get_or_insert(forged);
                return Ok(());
            }
            report.signed += 1;
            report.newest = Some(checkpoint.n);
        }
    }
}

fn sentence(fault: Fault) -> String {
    match fault {
        Fault::Link(n) => {
            format!("the entry at number {n} was changed, removed, or put there by hand")
        }
        Fault::Head(n) => {
            format!("the chain's end says number {n}, and its newest entries say another")
        }
        Fault::Checkpoint(n) => format!("the checkpoint at number {n} is one of another chain"),
    }
}
