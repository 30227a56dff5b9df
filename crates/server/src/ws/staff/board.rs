//! The live board at a supervisor's desk: whole at first, then what changed.

use domain::Board;
use protocol::{BoardChange, Event};

use super::Desk;
use crate::refusal::Refusal;
use crate::view;

impl Desk {
    /// All of the board as it stands now; none for who is no supervisor.
    pub(super) async fn whole_board(&mut self) -> Result<Option<BoardChange>, Refusal> {
        if !self.is_supervisor() {
            return Ok(None);
        }
        self.board = self.app.board.count(&self.app).await?;
        Ok(Some(view::board(self.board.since(&Board::default()))))
    }

    /// What changed since this desk was shown it.
    pub(super) fn hear_board(&mut self) -> Vec<Event> {
        if !self.is_supervisor() {
            return Vec::new();
        }
        let now = self.app.board.now();
        let change = now.since(&self.board);
        self.board = now;
        if change.is_none() {
            return Vec::new();
        }
        vec![Event::Board { board: view::board(change) }]
    }
}
