//! A claim in two steps: the key of what waited, then new epochs and the greeting.

use crypto::epoch::Reason;
use protocol::{ErrorCode, FrameProblem, Id, Reply, StaffCommand, StaffStatus};

use super::{ClaimRecords, Claiming, Counselor, HeldCase};
use crate::line::{refused, unexpected};
use crate::{Error, Result, StaffMember};

impl Counselor {
    /// Takes who is next and greets; gives the case.
    pub async fn claim_next(&mut self) -> Result<crypto::Id> {
        if self.status != StaffStatus::Available {
            self.set_status(StaffStatus::Available).await?;
        }
        loop {
            self.until(|desk| desk.queue.next.is_some()).await?;
            // What the list said is used up: it says who is next after this one.
            let Some(next) = self.queue.next.take() else { continue };
            match self.claim(next).await {
                Ok(claiming) => return self.finish_claim(claiming).await,
                // The list was older than the answer; a newer one is on its way.
                Err(why) if why.code().is_some_and(was_too_late) => {}
                Err(other) => return Err(other),
            }
        }
    }

    /// The first step.
    pub async fn claim(&mut self, session_id: Id) -> Result<Claiming> {
        match self.ask(StaffCommand::Claim { session_id }).await? {
            Reply::Claimed(claimed) => {
                let held = self.verified(&claimed.case)?;
                if held.chat.newest_key().is_none() {
                    return Err(Error::alarm("the waiting case does not open"));
                }
                Ok(Claiming { claimed, held })
            }
            other => Err(unexpected(other)),
        }
    }

    /// The second step; after `stale_epoch` or `stale_roster` it is built anew.
    pub async fn finish_claim(&mut self, mut claiming: Claiming) -> Result<crypto::Id> {
        let case_id = claiming.held.case.case_id;
        for _ in 0..3 {
            let records = claiming.records(&self.member)?;
            match self.post_claim(&claiming, records).await? {
                Reply::Case(view) => {
                    self.take_case(view).await?;
                    return Ok(case_id);
                }
                Reply::Refused(problem) => self.claim_again(&mut claiming, problem).await?,
                other => return Err(unexpected(other)),
            }
        }
        Err(Error::NotPossible("the case changes faster than it can be claimed".to_owned()))
    }

    /// Posts the second step as given.
    pub async fn post_claim(
        &mut self,
        claiming: &Claiming,
        records: ClaimRecords,
    ) -> Result<Reply> {
        let session_id = claiming.claimed.case.session.session_id;
        let ClaimRecords { chat, notes, hello } = records;
        self.ask(StaffCommand::ClaimRecords { session_id, chat, notes, hello }).await
    }

    async fn claim_again(&mut self, claiming: &mut Claiming, problem: FrameProblem) -> Result<()> {
        match problem.code {
            ErrorCode::StaleRoster => self.member.fetch_org().await,
            ErrorCode::StaleEpoch => {
                let organisation = self.member.organisation()?;
                let own = self.member.keys();
                for lane in &problem.lanes {
                    let to = if lane.lane == 1 {
                        &mut claiming.held.chat
                    } else {
                        &mut claiming.held.notes
                    };
                    to.take_records(&lane.records, organisation, &own)?;
                }
                Ok(())
            }
            _ => Err(refused(problem)),
        }
    }

    /// Says that the claimed lane 1 does not open; the case leaves the queue.
    pub async fn bad_box(&mut self, session_id: Id) -> Result<()> {
        self.line()?.tell(StaffCommand::BadBox { session_id }).await
    }

    /// Gives the case back to the queue.
    pub async fn give_back(&mut self, case_id: crypto::Id) -> Result<()> {
        self.member.fetch_org().await?;
        let held = self.cases.get(&case_id).ok_or_else(super::not_on_desk)?;
        let (epoch, _) = held.chat.make_own(&self.member, Reason::Reopen)?;
        let session_id = held.session.session_id;
        self.line()?.tell(StaffCommand::GiveBack { session_id, epoch }).await?;
        self.cases.remove(&case_id);
        Ok(())
    }
}

fn was_too_late(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::Taken | ErrorCode::NotNext | ErrorCode::NobodyWaits)
}

impl Claiming {
    /// The session that is being opened.
    pub fn session_id(&self) -> Id {
        self.claimed.case.session.session_id
    }

    /// The case as verified in the first step.
    pub fn case(&self) -> &HeldCase {
        &self.held
    }

    /// Makes the second step's records and greeting.
    pub fn records(&self, member: &StaffMember) -> Result<ClaimRecords> {
        let first = self.held.notes.records() == 0;
        let notes = if first { Reason::Open } else { Reason::Claim };
        self.held.coming(member, [Reason::Claim, notes], "counselor")
    }
}
