//! The live board as it was last counted: one count serves every supervisor.

use std::sync::{Arc, Mutex, PoisonError};

use domain::Board;
use hub::{Channel, Signal};

use crate::refusal::Refusal;
use crate::state::App;

/// The newest count.
#[derive(Default)]
pub struct LiveBoard(Mutex<Arc<Board>>);

impl LiveBoard {
    /// The newest count.
    pub fn now(&self) -> Arc<Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts again; tells every supervisor when it differs.
    pub(crate) async fn count(&self, app: &App) -> Result<Arc<Board>, Refusal> {
        let staff = app.store.staff.on_duty().await?;
        let here = app.hub.staff_on(Channel::Desks);
        let next = Arc::new(Board::of(app.queue.now().ordered(), &staff, &here));
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *now != next {
            *now = next.clone();
            app.hub.publish(Channel::Supervisors, Signal::Board);
        }
        Ok(next)
    }
}
