//! `renew`: the roster still holds, by a roster key or a supervisor in it.

use crypto::roster::Renewal;
use domain::Timestamp;
use protocol::{ErrorCode, Statement};

use crate::org_cache::OrgNow;
use crate::org_wire;
use crate::refusal::Refusal;

/// Checks a renewal of the newest roster.
///
/// # Errors
/// `not_ready` without a roster; `statement_refused` with the rule.
pub(crate) fn check(renewal: &Statement, org: &OrgNow, now: Timestamp) -> Result<Renewal, Refusal> {
    let statement = org_wire::statement(renewal)?;
    let roster = org.known.newest().ok_or(ErrorCode::NotReady)?;
    let at = org.newest_roster().ok_or(ErrorCode::NotReady)?;
    let keys = org.newest_orgkeys().ok_or(ErrorCode::NotReady)?;
    let hash = org_wire::statement(&at.statement)?.hash();
    let renewal = Renewal::verify(&statement, roster, &hash, &keys.keys.roster_keys)
        .map_err(|error| Refusal::by_rule(ErrorCode::StatementRefused, &error))?;
    super::not_ahead(renewal.issued, now)?;
    Ok(renewal)
}
