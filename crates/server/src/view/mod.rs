//! What a page or a desk is shown, put together from storage.

mod board;
mod case;
mod chain;
mod escalation;
mod opening;
mod session;

pub(crate) use board::board;
pub(crate) use case::{FORWARD, NEWEST, Reader, case, lane_records, page, read_by};
pub(crate) use chain::{org_at, records};
pub(crate) use escalation::{escalation, escalation_as, open_escalation, open_escalations, paged};
pub(crate) use opening::{left_behind, opening};
pub(crate) use session::{session, session_with_place};
