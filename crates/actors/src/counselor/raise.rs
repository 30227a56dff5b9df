//! Calling a supervisor: the reason is sealed to the escalation group.

use crypto::Id;
use crypto::raise::Raise;
use crypto::roster::GroupKind;
use protocol::{Blob, Reply, StaffCommand};

use super::Counselor;
use crate::line::unexpected;
use crate::{Error, Result};

impl Counselor {
    /// Calls a supervisor about a case on the desk; gives the escalation.
    pub async fn escalate(&mut self, case_id: Id, level: u8, reason: &str) -> Result<Id> {
        let command = self.raising(case_id, level, reason)?;
        match self.ask(command).await? {
            Reply::Escalation { escalation } => {
                let id = escalation.escalation_id.0;
                self.escalations.put(escalation);
                Ok(id)
            }
            other => Err(unexpected(other)),
        }
    }

    /// The command of [`Self::escalate`], to be sent as often as it takes or to be spoilt.
    pub fn raising(&self, case_id: Id, level: u8, reason: &str) -> Result<StaffCommand> {
        let roster = self.member.organisation()?.roster()?;
        let group = roster.roster.newest(GroupKind::Escalation);
        let group = group.ok_or_else(|| Error::NotPossible("no escalation key yet".to_owned()))?;
        let random = &self.member.browser.random;
        let raise_id = random.bytes()?;
        let raise = Raise::seal(
            self.member.org_id(),
            case_id,
            raise_id,
            level,
            &group.kem_pk,
            reason.as_bytes(),
            &random.secret()?,
        )
        .map_err(Error::alarm)?;
        Ok(StaffCommand::Raise {
            case_id: protocol::Id(case_id),
            raise_id: protocol::Id(raise_id),
            level,
            record: Blob(raise.to_bytes()),
            sig: Blob(raise.sign(self.member.signing_key()).to_vec()),
        })
    }
}
