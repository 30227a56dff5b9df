//! The client and the staff member in Rust: what a browser does, without a face.
