use super::boxes::{EpochKey, Reader, reader_box};
use super::record::{Body, CreatorKind, NamedReader, Record};
use super::{EpochError, LaneKind, Reason};
use crate::case_id::CaseKeys;
use crate::sign::SigningKey;
use crate::{Hash, Secret};

/// What goes into a new record.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// The case.
    pub case: &'a CaseKeys,
    /// The lane.
    pub lane: LaneKind,
    /// The epoch.
    pub epoch: u32,
    /// `H(previous body)`, zeros for epoch 0.
    pub prev: Hash,
    /// Who makes it.
    pub creator_kind: CreatorKind,
    /// Why.
    pub reason: Reason,
    /// The roster that it names.
    pub roster_version: u64,
    /// Its readers, in any order; [`super::Lane::readers_for`] gives those of a reason.
    pub readers: Vec<Reader>,
    /// The key of the epoch before; leave it out only where the back link may be empty.
    pub before: Option<&'a EpochKey>,
}

/// Makes a record with all its boxes. `secret` is drawn afresh at every attempt, also a repeated one.
pub fn build(
    draft: &Draft<'_>,
    creator: &SigningKey,
    secret: Secret<32>,
) -> Result<(Record, EpochKey), EpochError> {
    let case = draft.case;
    let key = EpochKey::new(case.org_id, case.case_id, draft.lane, draft.epoch, secret);
    let mut boxes = draft
        .readers
        .iter()
        .map(|reader| reader_box(&key, reader))
        .collect::<Result<Vec<_>, _>>()?;
    boxes.sort_by_key(|row| (row.kind, row.kid));
    let named = boxes
        .iter()
        .map(|row| NamedReader { kind: row.kind, kid: row.kid, box_hash: row.hash() })
        .collect();
    let body = Body {
        org_id: case.org_id,
        case_id: case.case_id,
        lane: draft.lane,
        epoch: draft.epoch,
        prev: draft.prev,
        creator_kind: draft.creator_kind,
        creator: creator.kid(),
        reason: draft.reason,
        roster_version: draft.roster_version,
        kc: key.commitment(),
        back: draft.before.map(|before| key.seal_back(&draft.prev, before)).unwrap_or_default(),
        readers: named,
    };
    Ok((Record::sign(creator, body.to_bytes(), boxes), key))
}
