//! Records: taken one by one, each checked against the whole table; and made.

use crypto::epoch::{
    Accepted, BoxRow, Draft, EpochError, EpochKey, Opened, Reader, Reason, Record, build,
};
use crypto::kem::KemKey;
use crypto::sign::SigningKey;
use protocol::{Blob, NewEpoch, RecordView};

use super::{HeldLane, creator_kind};
use crate::{Browser, Error, Organisation, Result, StaffMember, wire};

impl HeldLane {
    /// Takes the records that are not held yet. `own` are the keys that may open boxes.
    ///
    /// A record that breaks a rule, or a box that does not match its re-making, is an alarm.
    pub(crate) fn take_records(
        &mut self,
        records: &[RecordView],
        organisation: &Organisation,
        own: &[&KemKey],
    ) -> Result<()> {
        for view in records {
            let record = read(view)?;
            if self.accepted.iter().any(|held| held.hash == record.hash()) {
                continue;
            }
            let accepted = self
                .chain
                .check_public(&record, organisation.rosters(), None)
                .map_err(Error::alarm)?;
            self.chain.append(&accepted);
            self.accepted.push(accepted);
        }
        self.open_keys(own)
    }

    /// From the newest record back: by an own box, or by the back link of the record after it.
    fn open_keys(&mut self, own: &[&KemKey]) -> Result<()> {
        let mut from_later: Option<EpochKey> = None;
        for accepted in self.accepted.iter().rev() {
            let epoch = accepted.body.epoch;
            if let Some(held) = self.keys.get(&epoch) {
                let differs = from_later
                    .is_some_and(|later| later.secret().expose() != held.secret().expose());
                return if differs { Err(Error::alarm(EpochError::A7Back)) } else { Ok(()) };
            }
            let opened = open_one(accepted, own, from_later.take()).map_err(Error::alarm)?;
            if let Some(Opened { key, before }) = opened {
                self.keys.insert(epoch, key);
                from_later = before;
            }
        }
        Ok(())
    }

    /// Makes the next record of this lane. It is taken only once the server has it.
    pub(crate) fn make_record(
        &self,
        browser: &Browser,
        organisation: &Organisation,
        staff: Option<crypto::Id>,
        signer: &SigningKey,
        reason: Reason,
    ) -> Result<(NewEpoch, EpochKey)> {
        // Somebody who comes in place of another, or goes, is the one whom it is about.
        let other = staff.filter(|_| matches!(reason, Reason::Transfer | Reason::Leave));
        self.make_about(browser, organisation, (staff, signer), reason, other)
    }

    /// The same about somebody else than who makes it.
    fn make_about(
        &self,
        browser: &Browser,
        organisation: &Organisation,
        (staff, signer): (Option<crypto::Id>, &SigningKey),
        reason: Reason,
        other: Option<crypto::Id>,
    ) -> Result<(NewEpoch, EpochKey)> {
        let (roster_version, _) = organisation.roster_head();
        let readers = self
            .chain
            .readers_for(reason, staff, other, organisation.rosters(), organisation.roster()?)
            .map_err(Error::alarm)?;
        let secret = browser.random.secret()?;
        let draft = self.draft(readers, staff.is_some(), reason, roster_version);
        let (record, key) = build(&draft, signer, secret).map_err(Error::alarm)?;
        Ok((to_wire(record), key))
    }

    /// The same for a member of the staff.
    pub(crate) fn make_own(
        &self,
        member: &StaffMember,
        reason: Reason,
    ) -> Result<(NewEpoch, EpochKey)> {
        let (me, signer) = (Some(member.staff_id()), member.signing_key());
        self.make_record(&member.browser, member.organisation()?, me, signer, reason)
    }

    /// A member's record that puts somebody else in the counselor's place.
    pub(crate) fn make_transfer_to(
        &self,
        member: &StaffMember,
        target: crypto::Id,
    ) -> Result<NewEpoch> {
        let (me, signer) = (Some(member.staff_id()), member.signing_key());
        let (browser, organisation) = (&member.browser, member.organisation()?);
        let reason = Reason::Transfer;
        let made = self.make_about(browser, organisation, (me, signer), reason, Some(target))?;
        Ok(made.0)
    }

    fn draft(
        &self,
        readers: Vec<Reader>,
        staff: bool,
        reason: Reason,
        roster_version: u64,
    ) -> Draft<'_> {
        Draft {
            case: &self.case,
            lane: self.kind,
            epoch: self.chain.next_epoch(),
            prev: self.chain.last_hash(),
            creator_kind: creator_kind(staff),
            reason,
            roster_version,
            readers,
            before: self.newest_key(),
        }
    }
}

/// Nothing where this reader has neither a box nor the key from a later record.
fn open_one(
    accepted: &Accepted,
    own: &[&KemKey],
    from_later: Option<EpochKey>,
) -> std::result::Result<Option<Opened>, EpochError> {
    for key in own {
        match accepted.open(key, None) {
            Err(EpochError::B2Reader) => {}
            Err(why) => return Err(why),
            Ok(opened) => {
                let differs = from_later
                    .is_some_and(|later| later.secret().expose() != opened.key.secret().expose());
                return if differs { Err(EpochError::A7Back) } else { Ok(Some(opened)) };
            }
        }
    }
    from_later.map(|key| accepted.open_with(key, None)).transpose()
}

/// An own record as a reader gets it.
pub(crate) fn own_view(epoch: NewEpoch) -> RecordView {
    RecordView { body: epoch.body, sig: epoch.sig, boxes: epoch.boxes }
}

fn read(view: &RecordView) -> Result<Record> {
    let boxes = view.boxes.iter().map(|row| BoxRow::parse(&row.0).map_err(Error::alarm));
    Ok(Record {
        body: view.body.0.clone(),
        sig: wire::fixed(&view.sig)?,
        boxes: boxes.collect::<Result<_>>()?,
    })
}

fn to_wire(record: Record) -> NewEpoch {
    NewEpoch {
        body: Blob(record.body),
        sig: Blob(record.sig.to_vec()),
        boxes: record.boxes.into_iter().map(|row| Blob(row.bytes)).collect(),
    }
}
