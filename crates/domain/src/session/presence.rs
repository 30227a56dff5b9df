//! Who is there: the client, the counselor, and supervisors who have joined.

use super::{EndReason, Joined, Refused, Session, State};
use crate::{StaffId, Times, Timestamp};

impl Session {
    /// When a client who stays away will have left; `None` while here, being claimed, or over.
    pub fn leaves_at(&self, times: &Times) -> Option<Timestamp> {
        let since = self.away_since?;
        match self.state {
            State::Waiting => Some(since.plus(times.away_waiting)),
            State::Active { .. } => Some(since.plus(times.away_active)),
            State::Opening { .. } | State::Ended { .. } => None,
        }
    }

    /// The client's last connection is lost; a second loss changes nothing.
    #[must_use]
    pub fn client_away(mut self, now: Timestamp) -> Self {
        self.away_since = self.away_since.or(Some(now));
        self
    }

    /// The client left by the exit, which ends her token. Who has no code cannot come back: her place
    /// is for the next one.
    #[must_use]
    pub fn client_leaves(self, has_code: bool, now: Timestamp) -> Self {
        match self.state {
            State::Waiting if !has_code => {
                self.clone().end(EndReason::Client, now).unwrap_or(self).client_away(now)
            }
            _ => self.client_away(now),
        }
    }

    /// The client has returned with the code; away until the new connection.
    #[must_use]
    pub fn client_returning(mut self, now: Timestamp) -> Self {
        self.away_since = Some(now);
        self
    }

    /// The client is here again.
    #[must_use]
    pub fn client_back(mut self) -> Self {
        self.away_since = None;
        self
    }

    /// The last connection of the counselor, or of who has joined, is lost: counts as gone at that
    /// instant.
    ///
    /// `resuming` moves the instant; who is gone already stays so until back.
    pub fn counselor_away(
        mut self,
        who: StaffId,
        gone_at: Timestamp,
        now: Timestamp,
    ) -> Result<Self, Refused> {
        let gone = self.gone_mut(who)?;
        if gone.is_none_or(|gone| gone > now) {
            *gone = Some(gone_at);
        }
        Ok(self)
    }

    /// The counselor, or who has joined, is here again before anybody reopened the case.
    pub fn counselor_back(mut self, who: StaffId) -> Result<Self, Refused> {
        *self.gone_mut(who)? = None;
        self.left_behind = false;
        Ok(self)
    }

    /// Whether it is active and its counselor is gone.
    pub fn is_counselor_gone(&self, now: Timestamp) -> bool {
        matches!(self.state, State::Active { gone_at: Some(gone), .. } if gone <= now)
    }

    /// Whether it is active with nobody there: its counselor is gone, and so is who had joined.
    pub fn is_deserted(&self, now: Timestamp) -> bool {
        let gone = |joined: &Joined| joined.gone_at.is_some_and(|gone| gone <= now);
        self.is_counselor_gone(now) && self.joined().iter().all(gone)
    }

    /// Marks an active session with nobody there, so that supervisors see it.
    pub fn leave_behind(mut self, now: Timestamp) -> Result<Self, Refused> {
        match self.state {
            State::Active { .. } if self.is_deserted(now) => {
                self.left_behind = true;
                Ok(self)
            }
            State::Active { .. } => Err(Refused::TooEarly),
            _ => Err(Refused::WrongState),
        }
    }

    /// Where it stands when this person counts as gone.
    fn gone_mut(&mut self, who: StaffId) -> Result<&mut Option<Timestamp>, Refused> {
        let State::Active { by, gone_at, joined, .. } = &mut self.state else {
            return Err(Refused::WrongState);
        };
        if *by == who {
            return Ok(gone_at);
        }
        let joined = joined.iter_mut().find(|joined| joined.who == who);
        joined.map(|Joined { gone_at, .. }| gone_at).ok_or(Refused::NotYours)
    }
}
