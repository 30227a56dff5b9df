//! The transcript hash (`crypto.md` 6): what stands before the first line, and after each.

use crypto::encode::c;
use crypto::hash::h;
use domain::{CaseId, Hash, Lane};

/// `th_0 = H(C("th0",case_id,lane))`.
pub(crate) fn start(case: CaseId, lane: Lane) -> Hash {
    Hash::new(h(&c("th0", &[case.as_bytes(), &[lane.number()]])))
}

/// `th_n = H(C("th",th_{n-1},u64 seq_n,leaf))`.
pub(crate) fn next(before: Hash, seq: u64, leaf: Hash) -> Hash {
    Hash::new(h(&c("th", &[before.as_bytes(), &seq.to_be_bytes(), leaf.as_bytes()])))
}
