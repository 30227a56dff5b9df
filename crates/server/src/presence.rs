//! Who is here: sockets come and go in memory, loss and return are stored.
//!
//! A loss and a return can cross on their way to the database. So whoever has written one looks at
//! the hub once more and mends what does not agree: the last write then tells the truth.

use domain::{CaseId, Session, SessionId, StaffId, Timestamp};
use hub::Writer;

use crate::refusal::Refusal;
use crate::state::App;

/// A client's page is connected.
pub(crate) async fn client_here(app: &App, session: SessionId) -> Result<Session, Refusal> {
    app.exits.forget(session);
    let session = app.store.sessions.client_back(session).await?;
    app.session_changed(&session);
    Ok(session)
}

/// A client's connection is lost.
pub(crate) async fn client_lost(
    app: &App,
    case: CaseId,
    session: SessionId,
) -> Result<(), Refusal> {
    if app.hub.is_here(Writer::Client(case)) {
        return Ok(());
    }
    let away = app.store.sessions.client_away(session, app.now()).await?;
    app.session_changed(&away);
    if app.hub.is_here(Writer::Client(case)) {
        client_here(app, session).await?;
    }
    Ok(())
}

/// A counselor's desk is connected: unlocked, they are here; locked, they have time to unlock it.
pub(crate) async fn desk_here(app: &App, staff: StaffId) -> Result<(), Refusal> {
    if app.hub.is_unlocked(staff) {
        return counselor_here(app, staff).await;
    }
    counselor_gone_at(app, staff, app.now().plus(app.settings.times.rules().resuming)).await
}

async fn counselor_here(app: &App, staff: StaffId) -> Result<(), Refusal> {
    for session in app.store.sessions.counselor_back(staff).await? {
        app.session_changed(&session);
    }
    app.queue.touch();
    Ok(())
}

async fn counselor_gone_at(app: &App, staff: StaffId, gone_at: Timestamp) -> Result<(), Refusal> {
    for session in app.store.sessions.counselor_away(staff, gone_at, app.now()).await? {
        app.session_changed(&session);
    }
    Ok(())
}

/// A counselor's connection is lost.
pub(crate) async fn counselor_lost(app: &App, staff: StaffId) -> Result<(), Refusal> {
    if app.hub.is_here(Writer::Staff(staff)) {
        return Ok(());
    }
    // Who was disabled is gone at once; the loss of the socket gives no new grace.
    if app.store.staff.get(staff).await?.disabled {
        return Ok(());
    }
    let gone_at = app.now().plus(app.settings.times.rules().counselor_gone);
    counselor_gone_at(app, staff, gone_at).await?;
    if app.hub.is_here(Writer::Staff(staff)) {
        desk_here(app, staff).await?;
    }
    Ok(())
}

/// After a start nobody is connected yet, whatever the database says.
pub(crate) async fn nobody_here(app: &App) -> Result<(), Refusal> {
    for waiting in app.store.sessions.queue().await? {
        if waiting.away_since.is_none() {
            client_lost(app, waiting.case, waiting.session).await?;
        }
    }
    for member in app.store.staff.list().await? {
        for session in app.store.sessions.of_staff(member.staff, app.now()).await? {
            if session.is_open() && session.away_since.is_none() {
                client_lost(app, session.case, session.id).await?;
            }
        }
        counselor_lost(app, member.staff).await?;
    }
    for session in app.store.sessions.left_behind().await? {
        if session.away_since.is_none() {
            client_lost(app, session.case, session.id).await?;
        }
    }
    Ok(())
}
