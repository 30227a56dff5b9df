//! What is checked before a statement is published; `crypto` has the rules of the signatures.

pub(crate) mod group;
pub(crate) mod orgkeys;
pub(crate) mod renewal;
pub(crate) mod roster;

use std::time::Duration;

use domain::Timestamp;
use protocol::ErrorCode;

use crate::refusal::Refusal;

/// How far ahead of the server's clock a statement may be dated.
const CLOCKS_DIFFER: Duration = Duration::from_hours(1);

/// Why a well-signed statement does not fit what the server knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    /// No enrolment has this person with these keys and, when new, these roles.
    #[error("P1: nobody enrolled like this")]
    P1NotEnrolled,
    /// Two people with one id, number or key.
    #[error("P2: two people share an id, a number or a key")]
    P2Shared,
    /// No record of this generation was posted, or it has another key.
    #[error("P3: a generation without its record")]
    P3NoRecord,
    /// The record of a generation is not by an active supervisor.
    #[error("P4: a generation that no supervisor signed")]
    P4NotSupervisor,
    /// Somebody who must hold a half has no box of it.
    #[error("P5: a box is missing")]
    P5BoxMissing,
    /// Nobody could open a case in danger any more.
    #[error("P6: no supervisor would hold the escalation half")]
    P6NobodyHolds,
    /// Dated more than an hour ahead of the server's clock.
    #[error("P7: dated ahead")]
    P7Ahead,
    /// Another root than the first that was loaded.
    #[error("P8: another root")]
    P8Root,
    /// Without a roster key, or with another OPAQUE key than the server's.
    #[error("P9: not the keys of this service")]
    P9Keys,
    /// A box for somebody who may not hold the half, twice for one, or of another form.
    #[error("P10: a box that may not be")]
    P10Box,
}

impl From<Unfit> for Refusal {
    fn from(unfit: Unfit) -> Self {
        Self::by_rule(ErrorCode::StatementRefused, &unfit)
    }
}

/// Refuses what is dated ahead; clocks may differ by an hour.
fn not_ahead(issued: u64, now: Timestamp) -> Result<(), Refusal> {
    let latest = u64::try_from(now.plus(CLOCKS_DIFFER).0).unwrap_or(0);
    if issued <= latest { Ok(()) } else { Err(Unfit::P7Ahead.into()) }
}
