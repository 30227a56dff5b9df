//! What somebody makes who comes into a case: new epochs of both lanes and a greeting.

use crypto::epoch::Reason;
use protocol::{Body, Envelope, NewEpoch};

use super::HeldCase;
use crate::lane::own_view;
use crate::{Error, Result, StaffMember, kind};

/// A command of somebody who comes, part by part, so that a story can spoil one.
#[derive(Debug, Clone)]
pub struct ClaimRecords {
    /// Lane 1.
    pub chat: NewEpoch,
    /// Lane 2.
    pub notes: NewEpoch,
    /// The greeting.
    pub hello: Envelope,
}

impl HeldCase {
    /// Makes the records of both lanes, with these reasons, and the greeting in this role.
    pub fn coming(
        &self,
        member: &StaffMember,
        [chat, notes]: [Reason; 2],
        role: &str,
    ) -> Result<ClaimRecords> {
        let (browser, organisation) = (&member.browser, member.organisation()?);
        let (chat, key) = self.chat.make_own(member, chat)?;
        let (notes, _) = self.notes.make_own(member, notes)?;
        let hello = Body::Hello { name: member.name().to_owned(), role: role.to_owned() };
        // The own record must be held before a message is sealed under it.
        let mut with_record = self.chat.clone();
        with_record.take_records(&[own_view(chat.clone())], organisation, &member.keys())?;
        let hello =
            with_record.seal_beside(browser, member.writer(), &key, &[(kind::HELLO, hello)])?;
        let hello = hello.into_iter().next().ok_or_else(|| Error::alarm("no greeting"))?;
        Ok(ClaimRecords { chat, notes, hello })
    }
}
