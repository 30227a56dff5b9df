//! Escalations: raised once, joined by later raises, answered for by supervisors, paged while late.

use async_trait::async_trait;
use domain::escalation::{LowerReason, Outcome, Queued, Source};
use domain::paging::{Minute, Page};
use domain::{CaseId, Day, EscId, Escalation, Kid, Level, Session, StaffId, Timestamp};

use crate::Result;

/// Why a staff member raises, sealed to the escalation group (`crypto.md` 7.6).
#[derive(Clone, PartialEq, Eq)]
pub struct Reason {
    /// The escalation key that it is sealed to.
    pub rkid: Kid,
    /// `C("rec/raise", ..)` as it came; names the raise's own id, also when it joins.
    pub record: Vec<u8>,
    /// Its signature.
    pub sig: [u8; 64],
}

/// A raise by the counselor of a case.
#[derive(Clone)]
pub struct NewRaise {
    /// Drawn by the counselor's browser; what makes a retry safe.
    pub id: EscId,
    /// Which case.
    pub case: CaseId,
    /// 2 or 3.
    pub level: Level,
    /// Who raises.
    pub staff: StaffId,
    /// Why; the server has verified it.
    pub reason: Reason,
    /// When.
    pub now: Timestamp,
}

/// What stands after a raise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// The session, at the level that was raised or a higher one.
    pub session: Session,
    /// The escalation; none for a mark of level 1.
    pub escalation: Option<Escalation>,
    /// `false` when it changed nothing: nothing is to be published.
    pub fresh: bool,
}

/// One raise of an escalation, as supervisors read it.
#[derive(Clone, PartialEq, Eq)]
pub struct Raise {
    /// Its id; the first of an escalation has the escalation's.
    pub id: EscId,
    /// Who raised.
    pub source: Source,
    /// Which staff member.
    pub staff: Option<StaffId>,
    /// To which level.
    pub level: Level,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Said,
}

/// What a raise says of its reason.
#[derive(Clone, PartialEq, Eq)]
pub enum Said {
    /// Nothing, as a client's; or it was not asked for.
    Nothing,
    /// The sealed reason.
    Why(Reason),
    /// Its row does not open: it was changed or moved by hand.
    Unreadable,
}

/// Whether a reader may have the sealed reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reasons {
    /// A supervisor, who can open them.
    Sealed,
    /// Whoever holds the case: their rows stay closed.
    Hidden,
}

/// An escalation after an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The escalation.
    pub escalation: Escalation,
    /// `false` when it changed nothing: nothing is to be published.
    pub fresh: bool,
    /// The newest session of its case, where that changed with it.
    pub session: Option<Session>,
}

/// A supervisor lowers a level.
#[derive(Debug, Clone, Copy)]
pub struct Lowering {
    /// Which escalation.
    pub id: EscId,
    /// Who.
    pub by: StaffId,
    /// To which level: 2.
    pub to: Level,
    /// Why.
    pub reason: LowerReason,
    /// When.
    pub now: Timestamp,
}

/// A supervisor closes an escalation.
#[derive(Debug, Clone, Copy)]
pub struct Resolution {
    /// Which escalation.
    pub id: EscId,
    /// Who.
    pub by: StaffId,
    /// How it ended.
    pub outcome: Outcome,
    /// When somebody is to ask again.
    pub follow_up: Option<Day>,
    /// When.
    pub now: Timestamp,
}

/// Escalations. Clients raise by what they do: `Cases::open` and
/// `Sessions::raise_level` escalate in their own transactions.
///
/// The server checks that who acknowledges, owns, lowers, resolves and reopens is a supervisor.
/// Each change is audited in its transaction. An open escalation stops the case's clocks; they run
/// anew from its resolution.
#[async_trait]
pub trait Escalations: Send + Sync {
    /// The counselor who is there raises: a new escalation, or one more raise of the open one. The
    /// newest session stands at that level then.
    ///
    /// The same id from the same person again gives what stands.
    ///
    /// # Errors
    /// `Refused` when the person is not there; `Escalation` for a level that does not escalate;
    /// `Exists` when the id is another raise's; `NotFound` for a case that is gone.
    async fn raise(&self, raise: NewRaise) -> Result<Raised>;

    /// A supervisor has seen it.
    ///
    /// # Errors
    /// `Escalation` when it is resolved, or acknowledged by somebody else, who is named.
    async fn acknowledge(&self, id: EscId, by: StaffId, now: Timestamp) -> Result<Answered>;

    /// A supervisor answers for it; `from` is the owner whom she takes it over from.
    ///
    /// # Errors
    /// `Escalation` when it is resolved, or owned by somebody else than `from`, who is named.
    async fn own(
        &self,
        id: EscId,
        by: StaffId,
        from: Option<StaffId>,
        now: Timestamp,
    ) -> Result<Answered>;

    /// A supervisor lowers its level, and that of the newest session.
    ///
    /// # Errors
    /// `Escalation`.
    async fn lower(&self, lowering: Lowering) -> Result<Answered>;

    /// A supervisor closes it.
    ///
    /// # Errors
    /// `Escalation` when nobody answers for its level yet, or it was resolved otherwise.
    async fn resolve(&self, resolution: Resolution) -> Result<Answered>;

    /// A supervisor raises a resolved one anew.
    ///
    /// # Errors
    /// `Escalation` when another one of the case is open.
    async fn reopen(&self, id: EscId, by: StaffId, now: Timestamp) -> Result<Answered>;

    /// Whoever answered for it is gone: raised anew. Audited; nothing where another answers by now.
    async fn vacate(&self, id: EscId, gone: StaffId, now: Timestamp) -> Result<Answered>;

    /// The open ones that somebody answers for, with who that is.
    async fn answered(&self) -> Result<Vec<(EscId, StaffId)>>;

    /// An escalation.
    async fn get(&self, id: EscId) -> Result<Escalation>;

    /// The same, with what its case says of it.
    async fn queued(&self, id: EscId) -> Result<Queued>;

    /// The queue of supervisors, in its order.
    async fn open_ones(&self) -> Result<Vec<Queued>>;

    /// Those resolved since an instant, newest first, at most so many.
    async fn resolved_since(&self, since: Timestamp, most: u32) -> Result<Vec<Queued>>;

    /// All of a case, oldest first.
    async fn of_case(&self, case: CaseId) -> Result<Vec<Escalation>>;

    /// The raises of an escalation, oldest first. One that does not open keeps no other closed.
    async fn raises(&self, of: &Escalation, reasons: Reasons) -> Result<Vec<Raise>>;

    /// Writes the pages that are due by `domain::paging`, to supervisors of the newest roster;
    /// `signed_in` are those who are there. Gives the new ones.
    ///
    /// However many nodes call it, and whenever one was killed: one a supervisor and minute.
    async fn page_overdue(&self, signed_in: &[StaffId], now: Timestamp) -> Result<Vec<Page>>;

    /// The pages that a supervisor has not been shown, oldest first; the last says all.
    async fn pages_to_deliver(&self, staff: StaffId) -> Result<Vec<Page>>;

    /// A supervisor was shown the page of a minute, and with it every earlier one.
    async fn page_delivered(&self, staff: StaffId, minute: Minute) -> Result<()>;
}
