//! Records with the boxes of one reader, and the organisation as they name it.

use std::collections::BTreeSet;

use crypto::epoch::{Body, ReaderKind};
use crypto::roster::StaffEntry;
use crypto::sign::{kid_kem, kid_sig};
use protocol::{Blob, OrgAt, RecordView};
use storage::StorageError;
use storage::records::{PlacedBox, StoredRecord};

use crate::org_cache::OrgNow;
use crate::refusal::Refusal;

/// Records of one lane, each with those of these boxes that belong to it.
pub(crate) fn records(stored: &[StoredRecord], boxes: &[PlacedBox]) -> Vec<RecordView> {
    let view = |record: &StoredRecord| RecordView {
        body: Blob(record.body.clone()),
        sig: Blob(record.sig.to_vec()),
        boxes: boxes
            .iter()
            .filter(|placed| (placed.lane, placed.epoch) == (record.lane, record.epoch))
            .map(|placed| Blob(placed.sealed.bytes.clone()))
            .collect(),
    };
    stored.iter().map(view).collect()
}

/// The rosters that the records name, with the entries of the people in these records alone.
pub(crate) fn org_at<'a>(
    org: &OrgNow,
    stored: impl IntoIterator<Item = &'a StoredRecord>,
) -> Result<OrgAt, Refusal> {
    let mut versions = BTreeSet::new();
    let mut entries = BTreeSet::new();
    for record in stored {
        let body = Body::parse(&record.body).map_err(|_| StorageError::Sealed)?;
        versions.insert(body.roster_version);
        let roster = org.roster(body.roster_version).ok_or(StorageError::Sealed)?;
        let named = roster.entries.iter().filter(|(entry, _)| names(&body, entry));
        entries.extend(named.map(|(entry, bytes)| (entry.staff_id, bytes.clone())));
    }
    let rosters: Vec<_> = versions.iter().filter_map(|version| org.roster(*version)).collect();
    let keys: BTreeSet<_> = rosters.iter().map(|at| at.roster.orgkeys_version).collect();
    let orgkeys = org.orgkeys.iter().filter(|at| keys.contains(&at.keys.version));
    Ok(OrgAt {
        rosters: rosters.iter().map(|at| at.statement.clone()).collect(),
        orgkeys: orgkeys.map(|at| at.statement.clone()).collect(),
        entries: entries.into_iter().map(|(_, bytes)| bytes).collect(),
    })
}

fn names(body: &Body, entry: &StaffEntry) -> bool {
    let kem = kid_kem(&entry.kem_pk);
    body.creator == kid_sig(&entry.sig_pk)
        || body.of_kind(ReaderKind::Staff).any(|reader| reader.kid == kem)
}
