//! Between the wire's types and those of the domain and of `crypto`.

use crypto::statement::Statement;
use domain::Roles;
use domain::staff::{GroupKind, Role};
use protocol::{Blob, ErrorCode, Kid};

use crate::refusal::Refusal;

/// Roles as the wire names them, in one order.
pub(crate) fn roles(roles: Roles) -> Vec<protocol::Role> {
    let all = [
        (Role::Counselor, protocol::Role::Counselor),
        (Role::Supervisor, protocol::Role::Supervisor),
        (Role::Admin, protocol::Role::Admin),
    ];
    all.into_iter().filter(|(role, _)| roles.has(*role)).map(|(_, role)| role).collect()
}

/// The set of roles that the wire names.
pub(crate) fn roles_from(roles: &[protocol::Role]) -> Roles {
    let role = |role: &protocol::Role| match role {
        protocol::Role::Counselor => Role::Counselor,
        protocol::Role::Supervisor => Role::Supervisor,
        protocol::Role::Admin => Role::Admin,
    };
    roles.iter().map(role).collect()
}

/// The set of roles that a roster's entry names.
pub(crate) fn roles_of_entry(roles: &[crypto::roster::Role]) -> Roles {
    let role = |role: &crypto::roster::Role| match role {
        crypto::roster::Role::Counselor => Role::Counselor,
        crypto::roster::Role::Supervisor => Role::Supervisor,
        crypto::roster::Role::Admin => Role::Admin,
    };
    roles.iter().map(role).collect()
}

/// A group as the domain names it.
pub(crate) fn group(kind: protocol::GroupKind) -> GroupKind {
    match kind {
        protocol::GroupKind::Team => GroupKind::Team,
        protocol::GroupKind::Escalation => GroupKind::Escalation,
    }
}

/// A group as the wire names it.
pub(crate) fn group_on_wire(kind: GroupKind) -> protocol::GroupKind {
    match kind {
        GroupKind::Team => protocol::GroupKind::Team,
        GroupKind::Escalation => protocol::GroupKind::Escalation,
    }
}

/// A group of a roster or record as the domain names it.
pub(crate) fn group_of_record(kind: crypto::roster::GroupKind) -> GroupKind {
    match kind {
        crypto::roster::GroupKind::Team => GroupKind::Team,
        crypto::roster::GroupKind::Escalation => GroupKind::Escalation,
    }
}

/// A statement to verify.
///
/// # Errors
/// `bad_frame` when the signature has another length.
pub(crate) fn statement(statement: &protocol::Statement) -> Result<Statement, Refusal> {
    let protocol::Statement { p: Blob(payload), kid: Kid(kid), sig } = statement;
    Ok(Statement { payload: payload.clone(), kid: *kid, sig: fixed(sig)? })
}

/// Bytes of a length that the type does not say.
///
/// # Errors
/// `bad_frame` for another length.
pub(crate) fn fixed<const N: usize>(blob: &Blob) -> Result<[u8; N], Refusal> {
    blob.0.as_slice().try_into().map_err(|_| ErrorCode::BadFrame.into())
}
