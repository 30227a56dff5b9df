//! Staff without faces: the real router on SQLite, and members of staff who speak to it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]
#![expect(clippy::panic, reason = "a test that cannot go on says where")]
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on says where")]

mod audit;
mod enrolment;
mod organisation;
mod rosters;
mod sign_in;
#[expect(dead_code, reason = "the stories of the talk start again on the same folder")]
mod teduh;
mod tokens;
mod vault;
