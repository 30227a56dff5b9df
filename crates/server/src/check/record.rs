//! A new record, held against the chain it continues and the rosters it names.

use crypto::case_id::CaseKeys;
use crypto::epoch::{
    Accepted, Body, BoxRow, EpochError, Lane as Walked, LaneKind, Posting, ReaderKind, Reason,
    Record,
};
use domain::record::{self, Reader, ReaderType, RecordHead};
use domain::{Case, Hash, Kid, Lane, OrgId, StaffId};
use protocol::{ErrorCode, NewEpoch};
use storage::records::{EpochBox, NewRecord, StoredRecord};
use storage::{StorageError, Store};

use crate::org_cache::OrgNow;
use crate::refusal::Refusal;
use crate::state::App;

/// One lane with everything that its next record is judged by.
pub(crate) struct Chain<'a> {
    org: &'a OrgNow,
    lane: Lane,
    walked: Walked,
}

/// Who posts a record, and for which deed.
pub(crate) struct Post<'a> {
    /// The record.
    pub(crate) epoch: &'a NewEpoch,
    /// The reasons that the command may give.
    pub(crate) reasons: &'a [Reason],
    /// The member of staff who posts it, else the client.
    pub(crate) by: Option<StaffId>,
    /// For lane 2: lane 1 after its own record of the same command.
    pub(crate) lane_1: Option<&'a Chain<'a>>,
    /// What the table asks of the case beside its records.
    pub(crate) standing: Standing,
}

/// What only storage knows of a case.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Standing {
    /// Whether who posts has a live opening of it that lets more than read.
    pub(crate) opened: bool,
    /// Who is assigned now.
    pub(crate) assigned: Option<StaffId>,
}

impl<'a> Chain<'a> {
    /// An empty lane of a case that does not exist yet.
    pub(crate) fn empty(org: &'a OrgNow, keys: CaseKeys, lane: Lane) -> Self {
        Self { org, lane, walked: Walked::new(keys, kind(lane)) }
    }

    /// The lane as it is stored.
    pub(crate) async fn load(
        store: &Store,
        org: &'a OrgNow,
        org_id: OrgId,
        case: &Case,
        lane: Lane,
    ) -> Result<Self, Refusal> {
        let keys = CaseKeys::new(*org_id.as_bytes(), case.csig_pk, case.ckem_pk);
        let stored = store.records.chain(case.id, lane, 0).await?;
        let records: Vec<_> = stored.iter().map(without_boxes).collect();
        // Every stored record was judged when it was posted; one that fails now is damaged.
        let walked = Walked::walk(keys, kind(lane), &records, &org.known)
            .map_err(|_| StorageError::Sealed)?;
        Ok(Self { org, lane, walked })
    }

    /// Judges the next record, and continues the chain by it.
    ///
    /// A record of an epoch that stands already passes as it is. Storage answers it: a retry like
    /// the first time, any other with `stale_epoch`.
    ///
    /// # Errors
    /// `record_refused` with the rule, `stale_epoch`, `stale_roster`, `not_ready` without a roster.
    pub(crate) fn post(&mut self, post: &Post<'_>) -> Result<NewRecord, Refusal> {
        let record = parse(post.epoch)?;
        let body = Body::parse(&record.body).map_err(refuse)?;
        if body.epoch >= self.walked.next_epoch() {
            let accepted = self.judge(&record, post)?;
            self.walked.append(&accepted);
        }
        let boxes = record.boxes.iter().map(epoch_box).collect();
        let head = head(self.lane, &body, record.hash());
        Ok(NewRecord { head, body: record.body, sig: record.sig, boxes })
    }

    fn judge(&self, record: &Record, post: &Post<'_>) -> Result<Accepted, Refusal> {
        let current = self.org.newest_roster().ok_or(ErrorCode::NotReady)?.roster.version;
        let posting = Posting {
            current,
            // How long the one before is taken is storage's to say, in its transaction.
            previous_too: true,
            lane_1: post.lane_1.map(|chain| &chain.walked),
            opened: post.standing.opened,
            assigned: post.standing.assigned.map(|staff| *staff.as_bytes()),
        };
        let accepted =
            self.walked.check_public(record, &self.org.known, Some(&posting)).map_err(refuse)?;
        let by = post.by.map(|staff| *staff.as_bytes());
        if accepted.creator != by || !post.reasons.contains(&accepted.body.reason) {
            return Err(refuse(EpochError::R3Creator));
        }
        // Else the session would have one person, and the keys another.
        if accepted.comes().is_some() && accepted.comes() != by {
            return Err(refuse(EpochError::R4Readers));
        }
        Ok(accepted)
    }
}

/// Judges lane 1's next record as one that opens the case to the team again.
///
/// # Errors
/// As for [`Chain::post`].
pub(crate) async fn reopening(
    app: &App,
    case: &Case,
    epoch: &NewEpoch,
    by: Option<StaffId>,
    standing: Standing,
) -> Result<NewRecord, Refusal> {
    let org = app.org.now();
    let mut chain = Chain::load(&app.store, &org, app.org_id(), case, Lane::Chat).await?;
    chain.post(&Post { epoch, reasons: &[Reason::Reopen], by, lane_1: None, standing })
}

/// The code of a broken rule; which rule goes along.
fn refuse(error: EpochError) -> Refusal {
    let code = match error {
        EpochError::A5Epoch | EpochError::A6Prev => ErrorCode::StaleEpoch,
        EpochError::A12Roster | EpochError::A16StaleRoster => ErrorCode::StaleRoster,
        _ => ErrorCode::RecordRefused,
    };
    Refusal::by_rule(code, &error)
}

fn parse(epoch: &NewEpoch) -> Result<Record, Refusal> {
    let boxes = epoch.boxes.iter().map(|bytes| BoxRow::parse(&bytes.0));
    Ok(Record {
        body: epoch.body.0.clone(),
        sig: epoch.sig.0.as_slice().try_into().map_err(|_| refuse(EpochError::A1Signature))?,
        boxes: boxes.collect::<Result<_, _>>().map_err(refuse)?,
    })
}

fn without_boxes(stored: &StoredRecord) -> Record {
    Record { body: stored.body.clone(), sig: stored.sig, boxes: Vec::new() }
}

const fn kind(lane: Lane) -> LaneKind {
    match lane {
        Lane::Chat => LaneKind::Chat,
        Lane::Notes => LaneKind::Notes,
    }
}

fn head(lane: Lane, body: &Body, hash: crypto::Hash) -> RecordHead {
    let readers = body.readers.iter().map(|reader| Reader {
        rtype: rtype(reader.kind),
        rkid: Kid::new(reader.kid),
        box_hash: Hash::new(reader.box_hash),
    });
    RecordHead {
        lane,
        epoch: body.epoch,
        prev: Hash::new(body.prev),
        hash: Hash::new(hash),
        reason: reason(body.reason),
        back_link: !body.back.is_empty(),
        creator: Kid::new(body.creator),
        roster_version: body.roster_version,
        readers: readers.collect(),
    }
}

fn epoch_box(row: &BoxRow) -> EpochBox {
    EpochBox { rtype: rtype(row.kind), rkid: Kid::new(row.kid), bytes: row.bytes.clone() }
}

const fn rtype(kind: ReaderKind) -> ReaderType {
    match kind {
        ReaderKind::Client => ReaderType::Client,
        ReaderKind::Staff => ReaderType::Staff,
        ReaderKind::Team => ReaderType::Team,
        ReaderKind::Escalation => ReaderType::Escalation,
    }
}

const fn reason(reason: Reason) -> record::Reason {
    match reason {
        Reason::Open => record::Reason::Open,
        Reason::Claim => record::Reason::Claim,
        Reason::Invite => record::Reason::Invite,
        Reason::Transfer => record::Reason::Transfer,
        Reason::Join => record::Reason::Join,
        Reason::Reopen => record::Reason::Reopen,
        Reason::Rekey => record::Reason::Rekey,
        Reason::Leave => record::Reason::Leave,
    }
}
