//! A case as one reader gets it.

use domain::{Case, Kid, Lane, Session};
use protocol::{CaseView, Id, LaneRecords, LaneView, Page, PublicKey};
use storage::messages::{Range, ReadMark};
use storage::records::{PlacedBox, StoredRecord};

use super::chain::{org_at, records};
use super::session;
use crate::refusal::Refusal;
use crate::state::App;
use crate::wire;

/// How many messages a page back holds, and the newest page.
pub(crate) const NEWEST: u32 = 50;
/// How many messages a page forward holds.
pub(crate) const FORWARD: u32 = 200;

/// Who reads: which lanes, and which boxes.
pub(crate) struct Reader<'a> {
    /// The key that their own boxes are sealed to.
    pub(crate) rkid: Kid,
    /// The lanes that they may see.
    pub(crate) lanes: &'a [Lane],
    /// Boxes of groups that were released: the team's inside a claim, the escalation group's inside
    /// an opening.
    pub(crate) released: &'a [PlacedBox],
}

/// Builds the whole case; the caller has checked that this reader may have it now.
pub(crate) async fn case(
    app: &App,
    case: &Case,
    newest: &Session,
    reader: &Reader<'_>,
) -> Result<CaseView, Refusal> {
    let mut lanes = Vec::new();
    let mut chains = Vec::new();
    for lane in reader.lanes.iter().copied().filter(|lane| case.head(*lane).is_some()) {
        let (stored, boxes) = chain(app, case, lane, reader).await?;
        lanes.push(lane_view(app, case, lane, records(&stored, &boxes)).await?);
        chains.extend(stored);
    }
    Ok(CaseView {
        case_id: Id(*case.id.as_bytes()),
        csig_pk: PublicKey(case.csig_pk),
        ckem_pk: PublicKey(case.ckem_pk),
        lanes,
        org: org_at(&app.org.now(), &chains)?,
        session: session(app, newest).await?,
    })
}

/// The chains alone, for somebody whose record came too late.
pub(crate) async fn lane_records(
    app: &App,
    case: &Case,
    reader: &Reader<'_>,
) -> Result<Vec<LaneRecords>, Refusal> {
    let mut lanes = Vec::new();
    for lane in reader.lanes.iter().copied().filter(|lane| case.head(*lane).is_some()) {
        let (stored, boxes) = chain(app, case, lane, reader).await?;
        lanes.push(LaneRecords { lane: lane.number(), records: records(&stored, &boxes) });
    }
    Ok(lanes)
}

/// A page of a lane.
pub(crate) async fn page(
    app: &App,
    case: &Case,
    lane: Lane,
    range: Range,
    limit: u32,
) -> Result<Page, Refusal> {
    let page = app.store.messages.page(case.id, lane, range, limit).await?;
    let newest = page.lines.last().map_or(0, |line| line.seq);
    let known = case.head(lane).map_or(0, |head| head.seq);
    Ok(Page {
        th_before: protocol::Hash(*page.th_before.as_bytes()),
        messages: page.lines.iter().map(wire::stored_message).collect(),
        // A message may have come between the two reads.
        last_seq: known.max(newest),
    })
}

async fn chain(
    app: &App,
    case: &Case,
    lane: Lane,
    reader: &Reader<'_>,
) -> Result<(Vec<StoredRecord>, Vec<PlacedBox>), Refusal> {
    let stored = app.store.records.chain(case.id, lane, 0).await?;
    let mut boxes = app.store.records.own_boxes(case.id, lane, reader.rkid).await?;
    boxes.extend(reader.released.iter().filter(|placed| placed.lane == lane).cloned());
    Ok((stored, boxes))
}

async fn lane_view(
    app: &App,
    case: &Case,
    lane: Lane,
    records: Vec<protocol::RecordView>,
) -> Result<LaneView, Refusal> {
    let marks = app.store.messages.read_marks(case.id, lane).await?;
    let (read_by_client, read_by_staff) = read_by(case, &marks);
    let page = page(app, case, lane, Range::Before(u64::MAX), NEWEST).await?;
    Ok(LaneView { lane: lane.number(), records, page, read_by_client, read_by_staff })
}

/// How far the client and how far any of the staff has read.
pub(crate) fn read_by(case: &Case, marks: &[ReadMark]) -> (u64, u64) {
    let client = crypto::sign::kid_sig(&case.csig_pk);
    let highest = |theirs: bool| {
        let of = marks.iter().filter(|mark| (*mark.reader.as_bytes() == client) == theirs);
        of.map(|mark| mark.seq).max().unwrap_or(0)
    };
    (highest(true), highest(false))
}
