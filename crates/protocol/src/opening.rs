//! Openings: one break glass of a supervisor each, and what nobody is there for.

use serde::{Deserialize, Serialize};

use crate::{DeedView, Id, SessionView};

/// Where an opening stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum OpeningState {
    /// A second supervisor is to answer.
    Asked,
    /// A second supervisor agrees; who asked may open.
    Approved,
    /// A second supervisor does not agree.
    Refused,
    /// Who asked reads the case.
    Open,
    /// Over.
    Closed,
}

/// An opening as supervisors see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OpeningView {
    /// The opening.
    pub opening_id: Id,
    /// Of which case.
    pub case_id: Id,
    /// Which supervisor opens.
    pub by: Id,
    /// Why: a code of the copy deck (`reason.break_glass`).
    pub reason: String,
    /// Where it stands.
    pub state: OpeningState,
    /// When it was asked for, ms since 1970.
    pub asked_at: i64,
    /// While it is asked for: from when it may be opened alone, if no other supervisor is there.
    pub alone_from: Option<i64>,
    /// When it ends by itself: the ask, or the reading.
    pub ends: Option<i64>,
    /// The second supervisor who agreed before.
    pub approved: Option<DeedView>,
    /// When it was opened, ms since 1970.
    pub opened_at: Option<i64>,
    /// It was opened without the second supervisor that it needed.
    pub alone: bool,
    /// Until when another supervisor is to countersign; none when nobody has to.
    pub countersign_before: Option<i64>,
    /// Who countersigned.
    pub countersigned: Option<DeedView>,
}

/// An opening as the client and the assigned person see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OpenedView {
    /// When, ms since 1970.
    pub at: i64,
    /// Which supervisor.
    pub by: Id,
    /// That person's number in the roster.
    pub alias: u32,
    /// Why: a code of the copy deck (`reason.break_glass_client`).
    pub reason: String,
    /// That person may read by it now.
    pub open: bool,
    /// Without the second supervisor that it needed.
    pub alone: bool,
    /// Another supervisor has countersigned it.
    pub countersigned: bool,
}

/// A supervisor who has joined the counselor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct JoinedView {
    /// Who.
    pub staff_id: Id,
    /// That person's number in the roster.
    pub alias: u32,
    /// Whether that person's browser is connected.
    pub here: bool,
}

/// A case that nobody is there for and that nobody can take from the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LeftBehindView {
    /// The case.
    pub case_id: Id,
    /// Its session.
    pub session: SessionView,
}
