//! Visits: the queue, claims, ends, marks, and the client's token.

use async_trait::async_trait;
use domain::policy::{Policy, Waiting};
use domain::{CaseId, EscId, Escalation, Hash, Kid, Level, Session, SessionId, StaffId, Timestamp};

use crate::Result;
use crate::escalations::Raised;
use crate::messages::{NewMessage, Stored};
use crate::records::{NewRecord, PlacedBox};

/// First step of a claim.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// Which session.
    pub session: SessionId,
    /// Who claims it.
    pub staff: StaffId,
    /// When.
    pub now: Timestamp,
}

/// What a claimer gets.
#[derive(Clone)]
pub struct Claimed {
    /// The session, opening.
    pub session: Session,
    /// The newest team box of each lane, released with an audit entry.
    pub boxes: Vec<PlacedBox>,
    /// `false` for a retry of the same person.
    pub fresh: bool,
}

/// Second step of a claim.
#[derive(Clone)]
pub struct ClaimRecords {
    /// Which session.
    pub session: SessionId,
    /// Its claimer.
    pub staff: StaffId,
    /// Lane 1, reason 1.
    pub chat: NewRecord,
    /// Lane 2, reason 1, or reason 0 for its first.
    pub notes: NewRecord,
    /// Hello, in lane 1 and the new epoch.
    pub messages: Vec<NewMessage>,
    /// When.
    pub now: Timestamp,
}

/// A counselor gives an active session back to the team.
#[derive(Clone)]
pub struct GiveBack {
    /// Which session.
    pub session: SessionId,
    /// The assigned person.
    pub staff: StaffId,
    /// Lane 1, reason 5.
    pub record: NewRecord,
    /// When.
    pub now: Timestamp,
}

/// A client opens her session to the team again.
#[derive(Clone)]
pub struct Reopen {
    /// Which session.
    pub session: SessionId,
    /// Lane 1, reason 5.
    pub record: NewRecord,
    /// When.
    pub now: Timestamp,
}

/// A supervisor joins the counselor of a session, or becomes the assigned person.
#[derive(Clone)]
pub struct JoinRecords {
    /// Which session.
    pub session: SessionId,
    /// Which supervisor.
    pub staff: StaffId,
    /// Lane 1, reason 4 to join, 3 to take over.
    pub chat: NewRecord,
    /// Lane 2, the same reason.
    pub notes: NewRecord,
    /// Hello, in lane 1 and the new epoch.
    pub messages: Vec<NewMessage>,
    /// When.
    pub now: Timestamp,
}

/// A supervisor who has joined leaves.
#[derive(Clone)]
pub struct LeaveRecords {
    /// Which session.
    pub session: SessionId,
    /// Which supervisor.
    pub staff: StaffId,
    /// Lane 1, reason 7.
    pub chat: NewRecord,
    /// Lane 2, reason 7.
    pub notes: NewRecord,
    /// When.
    pub now: Timestamp,
}

/// New epochs for those who read a case already.
#[derive(Clone)]
pub struct Rekey {
    /// The newest session of the case.
    pub session: SessionId,
    /// Who makes them: assigned, joined, or a supervisor who has opened the case.
    pub staff: StaffId,
    /// Lane 1, reason 5, by the assigned person alone: where the staff list still names somebody who
    /// is gone, lane 1 passes through the team, and everybody but the maker drops out.
    pub through: Option<NewRecord>,
    /// Lane 1, reason 6; after `through` reason 1.
    pub chat: NewRecord,
    /// Lane 2, the same reason; none while the case has no lane 2.
    pub notes: Option<NewRecord>,
    /// When.
    pub now: Timestamp,
}

/// A supervisor puts a session back into the queue.
#[derive(Clone)]
pub struct Requeue {
    /// Which session.
    pub session: SessionId,
    /// Which supervisor.
    pub staff: StaffId,
    /// Lane 1, reason 5.
    pub record: NewRecord,
    /// When.
    pub now: Timestamp,
}

/// A session after an operation, with the messages that came in the same request.
#[derive(Clone)]
pub struct Moved {
    /// The session.
    pub session: Session,
    /// Where those messages stand.
    pub stored: Vec<Stored>,
    /// The open escalation of the case, where somebody has taken it.
    pub escalation: Option<Escalation>,
    /// `false` for a retry: nothing is to be published again.
    pub fresh: bool,
}

/// Who ends a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ender {
    /// The client of the session.
    Client,
    /// This staff member.
    Staff(StaffId),
}

/// A client's token as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientToken {
    /// The session whose row holds it.
    pub session: Session,
    /// The client's signing key.
    pub csig_kid: Kid,
    /// When the token was made.
    pub issued_at: Timestamp,
}

/// Sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// A session.
    async fn get(&self, session: SessionId) -> Result<Session>;

    /// The newest session of a case; access rules ask for this one.
    async fn newest(&self, case: CaseId) -> Result<Session>;

    /// What a staff member holds now: opening, active, joined, and ended with the wrap-up still to
    /// send.
    async fn of_staff(&self, staff: StaffId, now: Timestamp) -> Result<Vec<Session>>;

    /// The sessions that supervisors see as left behind.
    async fn left_behind(&self) -> Result<Vec<Session>>;

    /// The queue, unsorted; one indexed read.
    async fn queue(&self) -> Result<Vec<Waiting>>;

    /// First step of a claim: the session that policy gives this counselor becomes theirs to open.
    ///
    /// # Errors
    /// `NotNext`; `Taken` when it is not in the queue any more.
    async fn claim(&self, claim: Claim, policy: &dyn Policy) -> Result<Claimed>;

    /// Second step: both records stand, all team boxes of lane 1 are deleted, the session is active.
    ///
    /// The same records again from the same person give what stands.
    ///
    /// # Errors
    /// `Refused` without a running claim of this person; `StaleEpoch` (their time starts anew);
    /// `StaleRoster`.
    async fn claim_records(&self, records: ClaimRecords) -> Result<Moved>;

    /// The claimer's box of lane 1 does not open: the session leaves the queue, marked left behind.
    async fn bad_box(&self, session: SessionId, by: StaffId, now: Timestamp) -> Result<Session>;

    /// The assigned counselor gives it back, to the head of its class.
    async fn give_back(&self, give_back: GiveBack) -> Result<Moved>;

    /// The client opens it again: nobody is there any more, or nobody could take it.
    async fn reopen(&self, reopen: Reopen) -> Result<Moved>;

    /// A supervisor with a live opening joins the counselor: both records stand, the session says
    /// so. Audited. The same records again from the same person give what stands.
    ///
    /// # Errors
    /// `Opening` with `NotOpened` or `ReadsOnly`; `Refused` when the session is not active or the
    /// person is there already; `StaleEpoch`; `StaleRoster`.
    async fn join(&self, join: JoinRecords) -> Result<Moved>;

    /// A supervisor becomes the assigned person: one who has joined, or one with a live opening when
    /// the counselor is gone. Who else has joined stays. Audited; a retry as for `join`.
    ///
    /// # Errors
    /// As for `join`; `Refused` with `TooEarly` while the counselor is there.
    async fn take_over(&self, take: JoinRecords) -> Result<Moved>;

    /// A supervisor who has joined leaves. Audited; a retry as for `join`.
    ///
    /// # Errors
    /// `Refused` when they have not joined; `StaleEpoch`; `StaleRoster`.
    async fn leave(&self, leave: LeaveRecords) -> Result<Moved>;

    /// New epochs of both lanes stand for those who read them already: so drops out who is gone, and
    /// so boxes are made anew. A session that is left behind because nobody could take it waits
    /// again. Audited; a retry as for `join`.
    ///
    /// # Errors
    /// `Opening` as for `join`, for whoever is not in the case; `Refused` while a claim runs, for
    /// records that leave out who is assigned, or for a `through` that nobody who is gone gives
    /// reason to; `StaleEpoch`; `StaleRoster`.
    async fn rekey(&self, rekey: Rekey) -> Result<Moved>;

    /// A supervisor with a live opening puts a session that is left behind, or whose people are
    /// gone, back to the head of its class. Audited; a retry gives what stands.
    ///
    /// # Errors
    /// As for `join`; `Refused` while somebody is there or it is in the queue.
    async fn requeue(&self, requeue: Requeue) -> Result<Moved>;

    /// Ends it. Who ends an ended session again gets it as it stands.
    async fn end(&self, session: SessionId, by: Ender, now: Timestamp) -> Result<Session>;

    /// The wrap-up of an ended session is sent: its last counselor is not there any more.
    async fn wrap_up(&self, session: SessionId, by: StaffId, now: Timestamp) -> Result<Session>;

    /// The client raises the level, and with 2 or 3 an escalation, in one transaction.
    ///
    /// Each press is one raise more, unless it belongs to the last one (`domain::Pressed`). `id` is
    /// the raise's, drawn by the client's page; the same again gives what stands.
    ///
    /// # Errors
    /// `Exists` when the id is another raise's.
    async fn raise_level(
        &self,
        session: SessionId,
        level: Level,
        id: EscId,
        now: Timestamp,
    ) -> Result<Raised>;

    /// The client's last connection is lost.
    async fn client_away(&self, session: SessionId, now: Timestamp) -> Result<Session>;

    /// The client is connected again.
    async fn client_back(&self, session: SessionId) -> Result<Session>;

    /// A staff member's last connection is lost, or a reloaded desk waits to be unlocked: in all
    /// active sessions that are theirs or that they have joined they count as gone at that instant.
    /// Gives those sessions.
    async fn counselor_away(
        &self,
        staff: StaffId,
        gone_at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Session>>;

    /// A staff member is connected and unlocked again. Gives the sessions where they were away.
    async fn counselor_back(&self, staff: StaffId) -> Result<Vec<Session>>;

    /// The session of a living token.
    ///
    /// # Errors
    /// `NotFound` for an unknown, replaced, revoked or expired one: idle and 8 h are checked here.
    async fn by_token(&self, token: Hash, now: Timestamp) -> Result<ClientToken>;

    /// Revokes a token; the client counts as away, and who waits without a code has left. Gives the
    /// session, or `None` if there was none.
    async fn lock_token(&self, token: Hash, now: Timestamp) -> Result<Option<Session>>;

    /// A return with the code: the newest session of the case gets this token in place of its own.
    ///
    /// The same token again changes nothing. Audited.
    async fn renew_token(&self, case: CaseId, token: Hash, now: Timestamp) -> Result<Session>;
}
