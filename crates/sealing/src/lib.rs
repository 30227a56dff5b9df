//! The at-rest layer: sealed rows and shred keys.
