//! Everything of one client over time.

use crate::{CaseId, Hash, Kid, Lane, StaffId, Timestamp};

/// A case as rules see it: public keys, routing answers, and the head of each lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Certifies both keys below.
    pub id: CaseId,
    /// The client's signing key.
    pub csig_pk: [u8; 32],
    /// The client's box key.
    pub ckem_pk: [u8; 32],
    /// What the client agreed to tell for routing.
    pub routing: Routing,
    /// Lane 1; every case has it from its opening on.
    pub chat: LaneHead,
    /// Lane 2, once a counselor has opened it.
    pub notes: Option<LaneHead>,
    /// When it was opened.
    pub opened_at: Timestamp,
}

impl Case {
    /// The head of a lane, if the lane was ever opened.
    pub fn head(&self, lane: Lane) -> Option<&LaneHead> {
        match lane {
            Lane::Chat => Some(&self.chat),
            Lane::Notes => self.notes.as_ref(),
        }
    }
}

/// The newest epoch of a lane and the end of its transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneHead {
    /// Number of the newest epoch.
    pub epoch: u32,
    /// `H(body)` of its record: what the next record must name as `prev`.
    pub record: Hash,
    /// Team key that the newest record names, while the team is a reader.
    pub team: Option<Kid>,
    /// A reader was disabled: no message enters before a new epoch.
    pub frozen: bool,
    /// Number of stored messages; the newest has this `seq`, the first has 1.
    pub seq: u64,
    /// `th` after that message.
    pub th: Hash,
}

/// The answers that route: the only ones the server reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routing {
    /// Language of the page.
    pub language: Language,
    /// Whom the client would rather talk to.
    pub preference: Preference,
    /// At most one skill that the counselor should have; an opaque number.
    pub skill: Option<u16>,
    /// Staff whom the client wants to avoid.
    pub excluded: Vec<StaffId>,
}

/// A language of the chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Bahasa Indonesia.
    Indonesian,
    /// English.
    English,
}

/// A woman, a man, or no matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preference {
    /// No matter, or skipped.
    Any,
    /// Rather a woman.
    Woman,
    /// Rather a man.
    Man,
}
