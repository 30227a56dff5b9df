//! Opening cases, agreeing to it, and coming to help.

use crypto::Id;
use crypto::epoch::Reason;
use protocol::{OpeningView, Reply, StaffCommand};

use super::Supervisor;
use crate::counselor::not_on_desk;
use crate::line::unexpected;
use crate::{ClaimRecords, Result};

impl Supervisor {
    /// Gives the second factor once more.
    pub async fn confirm(&mut self) -> Result<()> {
        let code = self.member.next_confirmation()?;
        self.line()?.tell(StaffCommand::Confirm { code }).await
    }

    /// Opens a case, or asks to; an open one is on the desk then.
    pub async fn break_glass(&mut self, case_id: Id, reason: &str) -> Result<OpeningView> {
        let opening_id = self.member.browser.random.bytes()?;
        self.break_glass_as(opening_id, case_id, reason).await
    }

    /// The same once more: a retry, or going on with the ask.
    pub async fn break_glass_as(
        &mut self,
        opening_id: Id,
        case_id: Id,
        reason: &str,
    ) -> Result<OpeningView> {
        let command = StaffCommand::BreakGlass {
            opening_id: protocol::Id(opening_id),
            case_id: protocol::Id(case_id),
            reason: reason.to_owned(),
        };
        match self.ask(command).await? {
            Reply::Glass { opening, case } => {
                self.escalations.put_opening(opening.clone());
                if let Some(case) = case {
                    self.take_case(*case).await?;
                }
                Ok(opening)
            }
            other => Err(unexpected(other)),
        }
    }

    /// Agrees that a colleague opens a case.
    pub async fn approve(&mut self, opening_id: Id) -> Result<OpeningView> {
        let opening_id = protocol::Id(opening_id);
        self.answer_opening(StaffCommand::ApproveOpening { opening_id }).await
    }

    /// Does not agree.
    pub async fn refuse(&mut self, opening_id: Id) -> Result<OpeningView> {
        let opening_id = protocol::Id(opening_id);
        self.answer_opening(StaffCommand::RefuseOpening { opening_id }).await
    }

    /// Confirms what a colleague opened alone.
    pub async fn countersign(&mut self, opening_id: Id) -> Result<OpeningView> {
        let opening_id = protocol::Id(opening_id);
        self.answer_opening(StaffCommand::Countersign { opening_id }).await
    }

    /// Closes the own opening, or takes the ask back.
    pub async fn close_opening(&mut self, opening_id: Id) -> Result<OpeningView> {
        let opening_id = protocol::Id(opening_id);
        let opening = self.answer_opening(StaffCommand::CloseOpening { opening_id }).await?;
        self.drop_foreign();
        Ok(opening)
    }

    async fn answer_opening(&mut self, command: StaffCommand) -> Result<OpeningView> {
        match self.ask(command).await? {
            Reply::Opening { opening } => {
                self.escalations.put_opening(opening.clone());
                Ok(opening)
            }
            other => Err(unexpected(other)),
        }
    }

    /// Joins the counselor and greets.
    pub async fn join(&mut self, case_id: Id) -> Result<()> {
        let records = self.coming(case_id, Reason::Join).await?;
        let command = join(case_id, records);
        self.come(command).await
    }

    /// Becomes the assigned person, and greets.
    pub async fn take_over(&mut self, case_id: Id) -> Result<()> {
        let records = self.coming(case_id, Reason::Transfer).await?;
        let command = take_over(case_id, records);
        self.come(command).await
    }

    /// The records and the greeting of [`Self::join`] or [`Self::take_over`].
    pub async fn coming(&mut self, case_id: Id, reason: Reason) -> Result<ClaimRecords> {
        self.member.fetch_org().await?;
        self.case(case_id)?.coming(&self.member, [reason, reason], "supervisor")
    }

    /// The same for taking over, with records that put somebody else in the counselor's place.
    pub async fn coming_for(&mut self, case_id: Id, target: Id) -> Result<ClaimRecords> {
        let records = self.coming(case_id, Reason::Transfer).await?;
        let held = self.case(case_id)?;
        let chat = held.chat.make_transfer_to(&self.member, target)?;
        let notes = held.notes.make_transfer_to(&self.member, target)?;
        Ok(ClaimRecords { chat, notes, ..records })
    }

    async fn come(&mut self, command: StaffCommand) -> Result<()> {
        match self.ask(command).await? {
            Reply::Case(view) => self.take_case(view).await,
            other => Err(unexpected(other)),
        }
    }

    /// Leaves again.
    pub async fn leave(&mut self, case_id: Id) -> Result<()> {
        let command = self.leaving(case_id).await?;
        self.line()?.tell(command).await?;
        self.fetch_case_if_open(case_id).await
    }

    /// The command of [`Self::leave`].
    pub async fn leaving(&mut self, case_id: Id) -> Result<StaffCommand> {
        self.member.fetch_org().await?;
        let held = self.cases.get(&case_id).ok_or_else(not_on_desk)?;
        let (chat, _) = held.chat.make_own(&self.member, Reason::Leave)?;
        let (notes, _) = held.notes.make_own(&self.member, Reason::Leave)?;
        Ok(StaffCommand::Leave { case_id: protocol::Id(case_id), chat, notes })
    }

    /// Puts a case that is left behind into the queue.
    pub async fn requeue(&mut self, case_id: Id) -> Result<()> {
        let command = self.requeueing(case_id).await?;
        self.line()?.tell(command).await
    }

    /// The command of [`Self::requeue`].
    pub async fn requeueing(&mut self, case_id: Id) -> Result<StaffCommand> {
        self.member.fetch_org().await?;
        let held = self.cases.get(&case_id).ok_or_else(not_on_desk)?;
        let (epoch, _) = held.chat.make_own(&self.member, Reason::Reopen)?;
        Ok(StaffCommand::Requeue { case_id: protocol::Id(case_id), epoch })
    }

    async fn fetch_case_if_open(&mut self, case_id: Id) -> Result<()> {
        let me = self.member.staff_id();
        if self.escalations.open_to(me).any(|open| open == case_id) {
            self.fetch_case(case_id).await
        } else {
            self.cases.remove(&case_id);
            Ok(())
        }
    }

    /// The desk keeps what is still open to it, or where this person is there.
    fn drop_foreign(&mut self) {
        let me = protocol::Id(self.member.staff_id());
        let open: Vec<Id> = self.escalations.open_to(me.0).collect();
        self.cases.retain(|case_id, held| {
            let joined = held.session.joined.iter().any(|joined| joined.staff_id == me);
            joined || held.session.counselor == Some(me) || open.contains(case_id)
        });
    }
}

/// The command of [`Supervisor::join`].
pub fn join(case_id: Id, records: ClaimRecords) -> StaffCommand {
    let ClaimRecords { chat, notes, hello } = records;
    StaffCommand::Join { case_id: protocol::Id(case_id), chat, notes, hello }
}

/// The command of [`Supervisor::take_over`].
pub fn take_over(case_id: Id, records: ClaimRecords) -> StaffCommand {
    let ClaimRecords { chat, notes, hello } = records;
    StaffCommand::TakeOver { case_id: protocol::Id(case_id), chat, notes, hello }
}
