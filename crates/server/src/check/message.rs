//! A message's header, held against who sends it.

use crypto::epoch::{CreatorKind, LaneKind};
use crypto::hash::h;
use crypto::message::{Header, SIZES, leaf};
use domain::{CaseId, Hash, Kid, Lane, MsgId, OrgId};
use protocol::{Envelope, ErrorCode};
use storage::messages::NewMessage;

use crate::refusal::Refusal;
use crate::wire;

/// What GCM adds to an inner text.
const TAG: usize = 16;

/// Who sends, as the connection or the request has shown.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sender {
    /// The client of this case, with this signing key.
    Client(CaseId, Kid),
    /// A member of staff with this signing key.
    Staff(Kid),
}

/// Reads an envelope; gives the case that it names and the message as it is stored.
///
/// # Errors
/// `envelope_refused`, `wrong_sender`, `wrong_lane`, `too_large`.
pub(crate) fn message(
    org: OrgId,
    sender: Sender,
    envelope: &Envelope,
) -> Result<(CaseId, NewMessage), Refusal> {
    let header = Header::parse(&envelope.h.0)
        .map_err(|error| Refusal::by_rule(ErrorCode::EnvelopeRefused, &error))?;
    check_size(envelope.c.0.len())?;
    check_sender(org, sender, &header)?;
    let ct_hash = h(&envelope.c.0);
    let message = NewMessage {
        id: MsgId::new(header.msg_id),
        lane: lane(header.lane),
        epoch: header.epoch,
        sender: Kid::new(header.sender),
        leaf: Hash::new(leaf(&envelope.h.0, &ct_hash)),
        ct_hash: Hash::new(ct_hash),
        envelope: wire::envelope_to_bytes(envelope),
    };
    Ok((CaseId::new(header.case_id), message))
}

fn check_size(ct: usize) -> Result<(), Refusal> {
    let inner = ct.saturating_sub(TAG);
    if SIZES.last().is_some_and(|longest| inner > *longest) {
        return Err(ErrorCode::TooLarge.into());
    }
    if SIZES.contains(&inner) { Ok(()) } else { Err(ErrorCode::EnvelopeRefused.into()) }
}

fn check_sender(org: OrgId, sender: Sender, header: &Header) -> Result<(), Refusal> {
    let kind = match sender {
        Sender::Client(..) => CreatorKind::Client,
        Sender::Staff(_) => CreatorKind::Staff,
    };
    if header.org_id != *org.as_bytes() || header.sender_kind != kind {
        return Err(ErrorCode::EnvelopeRefused.into());
    }
    match sender {
        Sender::Client(case, _) if header.case_id != *case.as_bytes() => {
            Err(ErrorCode::WrongSender.into())
        }
        Sender::Client(_, key) | Sender::Staff(key) if header.sender != *key.as_bytes() => {
            Err(ErrorCode::WrongSender.into())
        }
        Sender::Client(..) if header.lane != LaneKind::Chat => Err(ErrorCode::WrongLane.into()),
        _ => Ok(()),
    }
}

/// The lane as the rules name it.
pub(super) const fn lane(kind: LaneKind) -> Lane {
    match kind {
        LaneKind::Chat => Lane::Chat,
        LaneKind::Notes => Lane::Notes,
    }
}
