//! What the server sends: a reply to each command, and events.

use serde::{Deserialize, Serialize};

use crate::case::FrameProblem;
use crate::{
    BoardChange, CaseView, ClaimedCase, EscalationView, Id, LeftBehindView, OpeningView, OrgAt,
    Page, PageView, QueueView, RecordView, SessionView, StaffStatus, StoredAck, StoredMessage,
};

/// A frame of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Frame {
    /// The answer to one command.
    Reply {
        /// The command's number.
        re: u64,
        /// The answer.
        #[serde(flatten)]
        reply: Reply,
    },
    /// Something that happened.
    Event(Event),
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Reply {
    /// It was done.
    Done,
    /// It was refused.
    Refused(FrameProblem),
    /// To `hello`.
    Welcome {
        /// The session.
        session: SessionView,
        /// Records of lane 1 that the page does not have.
        records: Vec<RecordView>,
        /// The statements to judge them by.
        org: OrgAt,
        /// Messages that the page does not have, at most 200; more with `fetch_after`.
        page: Page,
        /// The highest seq that the client has read.
        read_by_client: u64,
        /// The highest seq that staff have read.
        read_by_staff: u64,
    },
    /// To `staff_hello`.
    StaffWelcome {
        /// Who.
        staff_id: Id,
        /// The own status.
        status: StaffStatus,
        /// How many sessions at once.
        limit: u32,
        /// The waiting list.
        queue: QueueView,
        /// The sessions that are assigned to this person, with their cases.
        cases: Vec<CaseHead>,
        /// Whether this person holds every group key that their role needs.
        has_keys: bool,
        /// A supervisor's: those that are open, the first 200 in the order of the queue, then those
        /// that were resolved in the last 24 hours, newest first, at most 50. Everybody's: those of
        /// the own cases that are open.
        escalations: Vec<EscalationView>,
        /// A supervisor's: how many are open in all.
        escalations_open: u32,
        /// The pages that this supervisor was not shown yet, oldest first.
        pages: Vec<PageView>,
        /// How many supervisors are connected.
        supervisors: u32,
        /// A supervisor's: what is asked for or approved, what was opened alone and waits for a
        /// countersignature, and the own open ones; oldest first.
        openings: Vec<OpeningView>,
        /// A supervisor's: the cases that are left behind.
        left_behind: Vec<LeftBehindView>,
        /// A supervisor's: the live board.
        board: Option<BoardChange>,
    },
    /// To `send`.
    Stored(StoredAck),
    /// To `fetch_after` and `fetch_before`.
    Page(Page),
    /// To `reopen`, `raise_level` and the client's `end`.
    Session(SessionView),
    /// To `claim`.
    Claimed(ClaimedCase),
    /// To `case`, `claim_records`, `join` and `take_over`.
    Case(CaseView),
    /// To `raise`, and to each command of a supervisor about an escalation.
    Escalation {
        /// The escalation as it stands.
        escalation: EscalationView,
    },
    /// To `break_glass`.
    Glass {
        /// The opening as it stands.
        opening: OpeningView,
        /// The case with its escalation boxes; none while a second supervisor is to answer.
        case: Option<Box<CaseView>>,
    },
    /// To each other command about an opening.
    Opening {
        /// The opening as it stands.
        opening: OpeningView,
    },
}

/// A case that a desk should hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CaseHead {
    /// The case.
    pub case_id: Id,
    /// The session.
    pub session: SessionView,
    /// The newest seq of lane 1.
    pub last_seq: u64,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Event {
    /// A message that somebody else sent, or the own one from another page.
    Message {
        /// The case.
        case_id: Id,
        /// 1 or 2.
        lane: u8,
        /// The message.
        message: StoredMessage,
    },
    /// A new epoch.
    Record {
        /// The case.
        case_id: Id,
        /// 1 or 2.
        lane: u8,
        /// The record with the receiver's boxes.
        record: RecordView,
        /// The statements to judge it by.
        org: OrgAt,
    },
    /// The other side has shown everything up to `seq`.
    Read {
        /// The case.
        case_id: Id,
        /// 1 or 2.
        lane: u8,
        /// The highest seq shown.
        seq: u64,
        /// Whether the client read, else staff.
        by_client: bool,
    },
    /// The session changed: state, place, who is here.
    SessionChanged {
        /// The case.
        case_id: Id,
        /// The session as it stands.
        session: SessionView,
    },
    /// The waiting list changed.
    Queue {
        /// The waiting list.
        queue: QueueView,
    },
    /// An escalation is new or changed. Every supervisor hears it, and who holds the case.
    Escalation {
        /// The escalation as it stands.
        escalation: EscalationView,
    },
    /// Something is overdue: this supervisor is called, until `page_seen`.
    Paged {
        /// The page.
        page: PageView,
    },
    /// Supervisors came or went.
    Supervisors {
        /// How many are connected.
        count: u32,
    },
    /// An opening is new or changed. Every supervisor hears it.
    Opening {
        /// The opening as it stands.
        opening: OpeningView,
    },
    /// The cases that are left behind are others now. Every supervisor hears it.
    LeftBehind {
        /// All of them.
        cases: Vec<LeftBehindView>,
    },
    /// Something changed on the live board; at most once a second. Every supervisor hears it.
    Board {
        /// What changed.
        board: BoardChange,
    },
    /// Orgkeys, roster, groups or the enrolments that wait have changed: fetch them.
    OrgChanged,
}
