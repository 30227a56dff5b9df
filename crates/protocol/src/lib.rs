//! Every wire type, and nothing else: commands, events, HTTP bodies, codes.
//!
//! The contract in words is `docs/protocol.md`; the golden frames are in `golden/`.

mod audit;
mod board;
mod body;
mod bytes;
mod case;
mod client;
mod code;
mod command;
mod enrol;
mod escalation;
mod event;
mod opening;
mod org;
mod redact;
mod sign_in;
mod staff;
#[cfg(feature = "typescript")]
mod typescript;

pub use audit::{AuditChain, AuditCheckpoint, AuditEntry, AuditPage, AuditPoint, AuditQuery};
pub use board::{BoardChange, CounselorView, WaitingClass};
pub use body::{About, Body, Child, Prefer, Safe};
pub use bytes::{Blob, Credential, Hash, Id, InviteId, Kid, PublicKey, Token};
pub use case::{
    CaseView, ClientPresence, EndReason, Envelope, FrameProblem, LaneRecords, LaneView, NewEpoch,
    OrgAt, Page, RecordView, ReopenReason, Routing, SessionState, SessionView, StoredAck,
    StoredMessage,
};
pub use client::{
    ClientCommand, Language, LockSession, Opened, Opening, PutCode, Return, Returned,
};
pub use code::{CloseCode, ErrorCode, Problem};
pub use command::{Command, Refused};
pub use enrol::{EnrolFinish, EnrolStart, EnrolStarted, Enrolment, NewInvite, Role};
pub use escalation::{DeedView, EscalationState, EscalationView, PageView, RaiseSource, RaiseView};
pub use event::{CaseHead, Event, Frame, Reply};
pub use opening::{JoinedView, LeftBehindView, OpenedView, OpeningState, OpeningView};
pub use org::{
    BadGroupBox, GroupBox, GroupKind, GroupView, MissingBox, NewGroup, OrgKeysPut, OrgState,
    RosterPut, StaffName, StaffOrg, Statement,
};
pub use sign_in::{
    RefreshStart, Refreshed, SignInFinish, SignInStart, SignInStarted, SignInTotp, SignedIn,
    UnlockFinish, UnlockStart, UnlockStarted, Unlocked, VaultBlob,
};
pub use staff::{ClaimedCase, QueueItem, QueueView, StaffCommand, StaffStatus};
#[cfg(feature = "typescript")]
pub use typescript::typescript;

/// The version of this protocol; the first frame names it.
pub const PROTOCOL_VERSION: u16 = 1;

/// Longest frame and longest HTTP body, in bytes.
pub const MAX_FRAME: usize = 64 * 1024;
