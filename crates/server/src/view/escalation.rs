//! An escalation as one reader gets it.

use domain::escalation::{Deed, Escalation, Queued, Source, State};
use domain::{CaseId, EscId};
use protocol::{
    Blob, DeedView, EscalationState, EscalationView, Id, PageView, RaiseSource, RaiseView,
};
use storage::escalations::Raise;

use crate::refusal::Refusal;
use crate::state::App;
use crate::wire;

/// Whether the reader may have the sealed reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reasons {
    /// A supervisor, who can open them.
    Sealed,
    /// Whoever holds the case.
    Hidden,
}

/// Every open escalation, in the order of the queue.
pub(crate) async fn open_escalations(app: &App) -> Result<Vec<EscalationView>, Refusal> {
    let mut views = Vec::new();
    for queued in app.store.escalations.open_ones().await? {
        let raises = app.store.escalations.raises(queued.escalation.id).await?;
        views.push(view(&queued, &raises, Reasons::Sealed));
    }
    Ok(views)
}

/// The open escalation of a case.
pub(crate) async fn open_escalation(
    app: &App,
    case: CaseId,
    reasons: Reasons,
) -> Result<Option<EscalationView>, Refusal> {
    let all = app.store.escalations.of_case(case).await?;
    match all.into_iter().find(Escalation::is_open) {
        Some(open) => Ok(Some(shown(app, open, reasons).await?)),
        None => Ok(None),
    }
}

/// An escalation as it stands.
pub(crate) async fn escalation(
    app: &App,
    id: EscId,
    reasons: Reasons,
) -> Result<EscalationView, Refusal> {
    shown(app, app.store.escalations.get(id).await?, reasons).await
}

async fn shown(
    app: &App,
    escalation: Escalation,
    reasons: Reasons,
) -> Result<EscalationView, Refusal> {
    let newest = app.store.sessions.newest(escalation.case).await?;
    let raises = app.store.escalations.raises(escalation.id).await?;
    Ok(view(&Queued::new(escalation, &newest), &raises, reasons))
}

/// A page as its supervisor gets it.
pub(crate) const fn paged(page: &domain::paging::Page) -> PageView {
    let domain::paging::Overdue { count, oldest_due, alone } = page.overdue;
    PageView { minute: page.minute.0, count, oldest_due: oldest_due.0, alone }
}

fn view(queued: &Queued, raises: &[Raise], reasons: Reasons) -> EscalationView {
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
        raises: raises.iter().map(|one| raise(one, reasons)).collect(),
    }
}

const fn deed(deed: Deed) -> DeedView {
    DeedView { by: Id(*deed.by.as_bytes()), at: deed.at.0 }
}

fn raise(raise: &Raise, reasons: Reasons) -> RaiseView {
    let reason = raise.reason.as_ref().filter(|_| reasons == Reasons::Sealed);
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
