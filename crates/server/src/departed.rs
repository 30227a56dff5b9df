//! Somebody who may not sign in any more: out at once, and their cases count as counselor gone.

use std::time::Duration;

use domain::StaffId;
use domain::audit::Actor;
use protocol::CloseCode;
use storage::staff::Gone;

use crate::refusal::Refusal;
use crate::state::App;

/// Disables a member of staff: sign-ins, sockets, assignments, openings.
///
/// # Errors
/// What storage says; nothing was changed then.
pub async fn disable(app: &App, staff: StaffId, by: Actor) -> Result<(), Refusal> {
    let now = app.now();
    let Gone { sessions, openings } = app.store.staff.disable(staff, by, now).await?;
    app.auth.living.forget();
    let revoked = app.store.sign_ins.revoked_since(now.minus(Duration::from_millis(1))).await?;
    app.hub.close_sign_ins(&revoked, CloseCode::SignedOut);
    for session in &sessions {
        app.session_changed(session);
    }
    for opening in &openings {
        app.opening_changed(opening);
    }
    Ok(())
}
