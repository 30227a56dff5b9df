//! What a staff member's desk sends and sees.

use serde::{Deserialize, Serialize};

use crate::command::Named;
use crate::{Blob, CaseView, Envelope, Id, NewEpoch};

/// Whether a counselor takes sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum StaffStatus {
    /// Takes the next one.
    Available,
    /// Here, takes nobody new.
    Busy,
    /// Away from the desk for a while.
    Pause,
}

/// A session that waits, without any content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct QueueItem {
    /// The session.
    pub session_id: Id,
    /// 0 to 3.
    pub level: u8,
    /// Since when it waits, ms since 1970.
    pub since: i64,
    /// Whether the client was here before, or waits again.
    pub returned: bool,
    /// Whether the client's page is connected.
    pub client_here: bool,
    /// The language of the client's page.
    pub language: crate::Language,
}

/// The waiting list as one person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct QueueView {
    /// The first 50, in the order of the policy.
    pub items: Vec<QueueItem>,
    /// How many wait in all.
    pub waiting: u32,
    /// The session that the policy gives this person now, if any.
    pub next: Option<Id>,
}

/// A claimed case: the keys of what waited, for the winner alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ClaimedCase {
    /// The case with both lanes and the newest team boxes.
    pub case: CaseView,
    /// Until when the new epochs must be posted, ms since 1970.
    pub deadline: i64,
}

/// A command of a desk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum StaffCommand {
    /// First frame. Answered with `staff_welcome`.
    StaffHello {
        /// [`crate::PROTOCOL_VERSION`].
        version: u16,
        /// The access token.
        token: String,
        /// The desk was reloaded and waits for the passphrase: the grace is stopped for 3 minutes.
        resuming: bool,
    },
    /// A newer access token of the same sign-in. Answered with `done`.
    Token {
        /// The access token.
        token: String,
    },
    /// Sets the own status. Answered with `done`.
    Status {
        /// The status.
        status: StaffStatus,
    },
    /// Step (a) of a claim: the session that `queue.next` names. Answered with `claimed`.
    Claim {
        /// The session.
        session_id: Id,
    },
    /// Step (b): both epochs and the greeting, in one transaction. Answered with `case`.
    ClaimRecords {
        /// The session.
        session_id: Id,
        /// Lane 1, reason 1.
        chat: NewEpoch,
        /// Lane 2, reason 1, or 0 where there is none yet.
        notes: NewEpoch,
        /// The hello (kind 10), sealed under the new epoch of lane 1.
        hello: Envelope,
    },
    /// The claimed lane 1 does not open or does not match its re-making: it leaves the queue.
    /// Answered with `done`.
    BadBox {
        /// The session that this person is opening.
        session_id: Id,
    },
    /// A message. Answered with `stored` once it is durable.
    Send {
        /// The sealed message; its header names case and lane.
        envelope: Envelope,
    },
    /// Everything up to `seq` was shown. Answered with `done`.
    Read {
        /// The case.
        case_id: Id,
        /// 1 or 2.
        lane: u8,
        /// The highest seq shown.
        seq: u64,
    },
    /// The whole case, for somebody who may read it now. Answered with `case`.
    Case {
        /// The case.
        case_id: Id,
    },
    /// Messages after a place, oldest first, at most 200. Answered with `page`.
    FetchAfter {
        /// The case.
        case_id: Id,
        /// 1 or 2.
        lane: u8,
        /// The newest seq that the desk has, 0 for none.
        seq: u64,
    },
    /// The 50 messages before a place. Answered with `page`.
    FetchBefore {
        /// The case.
        case_id: Id,
        /// 1 or 2.
        lane: u8,
        /// The oldest seq that the desk has.
        seq: u64,
    },
    /// Gives the case back to the queue: lane 1, reason 5. Answered with `done`.
    GiveBack {
        /// The session.
        session_id: Id,
        /// Lane 1, reason 5.
        epoch: NewEpoch,
    },
    /// The counselor ends the session. Answered with `done`.
    End {
        /// The session.
        session_id: Id,
    },
    /// The counselor who is there calls a supervisor. Answered with `escalation`.
    Raise {
        /// The case.
        case_id: Id,
        /// Drawn by the desk; what the record names as its escalation.
        raise_id: Id,
        /// 2 or 3.
        level: u8,
        /// `rec/raise`: why, sealed to the newest escalation key.
        record: Blob,
        /// The raiser's signature over it.
        sig: Blob,
    },
    /// A supervisor has seen it. Answered with `escalation`.
    Acknowledge {
        /// The escalation.
        escalation_id: Id,
    },
    /// A supervisor answers for it from now on. Answered with `escalation`.
    Own {
        /// The escalation.
        escalation_id: Id,
        /// The owner whom it is taken over from, if there is one.
        from: Option<Id>,
    },
    /// A supervisor judges it less urgent. Answered with `escalation`.
    Lower {
        /// The escalation.
        escalation_id: Id,
        /// 2.
        level: u8,
        /// Why: a code of the copy deck (`reason.lower`).
        reason: String,
    },
    /// A supervisor closes it. Answered with `escalation`.
    Resolve {
        /// The escalation.
        escalation_id: Id,
        /// How it ended: a code of the copy deck (`outcome.escalation`).
        outcome: String,
        /// When somebody is to ask again: `YYYY-MM-DD`.
        follow_up: Option<String>,
    },
    /// A supervisor raises a resolved one anew. Answered with `escalation`.
    ReopenEscalation {
        /// The escalation.
        escalation_id: Id,
    },
    /// The page of this minute was shown, and with it each earlier one. Answered with `done`.
    PageSeen {
        /// In minutes since 1970.
        minute: i64,
    },
    /// The second factor once more, for what needs a fresh one. Answered with `done`.
    Confirm {
        /// The one-time code.
        code: String,
    },
    /// A supervisor opens a case, or goes on with the ask. Answered with `glass`.
    BreakGlass {
        /// Drawn by the desk; what makes a retry safe.
        opening_id: Id,
        /// The case.
        case_id: Id,
        /// Why: a code of the copy deck (`reason.break_glass`).
        reason: String,
    },
    /// Another supervisor agrees. Answered with `opening`.
    ApproveOpening {
        /// The opening.
        opening_id: Id,
    },
    /// Another supervisor does not agree. Answered with `opening`.
    RefuseOpening {
        /// The opening.
        opening_id: Id,
    },
    /// Another supervisor countersigns what was opened alone. Answered with `opening`.
    Countersign {
        /// The opening.
        opening_id: Id,
    },
    /// A supervisor closes the own opening, or takes the ask back. Answered with `opening`.
    CloseOpening {
        /// The opening.
        opening_id: Id,
    },
    /// A supervisor who has opened the case joins the counselor. Answered with `case`.
    Join {
        /// The case.
        case_id: Id,
        /// Lane 1, reason 4.
        chat: NewEpoch,
        /// Lane 2, reason 4.
        notes: NewEpoch,
        /// The hello (kind 10), sealed under the new epoch of lane 1.
        hello: Envelope,
    },
    /// A supervisor becomes the assigned person: one who has joined, or who has opened a case whose
    /// counselor is gone. Answered with `case`.
    TakeOver {
        /// The case.
        case_id: Id,
        /// Lane 1, reason 3.
        chat: NewEpoch,
        /// Lane 2, reason 3.
        notes: NewEpoch,
        /// The hello (kind 10), sealed under the new epoch of lane 1.
        hello: Envelope,
    },
    /// A supervisor who has joined leaves. Answered with `done`.
    Leave {
        /// The case.
        case_id: Id,
        /// Lane 1, reason 7.
        chat: NewEpoch,
        /// Lane 2, reason 7.
        notes: NewEpoch,
    },
    /// A supervisor who has opened a case that is left behind puts it into the queue again.
    /// Answered with `done`.
    Requeue {
        /// The case.
        case_id: Id,
        /// Lane 1, reason 5.
        epoch: NewEpoch,
    },
    /// New epochs for those who read the case already, by somebody in it or a supervisor who has
    /// opened it: whoever is gone drops out, and boxes are made anew. Answered with `done`.
    Rekey {
        /// The case.
        case_id: Id,
        /// Lane 1, reason 5, by the assigned person alone: where the staff list still names somebody
        /// who is gone, lane 1 passes through the team. Everybody but the maker drops out.
        through: Option<NewEpoch>,
        /// Lane 1, reason 6; after `through` reason 1.
        chat: NewEpoch,
        /// Lane 2, the same reason; none while the case has no lane 2.
        notes: Option<NewEpoch>,
    },
}

impl Named for StaffCommand {
    const NAMES: &'static [&'static str] = &[
        "staff_hello",
        "token",
        "status",
        "claim",
        "claim_records",
        "bad_box",
        "send",
        "read",
        "case",
        "fetch_after",
        "fetch_before",
        "give_back",
        "end",
        "raise",
        "acknowledge",
        "own",
        "lower",
        "resolve",
        "reopen_escalation",
        "page_seen",
        "confirm",
        "break_glass",
        "approve_opening",
        "refuse_opening",
        "countersign",
        "close_opening",
        "join",
        "take_over",
        "leave",
        "requeue",
        "rekey",
    ];
}

/// An access token and a one-time code are nobody's to read: a command shows its name.
impl std::fmt::Debug for StaffCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::StaffHello { .. } => "StaffHello",
            Self::Token { .. } => "Token",
            Self::Status { .. } => "Status",
            Self::Claim { .. } => "Claim",
            Self::ClaimRecords { .. } => "ClaimRecords",
            Self::BadBox { .. } => "BadBox",
            Self::Send { .. } => "Send",
            Self::Read { .. } => "Read",
            Self::Case { .. } => "Case",
            Self::FetchAfter { .. } => "FetchAfter",
            Self::FetchBefore { .. } => "FetchBefore",
            Self::GiveBack { .. } => "GiveBack",
            Self::End { .. } => "End",
            Self::Raise { .. } => "Raise",
            Self::Acknowledge { .. } => "Acknowledge",
            Self::Own { .. } => "Own",
            Self::Lower { .. } => "Lower",
            Self::Resolve { .. } => "Resolve",
            Self::ReopenEscalation { .. } => "ReopenEscalation",
            Self::PageSeen { .. } => "PageSeen",
            Self::Confirm { .. } => "Confirm",
            Self::BreakGlass { .. } => "BreakGlass",
            Self::ApproveOpening { .. } => "ApproveOpening",
            Self::RefuseOpening { .. } => "RefuseOpening",
            Self::Countersign { .. } => "Countersign",
            Self::CloseOpening { .. } => "CloseOpening",
            Self::Join { .. } => "Join",
            Self::TakeOver { .. } => "TakeOver",
            Self::Leave { .. } => "Leave",
            Self::Requeue { .. } => "Requeue",
            Self::Rekey { .. } => "Rekey",
        })
    }
}
