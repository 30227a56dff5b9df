//! Stories of client, counselor and supervisor, each on both engines.

mod audit;
mod bad_frames;
mod bad_messages;
mod bad_records;
mod bad_tokens;
mod claim;
mod counselor_signs_out;
mod ending;
mod escalation;
mod escalation_refusals;
mod faults;
mod kill;
mod kill_coming;
mod kill_left_behind;
mod kill_opening;
mod killing;
mod leak;
mod markers;
mod opening_refusals;
mod openings;
mod paging;
mod resume;
mod return_and_reopen;
mod scene;
mod talk;
mod watch;
