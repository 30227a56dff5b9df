//! `orgkeys`: signed by the one root that was loaded first.

use crypto::statement::OrgKeys;
use domain::Hash;
use protocol::{ErrorCode, OrgKeysPut};
use storage::org::Statement;

use super::Unfit;
use crate::org_cache::OrgNow;
use crate::org_wire;
use crate::refusal::Refusal;

/// Checks organisation keys; gives what is to be stored.
///
/// # Errors
/// `statement_refused` with the rule; `conflict` for a version that stands.
pub(crate) fn check(
    put: &OrgKeysPut,
    org_id: &crypto::Id,
    opaque_pk: &crypto::PublicKey,
    org: &OrgNow,
) -> Result<Statement, Refusal> {
    let statement = org_wire::statement(&put.orgkeys)?;
    let by_rule = |error| Refusal::by_rule(ErrorCode::StatementRefused, &error);
    let keys: OrgKeys = statement.verify(&put.root_pk.0, org_id).map_err(by_rule)?;
    match org.orgkeys.iter().find(|at| at.keys.version == keys.version) {
        // The same again, after a lost answer.
        Some(at) if at.statement == put.orgkeys && at.root_pk == put.root_pk => {}
        Some(_) => return Err(ErrorCode::Conflict.into()),
        None => follows(&keys, put, org)?,
    }
    if keys.roster_keys.is_empty() || keys.code_params.is_empty() || keys.opaque_pk != *opaque_pk {
        return Err(Unfit::P9Keys.into());
    }
    let bytes = serde_json::to_vec(put).map_err(|error| Refusal::internal(&error))?;
    Ok(Statement { version: keys.version, hash: Hash::new(statement.hash()), bytes })
}

fn follows(keys: &OrgKeys, put: &OrgKeysPut, org: &OrgNow) -> Result<(), Refusal> {
    let by_rule = |error| Refusal::by_rule(ErrorCode::StatementRefused, &error);
    match org.newest_orgkeys() {
        Some(newest) if newest.root_pk != put.root_pk => Err(Unfit::P8Root.into()),
        Some(newest) => keys.follows(&newest.keys).map_err(by_rule),
        None if keys.version == 1 => Ok(()),
        None => Err(by_rule(crypto::statement::StatementError::S5Version)),
    }
}
