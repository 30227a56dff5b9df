//! What must survive: one trait an aggregate, one method a transaction, and the contract suite.
//!
//! Every method is one domain operation in one transaction: it stands whole or not at all, and a
//! retry after a lost answer is answered like the first time. Clocks and randomness are arguments.
//! Sealing is the engine's business: callers pass and get plain bytes.
#![deny(missing_docs)]

use std::sync::Arc;

pub mod audit;
pub mod cases;
pub mod codes;
#[cfg(feature = "contract")]
pub mod contract;
mod error;
pub mod escalations;
pub mod jobs;
pub mod messages;
pub mod openings;
pub mod org;
pub mod records;
pub mod sessions;
pub mod signins;
pub mod staff;

pub use audit::Audit;
pub use cases::Cases;
pub use codes::Codes;
pub use error::{Result, StorageError};
pub use escalations::Escalations;
pub use jobs::Jobs;
pub use messages::Messages;
pub use openings::Openings;
pub use org::Org;
pub use records::Records;
pub use sessions::Sessions;
pub use signins::SignIns;
pub use staff::Staff;

/// Everything stored, one handle an aggregate; whoever holds it does not know the engine.
#[derive(Clone)]
pub struct Store {
    /// Opening a case and coming back to it.
    pub cases: Arc<dyn Cases>,
    /// Visits: the queue, claims, ends, marks, tokens of clients.
    pub sessions: Arc<dyn Sessions>,
    /// Epoch records and boxes.
    pub records: Arc<dyn Records>,
    /// Transcripts.
    pub messages: Arc<dyn Messages>,
    /// Escalations and the pages of those that are late.
    pub escalations: Arc<dyn Escalations>,
    /// What supervisors open, and who agrees.
    pub openings: Arc<dyn Openings>,
    /// Case codes.
    pub codes: Arc<dyn Codes>,
    /// Staff members, invites and enrolments.
    pub staff: Arc<dyn Staff>,
    /// Sign-ins of staff and used TOTP steps.
    pub sign_ins: Arc<dyn SignIns>,
    /// Organisation keys, rosters and groups.
    pub org: Arc<dyn Org>,
    /// The append-only chain.
    pub audit: Arc<dyn Audit>,
    /// What falls due.
    pub jobs: Arc<dyn Jobs>,
}
