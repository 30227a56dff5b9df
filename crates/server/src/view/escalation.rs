//! An escalation as one reader gets it.

use std::time::Duration;

use domain::escalation::{Deed, Escalation, Queued, Source, State};
use domain::{CaseId, EscId};
use protocol::{
    Blob, DeedView, EscalationState, EscalationView, Id, PageView, RaiseSource, RaiseView,
};
use storage::escalations::{Raise, Reasons, Said};

use crate::refusal::Refusal;
use crate::state::App;
use crate::wire;

/// A welcome lists so many open ones; the number of all stands beside them.
const MOST_OPEN: usize = 200;
/// And so many that were resolved lately.
const MOST_RESOLVED: u32 = 50;
/// What was resolved may be opened again from the desk for so long.
const LATELY: Duration = Duration::from_hours(24);

/// The queue of supervisors.
pub(crate) struct OpenEscalations {
    /// The first of those that are open, in the order of the queue, then those resolved lately.
    pub(crate) views: Vec<EscalationView>,
    /// How many are open in all.
    pub(crate) open: u32,
}

/// What a supervisor is shown first.
pub(crate) async fn open_escalations(app: &App) -> Result<OpenEscalations, Refusal> {
    let escalations = &app.store.escalations;
    let queue = escalations.open_ones().await?;
    let open = u32::try_from(queue.len()).unwrap_or(u32::MAX);
    let resolved = escalations.resolved_since(app.now().minus(LATELY), MOST_RESOLVED).await?;
    let mut views = Vec::new();
    for queued in queue.iter().take(MOST_OPEN).chain(&resolved) {
        views.push(shown(app, queued, Reasons::Sealed).await?);
    }
    Ok(OpenEscalations { views, open })
}

/// The open escalation of a case.
pub(crate) async fn open_escalation(
    app: &App,
    case: CaseId,
    reasons: Reasons,
) -> Result<Option<EscalationView>, Refusal> {
    let all = app.store.escalations.of_case(case).await?;
    match all.into_iter().find(Escalation::is_open) {
        Some(open) => Ok(Some(escalation(app, open.id, reasons).await?)),
        None => Ok(None),
    }
}

/// An escalation as it stands.
pub(crate) async fn escalation(
    app: &App,
    id: EscId,
    reasons: Reasons,
) -> Result<EscalationView, Refusal> {
    shown(app, &app.store.escalations.queued(id).await?, reasons).await
}

/// An escalation as a transaction left it, whatever became of it since.
pub(crate) async fn escalation_as(
    app: &App,
    written: &Escalation,
    reasons: Reasons,
) -> Result<EscalationView, Refusal> {
    let now = app.store.escalations.queued(written.id).await?;
    shown(app, &Queued { escalation: written.clone(), ..now }, reasons).await
}

async fn shown(app: &App, queued: &Queued, reasons: Reasons) -> Result<EscalationView, Refusal> {
    let raises = app.store.escalations.raises(&queued.escalation, reasons).await?;
    if raises.iter().any(|raise| raise.reason == Said::Unreadable) {
        tracing::error!("the row of a raise does not open");
    }
    Ok(view(queued, &raises))
}

/// A page as its supervisor gets it.
pub(crate) const fn paged(page: &domain::paging::Page) -> PageView {
    let domain::paging::Overdue { count, oldest_due, alone } = page.overdue;
    PageView { minute: page.minute.0, count, oldest_due: oldest_due.0, alone }
}

fn view(queued: &Queued, raises: &[Raise]) -> EscalationView {
    let escalation = &queued.escalation;
    let Escalation { id, case, level, by_staff, opened_at, client_left, state } = *escalation;
    let (shown, acknowledged) = match state {
        State::Raised { .. } => (EscalationState::Raised, None),
        State::Acknowledged { ack } => (EscalationState::Acknowledged, Some(ack)),
        State::Owned { ack, .. } => (EscalationState::Owned, Some(ack)),
        State::Resolved { .. } => (EscalationState::Resolved, None),
    };
    let (resolved, outcome, follow_up) = match state {
        State::Resolved { done, outcome, follow_up, .. } => (Some(done), Some(outcome), follow_up),
        _ => (None, None, None),
    };
    EscalationView {
        escalation_id: Id(*id.as_bytes()),
        case_id: Id(*case.as_bytes()),
        level: level.get(),
        by_staff,
        not_yet_spoken_to: queued.not_yet_spoken_to(),
        opened_at: opened_at.0,
        state: shown,
        due: escalation.due().map(|due| due.0),
        acknowledged: acknowledged.map(deed),
        owner: escalation.owner().map(deed),
        resolved: resolved.map(deed),
        outcome: outcome.map(|outcome| outcome.code().to_owned()),
        follow_up: follow_up.and_then(wire::day_out),
        client_left: client_left.map(|at| at.0),
        raises: raises.iter().map(raise).collect(),
    }
}

const fn deed(deed: Deed) -> DeedView {
    DeedView { by: Id(*deed.by.as_bytes()), at: deed.at.0 }
}

fn raise(raise: &Raise) -> RaiseView {
    let reason = match &raise.reason {
        Said::Why(reason) => Some(reason),
        // A counselor's raise without its record: a desk says that it does not open.
        Said::Nothing | Said::Unreadable => None,
    };
    RaiseView {
        raise_id: Id(*raise.id.as_bytes()),
        source: match raise.source {
            Source::ClientButton => RaiseSource::ClientButton,
            Source::ClientIntake => RaiseSource::ClientIntake,
            Source::Counselor => RaiseSource::Counselor,
        },
        by: raise.staff.map(|staff| Id(*staff.as_bytes())),
        level: raise.level.get(),
        at: raise.at.0,
        record: reason.map(|reason| Blob(reason.record.clone())),
        sig: reason.map(|reason| Blob(reason.sig.to_vec())),
    }
}
