//! Supervisors beside the counselor: they join, leave, take over, or put the case into the queue.
//!
//! That their opening of the case lets them is checked where both are known.

use super::{Refused, Session, State};
use crate::{StaffId, Timestamp};

/// A supervisor who has joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// Who.
    pub who: StaffId,
    /// The instant at which one whose connection is lost counts as gone.
    pub gone_at: Option<Timestamp>,
}

impl Session {
    /// The supervisors who have joined, in the order in which they came.
    pub fn joined(&self) -> &[Joined] {
        match &self.state {
            State::Active { joined, .. } => joined,
            _ => &[],
        }
    }

    /// Whether this supervisor has joined.
    pub fn has_joined(&self, who: StaffId) -> bool {
        self.joined().iter().any(|joined| joined.who == who)
    }

    /// Whether this person is assigned or has joined.
    pub fn is_attended_by(&self, who: StaffId) -> bool {
        matches!(self.state, State::Active { by, .. } if by == who) || self.has_joined(who)
    }

    /// A supervisor joins the counselor; who is there leaves it behind no more.
    pub fn join(mut self, who: StaffId) -> Result<Self, Refused> {
        if self.is_attended_by(who) {
            return Err(Refused::There);
        }
        let State::Active { joined, .. } = &mut self.state else {
            return Err(Refused::WrongState);
        };
        joined.push(Joined { who, gone_at: None });
        self.left_behind = false;
        Ok(self)
    }

    /// A supervisor who has joined leaves.
    pub fn leave(mut self, who: StaffId) -> Result<Self, Refused> {
        let State::Active { joined, .. } = &mut self.state else {
            return Err(Refused::WrongState);
        };
        let before = joined.len();
        joined.retain(|joined| joined.who != who);
        if joined.len() == before { Err(Refused::NotYours) } else { Ok(self) }
    }

    /// A supervisor becomes the assigned person; whoever else has joined stays.
    ///
    /// Who has joined may at any time, another one when the counselor is gone.
    pub fn take_over(mut self, who: StaffId, now: Timestamp) -> Result<Self, Refused> {
        let may = self.has_joined(who) || self.is_counselor_gone(now);
        let State::Active { by, joined, .. } = &mut self.state else {
            return Err(Refused::WrongState);
        };
        if *by == who {
            return Err(Refused::There);
        }
        if !may {
            return Err(Refused::TooEarly);
        }
        joined.retain(|joined| joined.who != who);
        let joined = std::mem::take(joined);
        self.left_behind = false;
        Ok(self.into(State::Active { by: who, since: now, gone_at: None, joined }))
    }

    /// New epochs of its case were made for these readers: of those who had joined, whoever does
    /// not read them has left. What nobody could take waits again, at the head of its class.
    pub fn rekeyed(mut self, readers: &[StaffId]) -> Result<Self, Refused> {
        match &mut self.state {
            State::Active { by, joined, .. } if readers.contains(by) => {
                joined.retain(|joined| readers.contains(&joined.who));
            }
            State::Waiting if self.left_behind => {
                self.head = true;
                self.left_behind = false;
                self.lapses = 0;
            }
            State::Waiting | State::Ended { .. } => {}
            // The assigned person stays a reader, and nobody makes epochs while a claim runs.
            State::Active { .. } | State::Opening { .. } => return Err(Refused::WrongState),
        }
        Ok(self)
    }

    /// A supervisor puts it back into the queue, at the head of its class: nobody is there, or
    /// nobody could take it.
    pub fn requeue(mut self, now: Timestamp) -> Result<Self, Refused> {
        match self.state {
            State::Active { .. } if self.is_deserted(now) => {}
            State::Active { .. } => return Err(Refused::TooEarly),
            State::Waiting if self.left_behind => {}
            _ => return Err(Refused::WrongState),
        }
        self.head = true;
        self.left_behind = false;
        self.lapses = 0;
        Ok(self.into(State::Waiting))
    }
}
