//! An opening: one break glass of a supervisor, as a state machine (`crypto.md` 7.6).
//!
//! Where nobody else called for it, a second supervisor agrees before, or countersigns after.

use crate::codes::codes;
use crate::escalation::Deed;
use crate::{CaseId, OpeningId, OpeningTimes, StaffId, Timestamp};

codes! {
    /// Why a supervisor opens a case; the copy deck has the words (`reason.break_glass`).
    OpeningReason {
        /// Danger now.
        Danger = "danger",
        /// A child in danger.
        Child = "child",
        /// Risk of suicide.
        Suicide = "suicide",
        /// The counselor asked for help.
        CounselorAsked = "counselor_asked",
        /// The counselor is gone.
        CounselorGone = "counselor_gone",
        /// Nobody can take it from the queue.
        LeftBehind = "left_behind",
        /// A follow-up that was promised.
        FollowUp = "follow_up",
        /// The client asked for it.
        ClientRequest = "client_request",
        /// Coaching of the counselor; reads only.
        Coaching = "coaching",
        /// A complaint about the service.
        Complaint = "complaint",
        /// The client's right to her data.
        DataRequest = "data_request",
    }
}

impl OpeningReason {
    /// Whether who opened for this may only read: not join, take over or put into the queue.
    pub const fn reads_only(self) -> bool {
        matches!(self, Self::Coaching)
    }
}

/// What the rule about a second supervisor reads of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four facts that do not depend on each other")]
pub struct Circumstances {
    /// Its open escalation has a raise by somebody else than the opener; the client is somebody.
    pub raised_by_another: bool,
    /// Its newest session is marked left behind.
    pub left_behind: bool,
    /// Somebody else than the opener is assigned.
    pub another_assigned: bool,
    /// The newest roster has another supervisor.
    pub another_supervisor: bool,
}

impl Circumstances {
    /// Whether an opening for this reason needs a second supervisor.
    pub const fn need_second(&self, reason: OpeningReason) -> bool {
        let called = match reason {
            OpeningReason::LeftBehind => self.left_behind,
            OpeningReason::CounselorAsked => self.another_assigned,
            _ => false,
        };
        self.another_supervisor && !self.raised_by_another && !called
    }
}

/// One break glass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Its id.
    pub id: OpeningId,
    /// Of which case.
    pub case: CaseId,
    /// Which supervisor opens.
    pub by: StaffId,
    /// Why.
    pub reason: OpeningReason,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Where it stands.
    pub state: State,
}

/// Where an opening stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A second supervisor is to answer.
    Asked,
    /// A second supervisor agrees; its asker may open.
    Approved {
        /// Who, when.
        second: Deed,
    },
    /// A second supervisor does not agree.
    Refused {
        /// Who, when.
        second: Deed,
    },
    /// The boxes are released; its owner reads.
    Open {
        /// How it came to that.
        opened: Opened,
        /// Reads before this instant.
        until: Timestamp,
    },
    /// Over.
    Closed {
        /// How far it had come.
        reached: Reached,
        /// When it ended.
        at: Timestamp,
    },
}

/// How far an opening had come when it was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// It was asked for.
    Asked,
    /// A second supervisor agreed, and it was not opened.
    Approved {
        /// Who, when.
        second: Deed,
    },
    /// It was opened.
    Opened(Opened),
}

/// How a case came to be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// When.
    pub at: Timestamp,
    /// The second supervisor.
    pub second: Second,
}

/// What stands for a second supervisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    /// None was needed.
    NotNeeded,
    /// Who agreed before.
    Approved(Deed),
    /// Nobody was there; somebody is to countersign.
    Alone {
        /// Who did.
        countersigned: Option<Deed>,
    },
}

/// Why a transition, or what needs an opening, is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The one who asked cannot be the second.
    #[error("their own opening")]
    Own,
    /// It is somebody else's.
    #[error("somebody else's opening")]
    NotYours,
    /// It was refused or closed, or its time is over.
    #[error("the opening is over")]
    Over,
    /// It needs no answer any more: another supervisor gave one, or it was opened without.
    #[error("the opening was answered")]
    Answered,
    /// It was not opened alone.
    #[error("nothing to countersign")]
    NotAlone,
    /// The person has no opening of the case.
    #[error("the case is not open to this person")]
    NotOpened,
    /// The person's opening lets read only.
    #[error("the opening lets read only")]
    ReadsOnly,
}

/// What a transition gives.
pub type Result<T> = std::result::Result<T, Refused>;

impl Opening {
    /// A supervisor wants to open a case.
    pub const fn ask(
        (id, case): (OpeningId, CaseId),
        by: StaffId,
        reason: OpeningReason,
        now: Timestamp,
    ) -> Self {
        Self { id, case, by, reason, asked_at: now, state: State::Asked }
    }

    /// Its asker opens, if they may by now; otherwise it stays asked.
    ///
    /// What is open already stays so, and not a moment longer.
    pub fn open(
        self,
        needs_second: bool,
        others_here: bool,
        now: Timestamp,
        times: &OpeningTimes,
    ) -> Result<Self> {
        if self.is_over(now, times) {
            return Err(Refused::Over);
        }
        let alone = !others_here && self.alone_from(times) <= now;
        let second = match self.state {
            State::Asked if !needs_second => Second::NotNeeded,
            State::Asked if alone => Second::Alone { countersigned: None },
            State::Approved { second } => Second::Approved(second),
            State::Open { .. } if !self.is_live(now) => return Err(Refused::Over),
            _ => return Ok(self),
        };
        let (opened, until) = (Opened { at: now, second }, now.plus(times.read));
        Ok(self.into(State::Open { opened, until }))
    }

    /// Another supervisor agrees; the same one again changes nothing.
    pub fn approve(self, by: StaffId, now: Timestamp, times: &OpeningTimes) -> Result<Self> {
        if self.by == by {
            return Err(Refused::Own);
        }
        match self.state {
            _ if self.approved().is_some_and(|second| second.by == by) => Ok(self),
            State::Asked if !self.is_over(now, times) => {
                Ok(self.into(State::Approved { second: Deed { by, at: now } }))
            }
            _ if self.is_over(now, times) => Err(Refused::Over),
            _ => Err(Refused::Answered),
        }
    }

    /// Another supervisor does not agree; the same one again changes nothing.
    pub fn refuse(self, by: StaffId, now: Timestamp, times: &OpeningTimes) -> Result<Self> {
        if self.by == by {
            return Err(Refused::Own);
        }
        match self.state {
            State::Refused { second } if second.by == by => Ok(self),
            State::Asked if !self.is_over(now, times) => {
                Ok(self.into(State::Refused { second: Deed { by, at: now } }))
            }
            _ if self.is_over(now, times) => Err(Refused::Over),
            _ => Err(Refused::Answered),
        }
    }

    /// Another supervisor countersigns what was opened alone, also after it was closed, and late
    /// rather than never; the same one again changes nothing.
    pub fn countersign(mut self, by: StaffId, now: Timestamp) -> Result<Self> {
        if self.by == by {
            return Err(Refused::Own);
        }
        let (State::Open { opened, .. } | State::Closed { reached: Reached::Opened(opened), .. }) =
            &mut self.state
        else {
            return Err(Refused::NotAlone);
        };
        let Second::Alone { countersigned } = &mut opened.second else {
            return Err(Refused::NotAlone);
        };
        match countersigned {
            Some(deed) if deed.by == by => {}
            Some(_) => return Err(Refused::Answered),
            None => *countersigned = Some(Deed { by, at: now }),
        }
        Ok(self)
    }

    /// Its asker closes it, or takes the ask back; what is over changes nothing.
    pub fn close(self, by: StaffId, now: Timestamp, times: &OpeningTimes) -> Result<Self> {
        if self.by == by { Ok(self.end(now, times)) } else { Err(Refused::NotYours) }
    }

    /// Ends it now, or at the instant at which its time was over.
    #[must_use]
    pub fn end(self, now: Timestamp, times: &OpeningTimes) -> Self {
        let Some(ends) = self.ends(times) else { return self };
        let reached = match (self.opened(), self.approved()) {
            (Some(opened), _) => Reached::Opened(opened),
            (None, Some(second)) => Reached::Approved { second },
            (None, None) => Reached::Asked,
        };
        self.into(State::Closed { reached, at: ends.min(now) })
    }

    /// From when its asker may open it alone, while it is asked for.
    pub fn alone_from(&self, times: &OpeningTimes) -> Timestamp {
        self.asked_at.plus(times.alone_after)
    }

    /// When it ends by itself: the ask, or the reading. None once it was refused or closed.
    pub fn ends(&self, times: &OpeningTimes) -> Option<Timestamp> {
        match self.state {
            State::Asked | State::Approved { .. } => Some(self.asked_at.plus(times.ask)),
            State::Open { until, .. } => Some(until),
            State::Refused { .. } | State::Closed { .. } => None,
        }
    }

    /// Whether nothing can come of it any more.
    pub fn is_over(&self, now: Timestamp, times: &OpeningTimes) -> bool {
        self.ends(times).is_none_or(|ends| ends <= now)
    }

    /// Whether its owner reads the case now. A clock that went back opens nothing again.
    pub fn is_live(&self, now: Timestamp) -> bool {
        matches!(self.state, State::Open { opened, until } if opened.at <= now && now < until)
    }

    /// How it was opened, if it ever was.
    pub const fn opened(&self) -> Option<Opened> {
        match self.state {
            State::Open { opened, .. } | State::Closed { reached: Reached::Opened(opened), .. } => {
                Some(opened)
            }
            _ => None,
        }
    }

    /// Who agreed before it was opened, or before the ask was over.
    pub const fn approved(&self) -> Option<Deed> {
        match (self.state, self.opened()) {
            (
                State::Approved { second }
                | State::Closed { reached: Reached::Approved { second }, .. },
                _,
            )
            | (_, Some(Opened { second: Second::Approved(second), .. })) => Some(second),
            _ => None,
        }
    }

    /// Whether it was opened alone.
    pub const fn is_alone(&self) -> bool {
        matches!(self.opened(), Some(Opened { second: Second::Alone { .. }, .. }))
    }

    /// Who countersigned what was opened alone.
    pub const fn countersigned(&self) -> Option<Deed> {
        match self.opened() {
            Some(Opened { second: Second::Alone { countersigned }, .. }) => countersigned,
            _ => None,
        }
    }

    /// Until when somebody is to countersign; none when nobody has to.
    pub fn countersign_before(&self, times: &OpeningTimes) -> Option<Timestamp> {
        match self.opened()? {
            Opened { at, second: Second::Alone { countersigned: None } } => {
                Some(at.plus(times.countersign))
            }
            _ => None,
        }
    }

    fn into(mut self, state: State) -> Self {
        self.state = state;
        self
    }
}
