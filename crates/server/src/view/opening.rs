//! An opening as supervisors see it, and as whoever is in the case does.

use domain::escalation::Deed;
use domain::opening::{Opening, State};
use domain::{CaseId, OpeningTimes};
use protocol::{DeedView, Id, LeftBehindView, OpenedView, OpeningState, OpeningView};

use storage::openings::OfCase;

use super::session;
use crate::refusal::Refusal;
use crate::state::App;

/// So many openings of a case are shown to whoever is in it: the newest.
const SHOWN: u32 = 20;

/// An opening as supervisors see it.
pub(crate) fn opening(opening: &Opening, times: &OpeningTimes) -> OpeningView {
    let (state, alone_from) = match opening.state {
        State::Asked => (OpeningState::Asked, Some(opening.alone_from(times))),
        State::Approved { .. } => (OpeningState::Approved, None),
        State::Refused { .. } => (OpeningState::Refused, None),
        State::Open { .. } => (OpeningState::Open, None),
        State::Closed { .. } => (OpeningState::Closed, None),
    };
    OpeningView {
        opening_id: Id(*opening.id.as_bytes()),
        case_id: Id(*opening.case.as_bytes()),
        by: Id(*opening.by.as_bytes()),
        reason: opening.reason.code().to_owned(),
        state,
        asked_at: opening.asked_at.0,
        alone_from: alone_from.map(|at| at.0),
        ends: opening.ends(times).map(|at| at.0),
        approved: opening.approved().map(deed),
        opened_at: opening.opened().map(|opened| opened.at.0),
        alone: opening.is_alone(),
        countersign_before: opening.countersign_before(times).map(|at| at.0),
        countersigned: opening.countersigned().map(deed),
    }
}

const fn deed(deed: Deed) -> DeedView {
    DeedView { by: Id(*deed.by.as_bytes()), at: deed.at.0 }
}

/// Who opened a case, for the client and the assigned person: the newest, oldest first, and how many
/// older ones there are.
pub(super) async fn opened(app: &App, case: CaseId) -> Result<(Vec<OpenedView>, u32), Refusal> {
    let OfCase { newest, older } = app.store.openings.of_case(case, SHOWN).await?;
    let org = app.org.now();
    let view = |opening: &Opening| {
        let opened = opening.opened()?;
        Some(OpenedView {
            at: opened.at.0,
            by: Id(*opening.by.as_bytes()),
            alias: org.alias(opening.by),
            reason: opening.reason.code().to_owned(),
            open: matches!(opening.state, State::Open { .. }),
            alone: opening.is_alone(),
            countersigned: opening.countersigned().is_some(),
        })
    };
    Ok((newest.iter().filter_map(view).collect(), older))
}

/// The cases that nobody is there for and that nobody can take from the queue.
pub(crate) async fn left_behind(app: &App) -> Result<Vec<LeftBehindView>, Refusal> {
    let mut views = Vec::new();
    for left in app.store.sessions.left_behind().await? {
        let case_id = Id(*left.case.as_bytes());
        views.push(LeftBehindView { case_id, session: session(app, &left).await? });
    }
    Ok(views)
}
