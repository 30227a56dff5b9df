//! The audit chain: `a_n = H(C("audit", a_{n-1}, u64 n, H(entry)))`, `a_0` zeros; its entries and
//! its signed checkpoints.

use crate::encode::{Len, c, fixed, parse};
use crate::hash::h;
use crate::{Hash, Id};

/// The value before the first entry.
pub const START: Hash = [0; 32];

/// The value after entry `n` (counted from 1).
pub fn next(previous: &Hash, n: u64, entry: &[u8]) -> Hash {
    h(&c("audit", &[previous, &n.to_be_bytes(), &h(entry)]))
}

/// What a checkpoint signs: `C("sig/checkpoint", org_id, u64 n, a_n)`.
pub fn checkpoint(org: &Id, n: u64, a: &Hash) -> Vec<u8> {
    c("sig/checkpoint", &[org, &n.to_be_bytes(), a])
}

/// An entry as it is written: codes and ids, so that one of a newer version is read too.
///
/// `C("srv/audit", i64 at, actor kind, actor, event, case, staff)` and, where there is one, a
/// seventh field with the detail's code; an empty case or staff is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written<'a> {
    /// When, ms since 1970.
    pub at: i64,
    /// `client`, `staff`, `cli` or `service`.
    pub kind: &'a str,
    /// A member of staff's id or an account's name; empty for the others.
    pub actor: &'a [u8],
    /// What, as a code.
    pub event: &'a str,
    /// The case it was done to.
    pub case: Option<Id>,
    /// The member of staff it was done to.
    pub staff: Option<Id>,
    /// What more there is to say, as a code.
    pub detail: Option<&'a str>,
}

const LABEL: &str = "srv/audit";

impl<'a> Written<'a> {
    /// The bytes that the chain holds.
    pub fn write(&self) -> Vec<u8> {
        let at = self.at.to_be_bytes();
        let fields: [&[u8]; 6] = [
            &at,
            self.kind.as_bytes(),
            self.actor,
            self.event.as_bytes(),
            self.case.as_ref().map_or(&[][..], |case| case),
            self.staff.as_ref().map_or(&[][..], |staff| staff),
        ];
        match self.detail {
            Some(detail) => c(LABEL, &[&fields[..], &[detail.as_bytes()]].concat()),
            // Without a detail an entry is as it was before there were any.
            None => c(LABEL, &fields),
        }
    }

    /// Reads the bytes again; none when nothing of ours wrote them.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let id = Len::IsOrEmpty(16);
        let plain = [Len::Is(8), Len::Any, Len::Any, Len::Any, id, id];
        let detailed = [Len::Is(8), Len::Any, Len::Any, Len::Any, id, id, Len::Any];
        let ([at, kind, actor, event, case, staff], detail) =
            if let Ok(fields) = parse(LABEL, plain, bytes) {
                (fields, None)
            } else {
                let [at, kind, actor, event, case, staff, detail] =
                    parse(LABEL, detailed, bytes).ok()?;
                ([at, kind, actor, event, case, staff], Some(detail))
            };
        Some(Self {
            at: i64::from_be_bytes(fixed(at).ok()?),
            kind: std::str::from_utf8(kind).ok()?,
            actor,
            event: std::str::from_utf8(event).ok()?,
            case: case.try_into().ok(),
            staff: staff.try_into().ok(),
            detail: detail.map(std::str::from_utf8).transpose().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: Written<'_> = Written {
        at: 1_780_000_000_000,
        kind: "staff",
        actor: &[7; 16],
        event: "escalation_raised",
        case: Some([1; 16]),
        staff: None,
        detail: Some("level.3"),
    };

    #[test]
    fn what_is_written_is_read_and_nothing_else_is() {
        let plain = Written { detail: None, case: None, ..ENTRY };
        for entry in [ENTRY, plain, Written { event: "of_a_newer_version", ..ENTRY }] {
            let bytes = entry.write();
            assert_eq!(Written::read(&bytes), Some(entry));
            assert_eq!(Written::read(&bytes[..bytes.len() - 1]), None);
            assert_eq!(Written::read(&[&bytes[..], &[0]].concat()), None);
        }
        assert_eq!(Written::read(b""), None);
    }
}
