//! From the wire's types to those of the crypto crate, and back.

use crypto::statement::Statement;
use crypto::{kem, roster};
use protocol::{Blob, GroupBox, GroupKind, Kid, Role};

use crate::{Error, Result};

pub(crate) fn statement(wire: &protocol::Statement) -> Result<Statement> {
    Ok(Statement { payload: wire.p.0.clone(), kid: wire.kid.0, sig: fixed(&wire.sig)? })
}

pub(crate) fn to_wire(statement: &Statement) -> protocol::Statement {
    protocol::Statement {
        p: Blob(statement.payload.clone()),
        kid: Kid(statement.kid),
        sig: Blob(statement.sig.to_vec()),
    }
}

pub(crate) fn role(role: Role) -> roster::Role {
    match role {
        Role::Counselor => roster::Role::Counselor,
        Role::Supervisor => roster::Role::Supervisor,
        Role::Admin => roster::Role::Admin,
    }
}

pub(crate) fn kind(kind: GroupKind) -> roster::GroupKind {
    match kind {
        GroupKind::Team => roster::GroupKind::Team,
        GroupKind::Escalation => roster::GroupKind::Escalation,
    }
}

pub(crate) fn kind_to_wire(kind: roster::GroupKind) -> GroupKind {
    match kind {
        roster::GroupKind::Team => GroupKind::Team,
        roster::GroupKind::Escalation => GroupKind::Escalation,
    }
}

pub(crate) fn sealed(group_box: &GroupBox) -> Result<kem::Sealed> {
    Ok(kem::Sealed { enc: fixed(&group_box.enc)?, ct: group_box.ct.0.clone() })
}

/// Bytes whose length the protocol fixes.
pub(crate) fn fixed<const N: usize>(blob: &Blob) -> Result<[u8; N]> {
    let bytes = blob.0.as_slice();
    bytes.try_into().map_err(|_| Error::Alarm(format!("{} bytes instead of {N}", bytes.len())))
}
