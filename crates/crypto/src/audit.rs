//! The audit chain: `a_n = H(C("audit", a_{n-1}, u64 n, H(entry)))`, `a_0` zeros.

use crate::Hash;
use crate::encode::c;
use crate::hash::h;

/// The value before the first entry.
pub const START: Hash = [0; 32];

/// The value after entry `n` (counted from 1).
pub fn next(previous: &Hash, n: u64, entry: &[u8]) -> Hash {
    h(&c("audit", &[previous, &n.to_be_bytes(), &h(entry)]))
}
