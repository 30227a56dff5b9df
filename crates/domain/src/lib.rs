//! The rules of the service, pure: no clock, no database, no network.
//!
//! Time, randomness and ids are arguments. Nothing here can be serialised: what travels is
//! `protocol`'s, what is stored is `storage`'s.
#![deny(missing_docs)]

pub mod access;
pub mod audit;
pub mod board;
pub mod case;
mod codes;
pub mod escalation;
mod ids;
pub mod level;
pub mod opening;
pub mod paging;
pub mod policy;
mod pressed;
pub mod record;
pub mod retention;
pub mod session;
pub mod staff;
pub mod time;

pub use board::Board;
pub use case::Case;
pub use escalation::Escalation;
pub use ids::{
    CaseId, EscId, Hash, InvalidLength, Kid, MsgId, OpeningId, OrgId, SessionId, SignInId, StaffId,
};
pub use level::Level;
pub use opening::Opening;
pub use pressed::Pressed;
pub use record::Lane;
pub use session::Session;
pub use staff::{Role, Roles};
pub use time::{Day, Deadlines, OpeningTimes, Times, Timestamp};
