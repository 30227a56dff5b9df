//! Stories of client and counselor, each on both engines.

mod claim;
mod ending;
mod markers;
mod resume;
mod return_and_reopen;
mod talk;
