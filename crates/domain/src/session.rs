//! One visit of a client, as a state machine: a transition takes the session and gives the next one.

use crate::{CaseId, Level, SessionId, StaffId, Times, Timestamp};

mod joined;
mod presence;

pub use joined::Joined;

/// After so many claims in a row that ran out, a session leaves the queue for the supervisors.
const LAPSES_TO_LEAVE: u8 = 3;

/// A session with its marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The case it belongs to; at most one session of a case is open.
    pub case: CaseId,
    /// When it was opened; its place in the queue counts from here, always.
    pub opened_at: Timestamp,
    /// How urgent; rises, and falls only when a supervisor lowers it.
    pub level: Level,
    /// Goes before the others of its class: its counselor was gone or gave it back. Stays with one
    /// that ends so: somebody had spoken to her.
    pub head: bool,
    /// Mark: nobody can take it from the queue; supervisors see it.
    pub left_behind: bool,
    /// Mark: since when the client's connection is lost.
    pub away_since: Option<Timestamp>,
    /// Claims in a row that ran out.
    pub lapses: u8,
    /// Where it stands.
    pub state: State,
}

/// Where a session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// In the queue, unless it is marked left behind.
    Waiting,
    /// Claimed; the records are awaited.
    Opening {
        /// Who claimed it.
        by: StaffId,
        /// Records are taken before this instant.
        until: Timestamp,
    },
    /// A counselor is there.
    Active {
        /// The assigned person.
        by: StaffId,
        /// Since when.
        since: Timestamp,
        /// The instant at which a counselor whose connection is lost counts as gone.
        gone_at: Option<Timestamp>,
        /// Supervisors who have joined, in the order in which they came.
        joined: Vec<Joined>,
    },
    /// Over.
    Ended {
        /// When.
        at: Timestamp,
        /// How.
        reason: EndReason,
        /// The last assigned person, if anybody ever was.
        last: Option<StaffId>,
        /// The wrap-up was sent.
        wrapped_up: bool,
    },
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndReason {
    /// The client ended it.
    Client,
    /// The assigned counselor ended it.
    Counselor,
    /// The client was away too long.
    ClientLeft,
}

impl EndReason {
    /// Whether the client went, and was not seen off.
    pub const fn by_client(self) -> bool {
        matches!(self, Self::Client | Self::ClientLeft)
    }
}

/// Why a transition is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The session is in another state than the transition starts from.
    #[error("the session is in another state")]
    WrongState,
    /// Another person is assigned, or this one has not joined.
    #[error("another person is assigned")]
    NotYours,
    /// The person is assigned or has joined already.
    #[error("already there")]
    There,
    /// Its time has not come: the counselor is not gone yet, the claim still runs.
    #[error("too early")]
    TooEarly,
    /// Its time is over.
    #[error("too late")]
    TooLate,
    /// The session is marked left behind: a supervisor or the client has to free it.
    #[error("the session is left behind")]
    LeftBehind,
}

impl Session {
    /// A new visit, waiting; away until the client's first connection.
    pub fn open(id: SessionId, case: CaseId, level: Level, now: Timestamp) -> Self {
        Self {
            id,
            case,
            opened_at: now,
            level,
            head: false,
            left_behind: false,
            away_since: Some(now),
            lapses: 0,
            state: State::Waiting,
        }
    }

    /// Whether it is not over.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, State::Ended { .. })
    }

    /// Whether it stands in the queue.
    pub fn is_queued(&self) -> bool {
        matches!(self.state, State::Waiting) && !self.left_behind
    }

    /// Who holds it now: the claimer or the assigned person.
    pub fn holder(&self) -> Option<StaffId> {
        match self.state {
            State::Opening { by, .. } | State::Active { by, .. } => Some(by),
            State::Waiting | State::Ended { .. } => None,
        }
    }

    /// Whether this person's claim runs.
    pub fn is_opening(&self, by: StaffId, now: Timestamp) -> bool {
        self.opened_by(by, now).is_ok()
    }

    /// First step of a claim; policy has decided before that it is this person's turn.
    pub fn claim(self, by: StaffId, now: Timestamp, times: &Times) -> Result<Self, Refused> {
        match self.state {
            State::Waiting if self.left_behind => Err(Refused::LeftBehind),
            State::Waiting => Ok(self.into(State::Opening { by, until: now.plus(times.opening) })),
            _ => Err(Refused::WrongState),
        }
    }

    /// Its claimer met a newer record and gets the whole time once more.
    pub fn extend(self, by: StaffId, now: Timestamp, times: &Times) -> Result<Self, Refused> {
        self.opened_by(by, now)?;
        Ok(self.into(State::Opening { by, until: now.plus(times.opening) }))
    }

    /// Second step of a claim: the records stand, the counselor is there.
    pub fn activate(mut self, by: StaffId, now: Timestamp) -> Result<Self, Refused> {
        self.opened_by(by, now)?;
        self.head = false;
        self.lapses = 0;
        Ok(self.into(State::Active { by, since: now, gone_at: None, joined: Vec::new() }))
    }

    /// A claim ran out: same place, and after three in a row a matter for supervisors.
    pub fn lapse(mut self, now: Timestamp) -> Result<Self, Refused> {
        match self.state {
            State::Opening { until, .. } if until > now => Err(Refused::TooEarly),
            State::Opening { .. } => {
                self.lapses = self.lapses.saturating_add(1);
                self.left_behind = self.lapses >= LAPSES_TO_LEAVE;
                Ok(self.into(State::Waiting))
            }
            _ => Err(Refused::WrongState),
        }
    }

    /// The claimer's box of lane 1 does not open: out of the queue, to the supervisors.
    pub fn bad_box(mut self, by: StaffId, now: Timestamp) -> Result<Self, Refused> {
        self.opened_by(by, now)?;
        self.left_behind = true;
        Ok(self.into(State::Waiting))
    }

    /// The assigned counselor puts it back, at the head of its class.
    pub fn give_back(mut self, by: StaffId) -> Result<Self, Refused> {
        self.assigned_to(by)?;
        self.head = true;
        self.left_behind = false;
        Ok(self.into(State::Waiting))
    }

    /// The client opens it to the team again: its counselor is gone, or nobody could take it.
    ///
    /// A waiting session keeps its place; one whose counselor is gone goes to the head of its class.
    pub fn reopen(mut self, now: Timestamp) -> Result<Self, Refused> {
        match self.state {
            State::Active { .. } if self.is_deserted(now) => self.head = true,
            State::Active { .. } => return Err(Refused::TooEarly),
            State::Waiting => {}
            _ => return Err(Refused::WrongState),
        }
        self.left_behind = false;
        self.lapses = 0;
        Ok(self.into(State::Waiting))
    }

    /// The client ends it.
    pub fn end_by_client(self, now: Timestamp) -> Result<Self, Refused> {
        self.end(EndReason::Client, now)
    }

    /// The assigned counselor ends it.
    pub fn end_by_counselor(self, by: StaffId, now: Timestamp) -> Result<Self, Refused> {
        self.assigned_to(by)?;
        self.end(EndReason::Counselor, now)
    }

    /// Ends it because the client was away too long.
    pub fn client_left(self, now: Timestamp, times: &Times) -> Result<Self, Refused> {
        let left = self.leaves_at(times).ok_or(Refused::WrongState)?;
        if left > now { Err(Refused::TooEarly) } else { self.end(EndReason::ClientLeft, now) }
    }

    /// Raises the level; `None` when that changes nothing.
    pub fn raise(mut self, level: Level) -> Option<Self> {
        (level > self.level).then(|| {
            self.level = level;
            self
        })
    }

    /// A supervisor lowers the level; one that stands there or below stays.
    #[must_use]
    pub fn lower(mut self, level: Level) -> Self {
        self.level = self.level.min(level);
        self
    }

    /// The last assigned person has sent the wrap-up.
    pub fn wrap_up(self, by: StaffId, now: Timestamp, times: &Times) -> Result<Self, Refused> {
        match self.state {
            State::Ended { last, .. } if last != Some(by) => Err(Refused::NotYours),
            State::Ended { at, .. } if at.plus(times.wrap_up) <= now => Err(Refused::TooLate),
            State::Ended { at, reason, last, .. } => {
                Ok(self.into(State::Ended { at, reason, last, wrapped_up: true }))
            }
            _ => Err(Refused::WrongState),
        }
    }

    fn end(mut self, reason: EndReason, now: Timestamp) -> Result<Self, Refused> {
        let last = match self.state {
            State::Ended { .. } => return Err(Refused::WrongState),
            State::Active { by, .. } => Some(by),
            State::Waiting | State::Opening { .. } => None,
        };
        self.left_behind = false;
        Ok(self.into(State::Ended { at: now, reason, last, wrapped_up: false }))
    }

    fn opened_by(&self, by: StaffId, now: Timestamp) -> Result<(), Refused> {
        match self.state {
            State::Opening { by: opener, .. } if opener != by => Err(Refused::NotYours),
            State::Opening { until, .. } if until <= now => Err(Refused::TooLate),
            State::Opening { .. } => Ok(()),
            _ => Err(Refused::WrongState),
        }
    }

    fn assigned_to(&self, by: StaffId) -> Result<(), Refused> {
        match self.state {
            State::Active { by: assigned, .. } if assigned == by => Ok(()),
            State::Active { .. } => Err(Refused::NotYours),
            _ => Err(Refused::WrongState),
        }
    }

    fn into(mut self, state: State) -> Self {
        self.state = state;
        self
    }
}
