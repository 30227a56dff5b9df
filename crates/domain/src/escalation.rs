//! An escalation, as a state machine: who has to answer for a danger, and until when.

use std::cmp::Reverse;

use crate::codes::codes;
use crate::{CaseId, Day, Deadlines, EscId, Level, Session, StaffId, Timestamp, session};

codes! {
    /// Who raises.
    Source {
        /// The client, by the danger button.
        ClientButton = "client_button",
        /// The client, by an answer of the intake.
        ClientIntake = "client_intake",
        /// The counselor, with a reason.
        Counselor = "counselor",
    }
}

impl Source {
    /// Whether a staff member raises, who has spoken to the client.
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Counselor)
    }
}

codes! {
    /// How an escalation ended; the copy deck has the words (`outcome.escalation`).
    Outcome {
        /// The client is safe for now.
        SafeNow = "safe_now",
        /// The client moved to safety.
        Moved = "moved",
        /// The client reached the police.
        PoliceReached = "police_reached",
        /// She got medical care.
        Medical = "medical",
        /// The regional service took it on.
        Uptd = "uptd",
        /// The national line took it on.
        Sapa = "sapa",
        /// A service for children took it on.
        ChildService = "child_service",
        /// A safety plan was made.
        Plan = "plan",
        /// The client chose not to.
        Declined = "declined",
        /// Contact was lost.
        ContactLost = "contact_lost",
        /// No danger after all.
        NotDanger = "not_danger",
        /// Another escalation goes on with it.
        Joined = "joined",
    }
}

codes! {
    /// Why a supervisor lowers a level; the copy deck has the words (`reason.lower`).
    LowerReason {
        /// New facts.
        NewFacts = "new_facts",
        /// Whom she fears is away.
        PersonAway = "person_away",
        /// The client is in a safe place.
        SafePlace = "safe_place",
        /// Help has arrived.
        HelpThere = "help_there",
        /// It was raised by mistake.
        Mistake = "mistake",
        /// It had been escalated already.
        Duplicate = "duplicate",
        /// Another reason.
        Other = "other",
    }
}

/// Who did something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deed {
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: Timestamp,
}

/// An escalation with its marks; a case has at most one that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// The id of its first raise.
    pub id: EscId,
    /// Of which case.
    pub case: CaseId,
    /// 2 or 3. Rises with each raise, falls only when a supervisor lowers it.
    pub level: Level,
    /// A staff member has raised or joined it: it does not rest on the client's word alone.
    pub by_staff: bool,
    /// When it was first raised.
    pub opened_at: Timestamp,
    /// Mark: since when the client is gone.
    pub client_left: Option<Timestamp>,
    /// Where it stands.
    pub state: State,
}

/// Where an escalation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has answered for its level yet.
    Raised {
        /// To be acknowledged before this instant; supervisors are paged from here on.
        due: Timestamp,
        /// Who owned it at a lower level, and goes on to.
        owner: Option<Deed>,
    },
    /// A supervisor has seen it.
    Acknowledged {
        /// Who, when.
        ack: Deed,
    },
    /// A supervisor answers for it.
    Owned {
        /// Who acknowledged its level.
        ack: Deed,
        /// Who answers, since when.
        owner: Deed,
    },
    /// Over.
    Resolved {
        /// Who resolved it.
        done: Deed,
        /// Who answered for it.
        owner: Deed,
        /// How it ended.
        outcome: Outcome,
        /// When somebody is to ask again.
        follow_up: Option<Day>,
    },
}

/// Why a transition is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Only levels 2 and 3 escalate; 1 is a mark.
    #[error("the level does not escalate")]
    NoEscalation,
    /// It is resolved; it may be reopened.
    #[error("the escalation is resolved")]
    NotOpen,
    /// Another supervisor has acknowledged it.
    #[error("acknowledged by another supervisor")]
    Acknowledged(Deed),
    /// Another supervisor owns it, and not the one it was to be taken over from.
    #[error("owned by another supervisor")]
    Owned(Deed),
    /// It stands at this level or below already.
    #[error("not lower than its level")]
    NotLower,
    /// Nobody answers for its level yet.
    #[error("owned by nobody")]
    NotOwned,
    /// The case has another open escalation.
    #[error("another escalation of the case is open")]
    AnotherOpen,
}

/// What a transition gives.
pub type Result<T> = std::result::Result<T, Refused>;

impl Escalation {
    /// The first raise of a case without an open escalation.
    pub fn raise(
        id: EscId,
        case: CaseId,
        (source, level): (Source, Level),
        now: Timestamp,
        deadlines: &Deadlines,
    ) -> Result<Self> {
        let due = now.plus(deadlines.of(level).ok_or(Refused::NoEscalation)?);
        Ok(Self {
            id,
            case,
            level,
            by_staff: source.is_staff(),
            opened_at: now,
            client_left: None,
            state: State::Raised { due, owner: None },
        })
    }

    /// A later raise. A level above the one that stands has to be acknowledged anew, in its own
    /// time; the owner stays.
    pub fn join(
        mut self,
        (source, level): (Source, Level),
        now: Timestamp,
        deadlines: &Deadlines,
    ) -> Result<Self> {
        let due = now.plus(deadlines.of(level).ok_or(Refused::NoEscalation)?);
        let (due, owner) = match self.state {
            State::Raised { due: before, owner } => (due.min(before), owner),
            State::Acknowledged { .. } => (due, None),
            State::Owned { owner, .. } => (due, Some(owner)),
            State::Resolved { .. } => return Err(Refused::NotOpen),
        };
        self.by_staff |= source.is_staff();
        if level > self.level {
            self.level = level;
            self.state = State::Raised { due, owner };
        }
        Ok(self)
    }

    /// A supervisor has seen it; the same one again changes nothing.
    pub fn acknowledge(self, by: StaffId, now: Timestamp) -> Result<Self> {
        match self.state {
            State::Raised { owner, .. } => Ok(self.answered(Deed { by, at: now }, owner)),
            State::Acknowledged { ack } | State::Owned { ack, .. } if ack.by == by => Ok(self),
            State::Acknowledged { ack } | State::Owned { ack, .. } => {
                Err(Refused::Acknowledged(ack))
            }
            State::Resolved { .. } => Err(Refused::NotOpen),
        }
    }

    /// A supervisor answers for it from now on, which acknowledges it.
    ///
    /// `from` names the owner whom she takes it over from, so that nobody does so unawares.
    pub fn own(self, by: StaffId, from: Option<StaffId>, now: Timestamp) -> Result<Self> {
        let new = Deed { by, at: now };
        let (ack, owner) = match self.state {
            State::Raised { owner, .. } => (new, owner),
            State::Acknowledged { ack } => (ack, None),
            State::Owned { ack, owner } => (ack, Some(owner)),
            State::Resolved { .. } => return Err(Refused::NotOpen),
        };
        match owner {
            Some(owner) if owner.by == by => Ok(self.answered(ack, Some(owner))),
            Some(owner) if from != Some(owner.by) => Err(Refused::Owned(owner)),
            Some(_) | None => Ok(self.answered(ack, Some(new))),
        }
    }

    /// A supervisor judges it less urgent, which acknowledges it.
    pub fn lower(mut self, by: StaffId, to: Level, now: Timestamp) -> Result<Self> {
        if !to.escalates() {
            return Err(Refused::NoEscalation);
        }
        if matches!(self.state, State::Resolved { .. }) {
            return Err(Refused::NotOpen);
        }
        if to >= self.level {
            return Err(Refused::NotLower);
        }
        self.level = to;
        match self.state {
            State::Raised { owner, .. } => Ok(self.answered(Deed { by, at: now }, owner)),
            _ => Ok(self),
        }
    }

    /// Any supervisor closes it, once somebody answers for its level; the same again changes
    /// nothing.
    pub fn resolve(
        mut self,
        by: StaffId,
        outcome: Outcome,
        follow_up: Option<Day>,
        now: Timestamp,
    ) -> Result<Self> {
        match self.state {
            State::Owned { owner, .. } => {
                let done = Deed { by, at: now };
                self.state = State::Resolved { done, owner, outcome, follow_up };
                Ok(self)
            }
            State::Resolved { done, outcome: stands, follow_up: day, .. }
                if (done.by, stands, day) == (by, outcome, follow_up) =>
            {
                Ok(self)
            }
            State::Resolved { .. } => Err(Refused::NotOpen),
            State::Raised { .. } | State::Acknowledged { .. } => Err(Refused::NotOwned),
        }
    }

    /// A resolved one is raised anew, with a new deadline; an open one stays as it is.
    pub fn reopen(mut self, now: Timestamp, deadlines: &Deadlines) -> Result<Self> {
        if let State::Resolved { .. } = self.state {
            let due = now.plus(deadlines.of(self.level).ok_or(Refused::NoEscalation)?);
            self.state = State::Raised { due, owner: None };
        }
        Ok(self)
    }

    /// Whoever answered for it is gone: it is raised anew, in its own time. Of anybody else, nothing
    /// changes.
    pub fn vacate(mut self, gone: StaffId, now: Timestamp, deadlines: &Deadlines) -> Result<Self> {
        if self.answerer() == Some(gone) {
            let due = now.plus(deadlines.of(self.level).ok_or(Refused::NoEscalation)?);
            self.state = State::Raised { due, owner: None };
        }
        Ok(self)
    }

    /// The mark *client left*, as the newest session of the case has it.
    #[must_use]
    pub fn with_client(mut self, newest: &Session) -> Self {
        self.client_left = match newest.state {
            session::State::Ended { at, reason, .. } if reason.by_client() => Some(at),
            _ => None,
        };
        self
    }

    /// Whether it is not over.
    pub const fn is_open(&self) -> bool {
        !matches!(self.state, State::Resolved { .. })
    }

    /// When it has to be acknowledged; none once it is, and once it is resolved.
    pub const fn due(&self) -> Option<Timestamp> {
        match self.state {
            State::Raised { due, .. } => Some(due),
            _ => None,
        }
    }

    /// Who answers for it, or last did.
    pub const fn owner(&self) -> Option<Deed> {
        match self.state {
            State::Raised { owner, .. } => owner,
            State::Acknowledged { .. } => None,
            State::Owned { owner, .. } | State::Resolved { owner, .. } => Some(owner),
        }
    }

    /// Who is to do something about it now: its owner, else who has acknowledged it.
    pub const fn answerer(&self) -> Option<StaffId> {
        match self.state {
            State::Acknowledged { ack } => Some(ack.by),
            State::Owned { owner, .. } => Some(owner.by),
            State::Raised { .. } | State::Resolved { .. } => None,
        }
    }

    fn answered(mut self, ack: Deed, owner: Option<Deed>) -> Self {
        self.state = match owner {
            Some(owner) => State::Owned { ack, owner },
            None => State::Acknowledged { ack },
        };
        self
    }
}

/// An escalation with what its case says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// The escalation.
    pub escalation: Escalation,
    /// A counselor has spoken to the client since it was raised, or did so when it was.
    pub spoken_to: bool,
}

impl Queued {
    /// Whether its level is the client's word alone and nobody has taken the case.
    pub const fn not_yet_spoken_to(&self) -> bool {
        !self.escalation.by_staff && !self.spoken_to
    }
}

/// Sorts the queue: whoever staff have spoken to first, by level and then by due time; below them
/// the others by due time alone. What is acknowledged follows what is not.
pub fn order(queue: &mut [Queued]) {
    queue.sort_unstable_by_key(|queued| {
        let Escalation { id, level, opened_at, .. } = queued.escalation;
        let (apart, due) = (queued.not_yet_spoken_to(), queued.escalation.due());
        (apart, (!apart).then_some(Reverse(level)), due.is_none(), due, opened_at, id)
    });
}
