//! A case on the wire: records, messages, the state of its session.

use serde::{Deserialize, Serialize};

use crate::{Blob, ErrorCode, Hash, Id, JoinedView, OpenedView, PublicKey, Statement};

/// A sealed message: header in clear, ciphertext.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Envelope {
    /// `hdr/msg`.
    pub h: Blob,
    /// `GCM(k, n, hdr, inner)`.
    pub c: Blob,
}

/// A record as its maker posts it, with the boxes of all its readers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewEpoch {
    /// `rec/epoch`.
    pub body: Blob,
    /// The maker's signature over it.
    pub sig: Blob,
    /// `rcp` of each reader, in the record's order.
    pub boxes: Vec<Blob>,
}

/// A record as one reader gets it: only that reader's boxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RecordView {
    /// `rec/epoch`.
    pub body: Blob,
    /// The maker's signature over it.
    pub sig: Blob,
    /// The boxes that this reader may have: its own; a team box inside a claim, an escalation box
    /// inside an opening.
    pub boxes: Vec<Blob>,
}

/// A stored message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StoredMessage {
    /// Its place in the lane, from 1, without gaps.
    pub seq: u64,
    /// The sealed message; none once its key was destroyed.
    pub envelope: Option<Envelope>,
    /// `H(C("leaf", hdr, H(ct)))`.
    pub leaf: Hash,
    /// When it was stored, ms since 1970.
    pub stored_at: i64,
}

/// Messages [a..n] of a lane with the transcript hash before them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Page {
    /// th of the message before the first one here; unproven until the chain meets a signed one.
    pub th_before: Hash,
    /// In order of seq.
    pub messages: Vec<StoredMessage>,
    /// The newest seq of the lane, 0 for none.
    pub last_seq: u64,
}

/// What the sender of a message gets: it is stored, durably.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StoredAck {
    /// Which message.
    pub msg_id: Id,
    /// Its place in the lane.
    pub seq: u64,
    /// H(ct) of what is stored.
    pub ct_hash: Hash,
    /// When it was stored, ms since 1970.
    pub stored_at: i64,
}

/// One lane of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LaneView {
    /// 1 chat, 2 staff only.
    pub lane: u8,
    /// The whole chain, oldest first.
    pub records: Vec<RecordView>,
    /// The newest page.
    pub page: Page,
    /// The highest seq that the client has read.
    pub read_by_client: u64,
    /// The highest seq that staff have read.
    pub read_by_staff: u64,
}

/// The organisation as a chain names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OrgAt {
    /// The rosters that records name, oldest first.
    pub rosters: Vec<Statement>,
    /// The `orgkeys` that those rosters name, oldest first.
    pub orgkeys: Vec<Statement>,
    /// Entries of the people who made or read those records: the JSON bytes.
    pub entries: Vec<Blob>,
}

/// A case as one reader gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CaseView {
    /// The case.
    pub case_id: Id,
    /// The client's signing key.
    pub csig_pk: PublicKey,
    /// The client's sealing key.
    pub ckem_pk: PublicKey,
    /// The lanes that the reader may see.
    pub lanes: Vec<LaneView>,
    /// The statements to judge the records by.
    pub org: OrgAt,
    /// The newest session.
    pub session: SessionView,
}

/// The answers that route; the page says that they leave in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Routing {
    /// `id` or `en`.
    pub language: crate::Language,
    /// 0 none, 1 to 3.
    pub level: u8,
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum SessionState {
    /// In the queue.
    Waiting,
    /// A counselor's browser has 20 s to make the new epochs.
    Opening,
    /// Client and counselor talk.
    Active,
    /// Over.
    Ended,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum EndReason {
    /// The client ended it.
    Client,
    /// The counselor ended it.
    Counselor,
    /// The client was away for too long.
    ClientLeft,
}

/// Whether the client's page is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ClientPresence {
    /// It is.
    Here,
    /// The connection was lost.
    Away,
    /// The client used the exit.
    LeftByExit,
}

/// Why the client's browser is asked to open the case to the team again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ReopenReason {
    /// The counselor has been gone for the grace time.
    CounselorGone,
    /// No box of the waiting case opens for those who take it.
    BadBox,
}

/// A session as client and counselor see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SessionView {
    /// The session.
    pub session_id: Id,
    /// Where it stands.
    pub state: SessionState,
    /// 0 to 3.
    pub level: u8,
    /// Place in the queue from 1, while it waits.
    pub place: Option<u32>,
    /// Since when it stands there, ms since 1970.
    pub since: i64,
    /// Who is assigned.
    pub counselor: Option<Id>,
    /// Whether that person's browser is connected.
    pub counselor_here: bool,
    /// Whether the client's page is connected.
    pub client: ClientPresence,
    /// Whether a counselor gave it back or was gone: it waits again.
    pub again: bool,
    /// Why it ended.
    pub ended: Option<EndReason>,
    /// Set when the client's browser is to post a reopen.
    pub reopen: Option<ReopenReason>,
    /// Whether the client has a code.
    pub has_code: bool,
    /// The newest 20 openings of the case by supervisors, oldest first.
    pub opened: Vec<OpenedView>,
    /// How many older ones there are.
    pub opened_older: u32,
    /// The supervisors who have joined, in the order in which they came.
    pub joined: Vec<JoinedView>,
}

/// A refusal as a reply, with what its receiver needs to decide anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FrameProblem {
    /// The code.
    pub code: ErrorCode,
    /// One kind English sentence for developers.
    pub title: String,
    /// The numbered rule that was broken, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub rule: Option<String>,
    /// After `stale_epoch`: the chains as they now stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<LaneRecords>>"))]
    pub lanes: Vec<LaneRecords>,
    /// After `stale_epoch` to the person who opens: the new deadline, ms since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub deadline: Option<i64>,
}

/// Records of one lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LaneRecords {
    /// 1 or 2.
    pub lane: u8,
    /// Oldest first.
    pub records: Vec<RecordView>,
}
