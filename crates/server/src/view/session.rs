//! A session as client and counselor see it.

use domain::session::{EndReason, Joined, State};
use domain::{Session, Timestamp};
use protocol::{
    ClientPresence, Id, JoinedView, OpenedView, ReopenReason, SessionState, SessionView,
};

use super::opening::opened;
use crate::refusal::Refusal;
use crate::state::App;

/// The session as it stands. Its place comes from the queue as it was last counted.
pub(crate) async fn session(app: &App, session: &Session) -> Result<SessionView, Refusal> {
    let (opened, opened_older) = opened(app, session.case).await?;
    let beside = Beside {
        has_code: app.store.codes.has(session.case).await?,
        place: session.is_queued().then(|| app.queue.now().place(session.id)).flatten(),
        left_by_exit: app.exits.left(session.id),
        opened,
        opened_older,
        joined: joined(app, session),
    };
    Ok(shown(session, beside, app.now()))
}

/// The same for whoever asked, and waits the moment until a new place is counted.
pub(crate) async fn session_with_place(
    app: &App,
    queued: &Session,
) -> Result<SessionView, Refusal> {
    let mut view = session(app, queued).await?;
    if queued.is_queued() && view.place.is_none() {
        view.place = app.queue.counted(queued.id).await;
    }
    Ok(view)
}

/// What a view shows that is not in the session itself.
struct Beside {
    place: Option<u32>,
    left_by_exit: bool,
    has_code: bool,
    opened: Vec<OpenedView>,
    opened_older: u32,
    joined: Vec<JoinedView>,
}

fn joined(app: &App, session: &Session) -> Vec<JoinedView> {
    let org = app.org.now();
    let view = |joined: &Joined| JoinedView {
        staff_id: Id(*joined.who.as_bytes()),
        alias: org.alias(joined.who),
        here: joined.gone_at.is_none(),
    };
    session.joined().iter().map(view).collect()
}

fn shown(session: &Session, beside: Beside, now: Timestamp) -> SessionView {
    let (state, since, counselor) = match session.state {
        State::Waiting => (SessionState::Waiting, session.opened_at, None),
        State::Opening { .. } => (SessionState::Opening, session.opened_at, None),
        State::Active { by, since, .. } => (SessionState::Active, since, Some(by)),
        State::Ended { at, last, .. } => (SessionState::Ended, at, last),
    };
    SessionView {
        session_id: Id(*session.id.as_bytes()),
        state,
        level: session.level.get(),
        place: beside.place,
        since: since.0,
        counselor: counselor.map(|staff| Id(*staff.as_bytes())),
        counselor_here: matches!(session.state, State::Active { gone_at: None, .. }),
        client: match (session.away_since, beside.left_by_exit) {
            (None, _) => ClientPresence::Here,
            (Some(_), false) => ClientPresence::Away,
            (Some(_), true) => ClientPresence::LeftByExit,
        },
        again: session.head,
        ended: ended(session),
        reopen: reopen(session, now),
        has_code: beside.has_code,
        opened: beside.opened,
        opened_older: beside.opened_older,
        joined: beside.joined,
    }
}

const fn ended(session: &Session) -> Option<protocol::EndReason> {
    match session.state {
        State::Ended { reason: EndReason::Client, .. } => Some(protocol::EndReason::Client),
        State::Ended { reason: EndReason::Counselor, .. } => Some(protocol::EndReason::Counselor),
        State::Ended { reason: EndReason::ClientLeft, .. } => Some(protocol::EndReason::ClientLeft),
        _ => None,
    }
}

/// What the client's browser is asked to mend (`crypto.md` 7.2, 7.5).
fn reopen(session: &Session, now: Timestamp) -> Option<ReopenReason> {
    match session.state {
        State::Waiting if session.left_behind => Some(ReopenReason::BadBox),
        State::Active { .. } if session.is_deserted(now) => Some(ReopenReason::CounselorGone),
        _ => None,
    }
}
