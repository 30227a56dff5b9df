//! Supervisors open cases, and come to help. One command a file.

mod approve;
mod break_glass;
mod close;
mod come;
mod confirm;
mod countersign;
mod join;
mod leave;
mod listen;
mod refuse;
mod requeue;
mod take_over;

use domain::session::State;
use domain::{Case, CaseId, Opening, OpeningId, Session};
use protocol::{ErrorCode, Id, LeftBehindView, OpeningState, OpeningView, Reply};
use storage::StorageError;
use storage::openings::Moved;

use super::Desk;
use crate::auth::factor;
use crate::check::Standing;
use crate::refusal::Refusal;
use crate::view;

/// What a supervisor's desk is shown at its first frame, beside escalations.
pub(super) struct Supervised {
    pub(super) openings: Vec<OpeningView>,
    pub(super) left_behind: Vec<LeftBehindView>,
}

/// A case that this supervisor may do something in.
struct Opened {
    case: Case,
    newest: Session,
    standing: Standing,
}

impl Desk {
    /// What waits for a supervisor, and what this one has open; nothing for anybody else.
    pub(super) async fn supervised(&mut self) -> Result<Supervised, Refusal> {
        let (mut openings, mut left_behind) = (Vec::new(), Vec::new());
        if self.is_supervisor() {
            let (store, now) = (&self.app.store.openings, self.app.now());
            openings = store.for_supervisors(now).await?;
            let own = store.live_of(self.access.staff, now).await?;
            let known = |one: &Opening| openings.iter().any(|other| other.id == one.id);
            let own: Vec<_> = own.into_iter().filter(|one| !known(one)).collect();
            openings.extend(own);
            openings.sort_by_key(|one| (one.asked_at, one.id));
            left_behind = view::left_behind(&self.app).await?;
        }
        self.left_behind.clone_from(&left_behind);
        self.openings.clear();
        let openings = openings.iter().map(|opening| self.opening_view(opening)).collect();
        Ok(Supervised { openings, left_behind })
    }

    /// The opening as it is shown; an event then brings it again only if it changes once more.
    fn opening_view(&mut self, opening: &Opening) -> OpeningView {
        let view = view::opening(opening, &self.app.settings.times.rules().openings);
        // What is over is forgotten once another comes: by then it has been told.
        self.openings.retain(|_, shown| !is_over(shown));
        self.openings.insert(opening.id, view.clone());
        view
    }

    /// Refuses whoever is not a supervisor now, or gave the second factor too long ago.
    async fn must_be_fresh_supervisor(&mut self) -> Result<(), Refusal> {
        self.must_be_supervisor().await?;
        factor::must_be_fresh(&self.app, self.access.sid).await
    }

    /// Tells everybody of what a supervisor did, and answers.
    fn opening_moved(&mut self, moved: &Moved) -> Reply {
        if moved.fresh {
            self.app.opening_changed(&moved.opening);
        }
        Reply::Opening { opening: self.opening_view(&moved.opening) }
    }

    /// A case for a deed that an opening allows. Who is in it already needs none: it may be a retry.
    ///
    /// # Errors
    /// `forbidden`; `not_opened`, also for a case that does not exist; `read_only`.
    async fn must_have_opened(&mut self, case: CaseId) -> Result<Opened, Refusal> {
        self.must_be_supervisor().await?;
        let newest = self.app.store.sessions.newest(case).await.map_err(|error| match error {
            StorageError::NotFound => ErrorCode::NotOpened.into(),
            other => Refusal::from(other),
        })?;
        let opening = self.live_opening(case).await?;
        let opened = opening.as_ref().is_some_and(|opening| !opening.reason.reads_only());
        if !opened && !newest.is_attended_by(self.access.staff) {
            let code = opening.map_or(ErrorCode::NotOpened, |_| ErrorCode::ReadOnly);
            return Err(code.into());
        }
        let case = self.app.store.cases.get(case).await?;
        let assigned = match newest.state {
            State::Active { by, .. } => Some(by),
            _ => None,
        };
        Ok(Opened { case, newest, standing: Standing { opened, assigned } })
    }
}

/// Whether nobody has anything more to say to it.
const fn is_over(opening: &OpeningView) -> bool {
    let is_answered = !opening.alone || opening.countersigned.is_some();
    matches!(opening.state, OpeningState::Refused | OpeningState::Closed) && is_answered
}

const fn opening(id: Id) -> OpeningId {
    OpeningId::new(id.0)
}
