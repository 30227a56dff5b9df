//! The talk without faces: the real router on SQLite, raw sockets, and actors where they help.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]
#![expect(clippy::panic, reason = "a test that cannot go on says where")]

mod before_the_roster;
mod entitlement;
mod escalations;
mod frames;
mod house;
mod limits;
mod lost_sockets;
mod nightly;
mod once_and_in_order;
mod openings;
#[path = "../staff/teduh.rs"]
#[expect(dead_code, reason = "shared with the stories of staff")]
mod teduh;
