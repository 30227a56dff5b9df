//! Refusals that bring what their receiver needs to decide anew.

use domain::Case;
use protocol::{ErrorCode, FrameProblem};

use crate::refusal::Refusal;
use crate::state::App;
use crate::view;

/// The refusal; after `stale_epoch` with the chains as they now stand for this reader.
pub(super) async fn with_chains(
    app: &App,
    case: &Case,
    reader: &view::Reader<'_>,
    refusal: Refusal,
) -> FrameProblem {
    let stale = refusal.code == ErrorCode::StaleEpoch;
    let mut problem = refusal.into_frame();
    if stale {
        // Without them the receiver asks again, as after any lost frame.
        problem.lanes = view::lane_records(app, case, reader).await.unwrap_or_default();
    }
    problem
}
