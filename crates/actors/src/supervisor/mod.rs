//! The supervisor at the desk: sees danger first, answers for it, reads why it was raised.

use crypto::Id;
use crypto::raise::Raise;
use crypto::roster::GroupKind;
use crypto::sign::kid_kem;
use protocol::{EscalationView, Event, RaiseView, Reply, StaffCommand};

use crate::line::unexpected;
use crate::{Counselor, Error, Escalations, Result, StaffMember, wire};

mod openings;

pub use openings::{join, take_over};

/// A supervisor with an open desk. It does everything that a desk does.
#[derive(Debug)]
pub struct Supervisor {
    /// The ids of the welcome's open escalations, in the order of the queue.
    pub queue: Vec<Id>,
    desk: Counselor,
}

impl std::ops::Deref for Supervisor {
    type Target = Counselor;

    fn deref(&self) -> &Counselor {
        &self.desk
    }
}

impl std::ops::DerefMut for Supervisor {
    fn deref_mut(&mut self) -> &mut Counselor {
        &mut self.desk
    }
}

impl Supervisor {
    /// Opens the desk of somebody who is signed in.
    pub async fn at_desk(member: StaffMember) -> Result<Self> {
        let desk = Counselor::at_desk(member).await?;
        Ok(Self { queue: desk.welcomed.clone(), desk })
    }

    /// Connects, or connects again, and takes the queue as it stands.
    pub async fn connect(&mut self) -> Result<()> {
        self.desk.connect().await?;
        self.queue.clone_from(&self.desk.welcomed);
        Ok(())
    }

    /// Follows events until the condition holds of what is known.
    pub async fn until(&mut self, met: impl Fn(&Escalations) -> bool) -> Result<()> {
        self.until_desk(|desk| met(&desk.escalations)).await
    }

    /// Follows events until the condition holds of the desk.
    pub async fn until_desk(&mut self, met: impl Fn(&Counselor) -> bool) -> Result<()> {
        while !met(&self.desk) {
            let event = self.line()?.event().await?;
            self.take_event(event).await?;
        }
        Ok(())
    }

    /// Waits until the newest escalation of a case fulfils the condition; gives its id.
    pub async fn until_of(
        &mut self,
        case_id: Id,
        met: impl Fn(&EscalationView) -> bool,
    ) -> Result<Id> {
        self.until(|known| known.of_case(case_id).is_some_and(&met)).await?;
        let found = self.escalations.of_case(case_id).map(|one| one.escalation_id.0);
        found.ok_or_else(|| Error::NotPossible("no escalation of the case".to_owned()))
    }

    /// Takes the events that came already, without waiting.
    pub async fn catch_up(&mut self) -> Result<()> {
        while let Some(event) = self.line()?.event_at_hand() {
            self.take_event(event).await?;
        }
        Ok(())
    }

    async fn take_event(&mut self, event: Event) -> Result<()> {
        match &event {
            Event::Message { case_id, .. } | Event::Record { case_id, .. }
                if !self.cases.contains_key(&case_id.0) =>
            {
                Err(Error::alarm("what is said in a case that is not on this desk"))
            }
            _ => self.desk.take_event(event).await,
        }
    }

    /// Has seen it.
    pub async fn acknowledge(&mut self, id: Id) -> Result<()> {
        self.answer(StaffCommand::Acknowledge { escalation_id: protocol::Id(id) }).await
    }

    /// Answers for it from now on; `from` is the owner whom it is taken over from.
    pub async fn own(&mut self, id: Id, from: Option<Id>) -> Result<()> {
        let (escalation_id, from) = (protocol::Id(id), from.map(protocol::Id));
        self.answer(StaffCommand::Own { escalation_id, from }).await
    }

    /// Judges it less urgent.
    pub async fn lower(&mut self, id: Id, level: u8, reason: &str) -> Result<()> {
        let (escalation_id, reason) = (protocol::Id(id), reason.to_owned());
        self.answer(StaffCommand::Lower { escalation_id, level, reason }).await
    }

    /// Closes it.
    pub async fn resolve(&mut self, id: Id, outcome: &str, follow_up: Option<&str>) -> Result<()> {
        let (escalation_id, outcome) = (protocol::Id(id), outcome.to_owned());
        let follow_up = follow_up.map(str::to_owned);
        self.answer(StaffCommand::Resolve { escalation_id, outcome, follow_up }).await
    }

    /// Raises a resolved one anew.
    pub async fn reopen(&mut self, id: Id) -> Result<()> {
        self.answer(StaffCommand::ReopenEscalation { escalation_id: protocol::Id(id) }).await
    }

    /// Was shown the page of a minute, and each earlier one.
    pub async fn page_seen(&mut self, minute: i64) -> Result<()> {
        self.line()?.tell(StaffCommand::PageSeen { minute }).await?;
        self.escalations.pages.retain(|page| page.minute > minute);
        Ok(())
    }

    async fn answer(&mut self, command: StaffCommand) -> Result<()> {
        match self.line()?.ask(command).await? {
            Reply::Escalation { escalation } => {
                self.escalations.put(escalation);
                Ok(())
            }
            other => Err(unexpected(other)),
        }
    }

    /// Verifies and opens the reason of a raise; none where the client raised.
    pub fn reason(&self, case_id: Id, raise: &RaiseView) -> Result<Option<String>> {
        let (Some(record), Some(sig), Some(by)) = (&raise.record, &raise.sig, &raise.by) else {
            return Ok(None);
        };
        let roster = self.member.organisation()?.roster()?;
        let by = roster.person(&by.0).ok_or_else(|| Error::alarm("raised by a stranger"))?;
        let opened =
            Raise::verify(&record.0, &wire::fixed(sig)?, &by.sig_pk).map_err(Error::alarm)?;
        let stated = (opened.case_id, opened.esc_id, opened.level);
        if stated != (case_id, raise.raise_id.0, raise.level) {
            return Err(Error::alarm("the record of another raise"));
        }
        let mut groups = roster.roster.groups.iter();
        let group = groups.find(|group| kid_kem(&group.kem_pk) == opened.rkid);
        let half =
            group.and_then(|group| self.member.half(GroupKind::Escalation, group.generation));
        let half = half.ok_or_else(|| Error::NotPossible("no half of its key".to_owned()))?;
        let reason = opened.open(half).map_err(Error::alarm)?;
        String::from_utf8(reason).map(Some).map_err(Error::alarm)
    }
}
