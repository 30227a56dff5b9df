//! The counselor at the desk: takes who is next, talks with several at once, writes notes.

mod claim;
mod coming;
mod follow;
mod raise;
mod rekey;
mod talk;

use std::collections::{BTreeMap, BTreeSet};

use crypto::Id;
use crypto::case_id::CaseKeys;
use crypto::epoch::LaneKind;
use crypto::kem::KemKey;
use protocol::{
    CaseHead, CaseView, ClaimedCase, QueueView, Reply, SessionView, StaffCommand, StaffStatus,
};

use crate::lane::{HeldLane, Writer};
use crate::line::unexpected;
use crate::{Board, Error, Escalations, Line, Organisation, Result, StaffMember};

pub use coming::ClaimRecords;

/// A case on the desk.
#[derive(Debug)]
pub struct HeldCase {
    /// The case and the client's keys.
    pub case: CaseKeys,
    /// Lane 1.
    pub chat: HeldLane,
    /// Lane 2.
    pub notes: HeldLane,
    /// The session as the server said last.
    pub session: SessionView,
}

/// A counselor with an open desk.
#[derive(Debug)]
pub struct Counselor {
    /// The person, signed in.
    pub member: StaffMember,
    /// The cases on the desk.
    pub cases: BTreeMap<Id, HeldCase>,
    /// The waiting list as the server said last.
    pub queue: QueueView,
    /// The own status.
    pub status: StaffStatus,
    /// Whether every group key is held that the role needs.
    pub has_keys: bool,
    /// The escalations of the own cases, and what a supervisor is told.
    pub escalations: Escalations,
    /// A supervisor's: the live board.
    pub board: Option<Box<Board>>,
    /// The ids of the welcome's escalations, in their order.
    pub(crate) welcomed: Vec<Id>,
    line: Option<Line>,
}

impl Counselor {
    /// Opens the desk of somebody who is signed in.
    pub async fn at_desk(mut member: StaffMember) -> Result<Self> {
        member.settle().await?;
        let queue = QueueView { items: Vec::new(), waiting: 0, next: None };
        let mut desk = Self {
            member,
            cases: BTreeMap::new(),
            queue,
            status: StaffStatus::Pause,
            has_keys: false,
            escalations: Escalations::default(),
            board: None,
            welcomed: Vec::new(),
            line: None,
        };
        desk.connect().await?;
        Ok(desk)
    }

    /// Connects, or connects again, and takes what it lacks.
    pub async fn connect(&mut self) -> Result<()> {
        self.cut();
        let (line, welcome) = self.member.open_line().await?;
        match welcome {
            Reply::StaffWelcome {
                status,
                queue,
                cases,
                has_keys,
                escalations,
                pages,
                supervisors,
                openings,
                left_behind,
                board,
                ..
            } => {
                self.line = Some(line);
                self.status = status;
                self.queue = queue;
                self.has_keys = has_keys;
                self.board = board.map(|all| Box::new(Board::whole(all)));
                let open = escalations.iter().filter(|one| one.resolved.is_none());
                self.welcomed = open.map(|one| one.escalation_id.0).collect();
                self.escalations =
                    Escalations::welcome(escalations, pages, supervisors, openings, left_behind);
                self.take_heads(cases).await
            }
            other => Err(unexpected(other)),
        }
    }

    /// The desk holds the cases of the list, those that are open to it, and no other.
    async fn take_heads(&mut self, heads: Vec<CaseHead>) -> Result<()> {
        let opening = protocol::SessionState::Opening;
        let theirs = heads.iter().filter(|head| head.session.state != opening);
        let mut cases: BTreeSet<Id> = theirs.map(|head| head.case_id.0).collect();
        cases.extend(self.escalations.open_to(self.member.staff_id()));
        self.cases.retain(|case_id, _| cases.contains(case_id));
        for case_id in cases {
            self.fetch_case(case_id).await?;
            self.leave_out_who_is_gone(case_id).await?;
        }
        Ok(())
    }

    /// The socket, to do what a desk would not.
    pub fn line(&mut self) -> Result<&mut Line> {
        self.line.as_mut().ok_or_else(|| Error::NotPossible("not connected".to_owned()))
    }

    /// Loses the connection without a word.
    pub fn cut(&mut self) {
        self.line = None;
        for held in self.cases.values_mut() {
            held.chat.unanswered();
            held.notes.unanswered();
        }
    }

    /// A case on the desk.
    pub fn case(&self, case_id: Id) -> Result<&HeldCase> {
        self.cases.get(&case_id).ok_or_else(not_on_desk)
    }

    pub(crate) fn case_mut(&mut self, case_id: Id) -> Result<&mut HeldCase> {
        self.cases.get_mut(&case_id).ok_or_else(not_on_desk)
    }

    /// Sets the own status.
    pub async fn set_status(&mut self, status: StaffStatus) -> Result<()> {
        self.line()?.tell(StaffCommand::Status { status }).await?;
        self.status = status;
        Ok(())
    }

    /// Hands the socket a newer access token of the same sign-in.
    pub async fn renew_token(&mut self) -> Result<()> {
        self.member.refresh().await?;
        let token = self.member.token().to_owned();
        self.line()?.tell(StaffCommand::Token { token }).await
    }

    /// Fetches a whole case and verifies it.
    pub async fn fetch_case(&mut self, case_id: Id) -> Result<()> {
        match self.ask(StaffCommand::Case { case_id: protocol::Id(case_id) }).await? {
            Reply::Case(view) => self.take_case(view).await,
            other => Err(unexpected(other)),
        }
    }

    pub(crate) async fn take_case(&mut self, view: CaseView) -> Result<()> {
        let mut held = self.verified(&view)?;
        let case_id = held.case.case_id;
        if let Some(before) = self.cases.remove(&case_id) {
            held.chat.take_unsent(before.chat);
            held.notes.take_unsent(before.notes);
        }
        self.cases.insert(case_id, held);
        self.load_older(case_id).await
    }

    /// Verifies a case with every key that this person holds.
    fn verified(&mut self, view: &CaseView) -> Result<HeldCase> {
        let organisation = self.member.organisation_mut()?;
        organisation.take_history(&view.org)?;
        let case = CaseKeys {
            org_id: organisation.id(),
            case_id: view.case_id.0,
            csig_pk: view.csig_pk.0,
            ckem_pk: view.ckem_pk.0,
        };
        if !case.id_matches() {
            return Err(Error::alarm("the case is not that of its keys"));
        }
        let mut held = HeldCase {
            case,
            chat: HeldLane::new(case, LaneKind::Chat),
            notes: HeldLane::new(case, LaneKind::Notes),
            session: view.session.clone(),
        };
        let (organisation, own) = (self.member.organisation()?, self.member.keys());
        for lane in &view.lanes {
            let to = match lane.lane {
                1 => &mut held.chat,
                2 => &mut held.notes,
                _ => return Err(Error::alarm("a lane that is not known")),
            };
            to.take_records(&lane.records, organisation, &own)?;
            to.take_first_page(&lane.page, organisation)?;
            to.read_by_client = lane.read_by_client;
            to.read_by_staff = lane.read_by_staff;
        }
        Ok(held)
    }

    pub(crate) async fn ask(&mut self, command: StaffCommand) -> Result<Reply> {
        let answer = self.line()?.ask(command).await;
        if matches!(answer, Err(Error::NoAnswer(_) | Error::Closed(_))) {
            self.cut();
        }
        answer
    }
}

impl StaffMember {
    fn organisation_mut(&mut self) -> Result<&mut Organisation> {
        self.organisation
            .as_mut()
            .ok_or_else(|| Error::NotPossible("the organisation has no keys yet".to_owned()))
    }

    /// Every key that may open a box for this person: the own one and the halves held.
    pub(crate) fn keys(&self) -> Vec<&KemKey> {
        std::iter::once(self.kem_key()).chain(self.halves.values()).collect()
    }

    pub(crate) fn writer(&self) -> Writer<'_> {
        Writer { key: self.signing_key(), staff: true }
    }
}

/// A claim between its two steps.
#[derive(Debug)]
pub struct Claiming {
    /// What the server gave.
    pub claimed: ClaimedCase,
    held: HeldCase,
}

pub(crate) fn not_on_desk() -> Error {
    Error::NotPossible("the case is not on this desk".to_owned())
}
