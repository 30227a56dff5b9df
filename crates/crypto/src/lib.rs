//! The dvc1 protocol: what both sides compute, without I/O.
