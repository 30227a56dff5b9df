//! What supervisors open by break glass, and who agrees (`crypto.md` 7.6).

use async_trait::async_trait;
use domain::opening::OpeningReason;
use domain::{CaseId, Opening, OpeningId, StaffId, Timestamp};

use crate::Result;
use crate::records::PlacedBox;

/// A supervisor breaks the glass of a case, or goes on with an ask.
#[derive(Debug, Clone, Copy)]
pub struct BreakGlass {
    /// Drawn by the supervisor's browser; what makes a retry safe.
    pub id: OpeningId,
    /// Which case.
    pub case: CaseId,
    /// Which supervisor.
    pub by: StaffId,
    /// Why.
    pub reason: OpeningReason,
    /// Another supervisor is signed in now.
    pub others_here: bool,
    /// When.
    pub now: Timestamp,
}

/// What a supervisor gets for it.
#[derive(Clone)]
pub struct GlassBroken {
    /// The opening, open or still asked for.
    pub opening: Opening,
    /// The escalation boxes that open all of both lanes; none while it is asked for.
    pub boxes: Vec<PlacedBox>,
    /// `false` for a retry: nothing is to be published again.
    pub fresh: bool,
}

/// An opening after an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The opening.
    pub opening: Opening,
    /// `false` when it changed nothing: nothing is to be published.
    pub fresh: bool,
}

/// The openings of a case by which somebody has read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfCase {
    /// The newest, oldest first.
    pub newest: Vec<Opening>,
    /// How many older ones there are.
    pub older: u32,
}

/// Openings. Each change is audited in its transaction.
///
/// Storage checks that who opens, approves, refuses and countersigns is a supervisor of the newest
/// roster who is not disabled (`Disabled`); that the second factor is fresh is the server's business.
#[async_trait]
pub trait Openings: Send + Sync {
    /// Opens a case, or asks to where the rule of `domain::opening` wants a second supervisor.
    ///
    /// The boxes are released in the transaction that writes the audit entry. Called again with the
    /// same id it goes on with the ask, and gives the boxes again while it is open. One opened alone
    /// pages all other supervisors in the same transaction.
    ///
    /// # Errors
    /// `NotFound` for a case that is not there or gone; `Exists` when the id is another opening's;
    /// `Opening` with `Over` for one that was refused, was closed, or ran out.
    async fn break_glass(&self, glass: BreakGlass) -> Result<GlassBroken>;

    /// Another supervisor agrees.
    ///
    /// # Errors
    /// `Opening` with `Own`, `Over`, or `Answered` when somebody else came first.
    async fn approve(&self, id: OpeningId, by: StaffId, now: Timestamp) -> Result<Moved>;

    /// Another supervisor does not agree.
    ///
    /// # Errors
    /// As for `approve`.
    async fn refuse(&self, id: OpeningId, by: StaffId, now: Timestamp) -> Result<Moved>;

    /// Another supervisor countersigns what was opened alone; late rather than never.
    ///
    /// # Errors
    /// `Opening` with `Own`, `NotAlone`, or `Answered` when somebody else came first.
    async fn countersign(&self, id: OpeningId, by: StaffId, now: Timestamp) -> Result<Moved>;

    /// Its asker closes it, or takes the ask back.
    ///
    /// # Errors
    /// `Opening` with `NotYours`.
    async fn close(&self, id: OpeningId, by: StaffId, now: Timestamp) -> Result<Moved>;

    /// An opening.
    async fn get(&self, id: OpeningId) -> Result<Opening>;

    /// The newest of a case that were opened, for the client and the counselor.
    async fn of_case(&self, case: CaseId, limit: u32) -> Result<OfCase>;

    /// What supervisors have to answer: asks that are not over, and openings made alone that nobody
    /// has countersigned; oldest first.
    async fn for_supervisors(&self, now: Timestamp) -> Result<Vec<Opening>>;

    /// The opening by which this person reads a case now; the newest, and rather one that lets them
    /// join than one that only reads.
    async fn live(&self, case: CaseId, staff: StaffId, now: Timestamp) -> Result<Option<Opening>>;

    /// All by which this person reads now; oldest first.
    async fn live_of(&self, staff: StaffId, now: Timestamp) -> Result<Vec<Opening>>;

    /// The escalation boxes of a case again, for who has a live opening of it.
    ///
    /// # Errors
    /// `Opening` with `NotOpened`.
    async fn boxes(&self, case: CaseId, staff: StaffId, now: Timestamp) -> Result<Vec<PlacedBox>>;
}
