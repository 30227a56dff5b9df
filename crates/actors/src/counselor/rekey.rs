//! New epochs for those who read a case already.

use std::collections::BTreeSet;

use crypto::Id;
use crypto::epoch::{ReaderKind, Reason};
use crypto::roster::StaffEntry;
use protocol::{ErrorCode, NewEpoch, Reply, SessionState, StaffCommand};

use super::{Counselor, HeldCase, not_on_desk};
use crate::lane::{HeldLane, own_view};
use crate::line::unexpected;
use crate::{Organisation, Result, StaffMember};

impl Counselor {
    /// What an open desk does by itself: where somebody who is gone still reads a case of this
    /// counselor, new epochs leave them out.
    pub(super) async fn leave_out_who_is_gone(&mut self, case_id: Id) -> Result<()> {
        for _ in 0..3 {
            let Some(held) = self.cases.get(&case_id) else { return Ok(()) };
            if held.gone(&self.member)?.is_empty() {
                return Ok(());
            }
            let command = self.rekeying(case_id).await?;
            match self.ask(command).await? {
                // Both records of lane 1 are taken at once: between them this person is no reader.
                Reply::Done => return self.fetch_case(case_id).await,
                Reply::Refused(problem) if problem.code == ErrorCode::StaleEpoch => {
                    self.fetch_case(case_id).await?;
                }
                Reply::Refused(problem) if problem.code == ErrorCode::StaleRoster => {}
                other => return Err(unexpected(other)),
            }
        }
        Ok(())
    }

    /// Makes new epochs of a case: every box anew, for those who are still there.
    pub async fn rekey(&mut self, case_id: Id) -> Result<()> {
        let command = self.rekeying(case_id).await?;
        self.line()?.tell(command).await
    }

    /// The command of [`Self::rekey`].
    pub async fn rekeying(&mut self, case_id: Id) -> Result<StaffCommand> {
        self.member.fetch_org().await?;
        let held = self.cases.get(&case_id).ok_or_else(not_on_desk)?;
        held.rekeying(&self.member)
    }

    /// The command that leaves out everybody but this counselor, whoever is there.
    pub async fn past_the_team(&mut self, case_id: Id) -> Result<StaffCommand> {
        self.member.fetch_org().await?;
        let held = self.cases.get(&case_id).ok_or_else(not_on_desk)?;
        held.past_the_team(&self.member)
    }
}

impl HeldCase {
    /// The people who read a case that this person is assigned to, and are not there any more.
    fn gone(&self, member: &StaffMember) -> Result<BTreeSet<Id>> {
        let me = protocol::Id(member.staff_id());
        let session = &self.session;
        if session.state != SessionState::Active || session.counselor != Some(me) {
            return Ok(BTreeSet::new());
        }
        let organisation = member.organisation()?;
        let named = [&self.chat, &self.notes].map(|lane| lane.people(organisation));
        let is_there = |who: &Id| {
            *who == me.0 || session.joined.iter().any(|joined| joined.staff_id.0 == *who)
        };
        Ok(named.into_iter().flatten().filter(|who| !is_there(who)).collect())
    }

    /// Reason 6 leaves out whom the staff list leaves out. Whom it still names is left out by
    /// passing through the team.
    fn rekeying(&self, member: &StaffMember) -> Result<StaffCommand> {
        let roster = member.organisation()?.roster()?;
        let still_named = |who: &Id| roster.person(who).is_some_and(StaffEntry::reads_cases);
        if self.gone(member)?.iter().any(still_named) {
            return self.past_the_team(member);
        }
        let (chat, _) = self.chat.make_own(member, Reason::Rekey)?;
        self.command(member, None, chat, Reason::Rekey)
    }

    /// Lane 1 opened to the team, and claimed again.
    fn past_the_team(&self, member: &StaffMember) -> Result<StaffCommand> {
        let (through, _) = self.chat.make_own(member, Reason::Reopen)?;
        let mut passed = self.chat.clone();
        let records = [own_view(through.clone())];
        passed.take_records(&records, member.organisation()?, &member.keys())?;
        let (chat, _) = passed.make_own(member, Reason::Claim)?;
        self.command(member, Some(through), chat, Reason::Claim)
    }

    fn command(
        &self,
        member: &StaffMember,
        through: Option<NewEpoch>,
        chat: NewEpoch,
        reason: Reason,
    ) -> Result<StaffCommand> {
        let notes = match self.notes.records() {
            0 => None,
            _ => Some(self.notes.make_own(member, reason)?.0),
        };
        Ok(StaffCommand::Rekey { case_id: protocol::Id(self.case.case_id), through, chat, notes })
    }
}

impl HeldLane {
    /// The people whom the newest record names.
    fn people(&self, organisation: &Organisation) -> Vec<Id> {
        let Some(last) = self.chain().last() else { return Vec::new() };
        let Some(roster) = organisation.rosters().get(last.roster_version) else {
            return Vec::new();
        };
        let readers = last.of_kind(ReaderKind::Staff);
        readers.filter_map(|reader| Some(roster.by_kem_kid(&reader.kid)?.staff_id)).collect()
    }
}
