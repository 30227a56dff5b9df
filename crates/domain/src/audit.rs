//! What the audit remembers: who did what to which case, never a word of it.

use crate::escalation::{LowerReason, Outcome};
use crate::opening::OpeningReason;
use crate::{CaseId, Level, StaffId, Timestamp};

/// One line of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub event: Event,
    /// The case it was done to, if any.
    pub case: Option<CaseId>,
    /// The staff member it was done to, if any.
    pub staff: Option<StaffId>,
    /// What more there is to say of it, as a code.
    pub detail: Option<Detail>,
}

/// What some events say beside who and what; stored as a code that never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Detail {
    /// The level that was raised.
    Level(Level),
    /// Why a level was lowered.
    Lowered(LowerReason),
    /// How an escalation ended.
    Outcome(Outcome),
    /// Why a supervisor opens a case.
    Opening(OpeningReason),
}

impl Detail {
    /// The stored code.
    pub fn code(self) -> String {
        match self {
            Self::Level(level) => format!("level.{}", level.get()),
            Self::Lowered(reason) => format!("lower.{}", reason.code()),
            Self::Outcome(outcome) => format!("outcome.{}", outcome.code()),
            Self::Opening(reason) => format!("opening.{}", reason.code()),
        }
    }

    /// The detail with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        let (kind, code) = code.split_once('.')?;
        match kind {
            "level" => code.parse::<u8>().ok()?.try_into().ok().map(Self::Level),
            "lower" => LowerReason::from_code(code).map(Self::Lowered),
            "outcome" => Outcome::from_code(code).map(Self::Outcome),
            "opening" => OpeningReason::from_code(code).map(Self::Opening),
            _ => None,
        }
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A client; which one stands in `case`.
    Client,
    /// A staff member.
    Staff(StaffId),
    /// Someone at the command line, by their account on the machine.
    Cli(String),
    /// A rule of the service itself.
    Service,
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What was done. The code is stored and never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Event { $($(#[$doc])* $name,)* }

        impl Event {
            /// The stored code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The event with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Some(match code { $($code => Self::$name,)* _ => return None })
            }
        }
    };
}

events! {
    /// The newest team boxes of a case went to the one who claims it.
    TeamBoxReleased = "team_box_released",
    /// A claim ran out without records; that person holds the key of what waited.
    ClaimLapsed = "claim_lapsed",
    /// A claimer's released box did not open.
    BadBox = "bad_box",
    /// A member's box of a group half did not open; it is to be boxed again.
    BadGroupBox = "bad_group_box",
    /// A counselor became the assigned person.
    CaseClaimed = "case_claimed",
    /// A counselor gave a case back.
    CaseGivenBack = "case_given_back",
    /// A client returned with the code.
    ClientReturned = "client_returned",
    /// An invite was made.
    InviteMade = "invite_made",
    /// An invite was used.
    Enrolled = "enrolled",
    /// A staff member may no longer sign in.
    StaffDisabled = "staff_disabled",
    /// A staff member's sign-in succeeded.
    SignedIn = "signed_in",
    /// A refresh token was used twice; its family is revoked.
    RefreshReused = "refresh_reused",
    /// A passphrase was changed.
    PassphraseChanged = "passphrase_changed",
    /// New organisation keys stand.
    OrgkeysPublished = "orgkeys_published",
    /// A new roster stands.
    RosterPublished = "roster_published",
    /// A new group generation stands.
    GroupPublished = "group_published",
    /// The chat of a case was shredded by its clock.
    ChatShredded = "chat_shredded",
    /// The notes of a case were shredded by their clock.
    NotesShredded = "notes_shredded",
    /// A case was shredded by its clock: its tombstone.
    CaseShredded = "case_shredded",
    /// Supervisors were called.
    EscalationRaised = "escalation_raised",
    /// A later raise joined an open escalation.
    EscalationJoined = "escalation_joined",
    /// A supervisor acknowledged an escalation.
    EscalationAcknowledged = "escalation_acknowledged",
    /// A supervisor answers for an escalation; `staff` is the owner before, if there was one.
    EscalationOwned = "escalation_owned",
    /// Whoever answered for an escalation is gone, and it is raised anew; `staff` is who that was.
    EscalationVacated = "escalation_vacated",
    /// A supervisor lowered the level of an escalation.
    EscalationLowered = "escalation_lowered",
    /// An escalation was resolved.
    EscalationResolved = "escalation_resolved",
    /// A resolved escalation was raised anew.
    EscalationReopened = "escalation_reopened",
    /// A supervisor asks to open a case, which needs a second one.
    OpeningAsked = "opening_asked",
    /// Another supervisor agrees; `staff` is who asked.
    OpeningApproved = "opening_approved",
    /// Another supervisor does not agree; `staff` is who asked.
    OpeningRefused = "opening_refused",
    /// A supervisor opened a case: its escalation boxes are released. `staff` is who agreed.
    CaseOpened = "case_opened",
    /// The same, alone: no second supervisor was there.
    CaseOpenedAlone = "case_opened_alone",
    /// Another supervisor countersigned what was opened alone; `staff` is who opened it.
    OpeningCountersigned = "opening_countersigned",
    /// An opening, or an ask, is over.
    OpeningClosed = "opening_closed",
    /// A supervisor joined the counselor of a case.
    CaseJoined = "case_joined",
    /// A supervisor became the assigned person; `staff` is who was before.
    CaseTakenOver = "case_taken_over",
    /// A supervisor who had joined left.
    CaseLeft = "case_left",
    /// Somebody made new epochs of both lanes for those who still read them; `staff` is who read the
    /// ones before and is not there any more, if anybody was.
    CaseRekeyed = "case_rekeyed",
    /// A supervisor put a case back into the queue; `staff` is who was assigned, if anybody was.
    CaseRequeued = "case_requeued",
}
