//! A talk as its readers see it: both sides, pages, and a server that meddles.

use crypto::encode::c;
use crypto::epoch::LaneKind::Chat;
use crypto::epoch::Reason::{Claim, Join, Rekey, Reopen};
use crypto::epoch::{Accepted, Body, Lane, Reader, ReaderKind, Record};
use crypto::hash::h;
use crypto::message::{Envelope, MessageError, th_start};
use crypto::receiver::{EpochView, Receiver};
use crypto::roster::Rosters;

use crate::support::reason_cases::{claimed, opening};
use crate::support::world::{
    Spec, Story, case, id, message, opener, rosters, signed, signer, spec,
};

/// A lane with its accepted records, as a reader holds it.
struct Desk {
    story: Story,
    accepted: Vec<Accepted>,
    rosters: Rosters,
}

impl Desk {
    fn new() -> Self {
        let story = Story::of(Chat, &claimed());
        let (mut lane, mut accepted, rosters) = (Lane::new(case(), Chat), Vec::new(), rosters());
        for record in &story.records {
            let next = lane.check_public(record, &rosters, None).unwrap();
            lane.append(&next);
            accepted.push(next);
        }
        Self { story, accepted, rosters }
    }

    fn view(&self, epoch: u32, opens: bool) -> Option<EpochView<'_>> {
        let at = usize::try_from(epoch).unwrap();
        let record = self.accepted.get(at)?;
        let roster = self.rosters.get(record.body.roster_version)?;
        Some(EpochView { record, roster, key: self.story.keys.get(at).filter(|_| opens) })
    }

    fn take(&self, to: &mut Receiver, seq: u64, envelope: &Envelope) -> Result<(), MessageError> {
        to.take(seq, envelope, |epoch| self.view(epoch, true)).map(drop)
    }

    /// Six messages of epoch 1, by turns; each saw all before it.
    fn talk(&self) -> Vec<Envelope> {
        let mut receiver = Receiver::new(case(), Chat);
        (1..=6)
            .map(|seq| {
                let from = if seq % 2 == 1 { "client" } else { "anna" };
                let number = receiver.next_ctr(&signer(from).kid());
                let next = message(&self.story.keys[1], from, number, receiver.seen()).2;
                self.take(&mut receiver, seq, &next).unwrap();
                next
            })
            .collect()
    }
}

#[test]
fn both_sides_read_all_and_know_who_wrote() {
    let desk = Desk::new();
    let mut receiver = Receiver::new(case(), Chat);
    for (seq, envelope) in (1..).zip(&desk.talk()) {
        let taken = receiver.take(seq, envelope, |epoch| desk.view(epoch, true)).unwrap();
        let writer = if seq % 2 == 1 { None } else { Some(id("anna")) };
        assert_eq!(taken.staff_id, writer);
        assert!(taken.content.is_some());
    }
    assert!(receiver.is_proven());
    assert_eq!(receiver.next_ctr(&signer("anna").kid()), 4);
}

#[test]
fn a_message_of_an_epoch_that_does_not_open_counts_by_its_leaf() {
    let desk = Desk::new();
    let talk = desk.talk();
    let (mut blind, mut seeing) = (Receiver::new(case(), Chat), Receiver::new(case(), Chat));
    for (seq, envelope) in (1..).zip(&talk) {
        let taken = blind.take(seq, envelope, |epoch| desk.view(epoch, false)).unwrap();
        assert!(taken.content.is_none());
        desk.take(&mut seeing, seq, envelope).unwrap();
    }
    assert_eq!(blind.seen(), seeing.seen());
    let mut shredded = Receiver::new(case(), Chat);
    for (seq, envelope) in (1..).zip(&talk) {
        shredded.take_leaf(seq, &envelope.leaf()).unwrap();
    }
    assert_eq!(shredded.seen(), seeing.seen());
}

#[test]
fn a_refused_message_is_counted_and_the_next_one_is_taken() {
    let desk = Desk::new();
    let talk = desk.talk();
    let mut receiver = Receiver::new(case(), Chat);
    desk.take(&mut receiver, 1, &talk[0]).unwrap();
    let mut changed = talk[1].clone();
    changed.ct[30] ^= 1;
    assert_eq!(desk.take(&mut receiver, 2, &changed), Err(MessageError::M5Open));
    // What follows was signed over the true message, and says so.
    assert_eq!(desk.take(&mut receiver, 3, &talk[2]), Err(MessageError::M12Transcript));
}

#[test]
fn drop_swap_and_repeat_are_all_seen() {
    let desk = Desk::new();
    let talk = desk.talk();
    let run = |order: &[usize]| {
        let mut receiver = Receiver::new(case(), Chat);
        (1..).zip(order).map(|(seq, at)| desk.take(&mut receiver, seq, &talk[*at])).collect()
    };
    let (dropped, swapped, again): (Vec<_>, Vec<_>, Vec<_>) =
        (run(&[0, 1, 3]), run(&[0, 2, 1]), run(&[0, 0]));
    assert_eq!(dropped[2], Err(MessageError::M12Transcript));
    assert_eq!(swapped[1], Err(MessageError::M12Transcript));
    assert_eq!(again[1], Err(MessageError::M10Repeated));
}

#[test]
fn pages_are_proven_by_signatures_and_joined_backwards() {
    let desk = Desk::new();
    let talk = desk.talk();
    let mut whole = Receiver::new(case(), Chat);
    let mut after = vec![th_start(&case().case_id, Chat)];
    for (seq, envelope) in (1..).zip(&talk) {
        desk.take(&mut whole, seq, envelope).unwrap();
        after.push(whole.seen().1);
    }
    let page = |first: u64, to: u64, before| {
        let mut receiver = Receiver::page(case(), Chat, first, before);
        assert!(!receiver.is_proven());
        for seq in first..=to {
            let at = usize::try_from(seq - 1).unwrap();
            desk.take(&mut receiver, seq, &talk[at]).unwrap();
        }
        receiver
    };
    let mut newest = page(4, 6, after[3]);
    assert!(newest.is_proven());
    newest.prepend(page(1, 3, after[0])).unwrap();
    assert_eq!(newest.seen(), whole.seen());
    assert_eq!(newest.next_ctr(&signer("client").kid()), 4);

    // A page that is not the one before.
    let mut newest = page(4, 6, after[3]);
    assert_eq!(newest.prepend(page(1, 2, after[0])), Err(MessageError::M2Seq));
    let mut other = Receiver::page(case(), Chat, 3, [7; 32]);
    other.take_leaf(3, &[8; 32]).unwrap();
    assert_eq!(newest.prepend(other), Err(MessageError::M12Transcript));
    // A newer page of which the server gives leaves alone, though the older one is whole.
    let mut gone = Receiver::page(case(), Chat, 4, after[3]);
    gone.take_leaf(4, &talk[3].leaf()).unwrap();
    assert_eq!(gone.prepend(page(1, 3, after[0])), Err(MessageError::M16Gone));
    // A server that lies about the hash before a page.
    let mut lied = Receiver::page(case(), Chat, 4, [7; 32]);
    assert_eq!(desk.take(&mut lied, 4, &talk[3]), Err(MessageError::M12Transcript));
}

#[test]
fn the_counselor_reads_the_past_by_the_back_link_and_the_client_what_follows() {
    let desk = Desk::new();
    let anna = opener("anna");
    // The story's records carry all boxes; a server gives each reader its own.
    let opened = desk.accepted[1].open(&anna, None).unwrap();
    let past = desk.accepted[0].open_with(opened.before.unwrap(), None).unwrap();
    assert_eq!(past.key.secret().expose(), desk.story.keys[0].secret().expose());
    let client = opener("client");
    let first = desk.accepted[0].open(&client, None).unwrap();
    assert!(first.before.is_none());
    desk.accepted[1].open(&client, Some(&first.key)).unwrap();
    assert!(desk.accepted[1].open(&opener("budi"), None).is_err());
}

#[test]
fn what_a_lane_proposes_is_what_it_accepts() {
    let mut story = Story::of(Chat, &[opening()]);
    let rosters = rosters();
    for next in [
        spec(Claim, "anna", &["anna"], false),
        spec(Reopen, "client", &[], true),
        spec(Claim, "budi", &["budi"], false),
    ] {
        let creator = (next.creator != "client").then(|| id(next.creator));
        let named = rosters.get(1).unwrap();
        let readers = story.lane.readers_for(next.reason, creator, None, &rosters, named).unwrap();
        let record = story.make_for(&next, readers).0;
        story.lane.check_public(&record, &rosters, None).unwrap();
        story.add(&next);
    }
}

/// As `audienceFor` in the browser does.
#[test]
fn a_re_key_goes_on_with_those_who_stay_or_with_the_team_once_all_fell_out() {
    let rosters = rosters();
    let proposed = |specs: &[Spec], version| {
        let lane = Story::of(Chat, specs).lane;
        let named = rosters.get(version).unwrap();
        lane.readers_for(Rekey, Some(id("sari")), None, &rosters, named).unwrap()
    };
    let kinds = |readers: Vec<Reader>| readers.iter().map(|r| r.kind).collect::<Vec<_>>();
    let (client, escalation) = (ReaderKind::Client, ReaderKind::Escalation);
    // Nobody ever read: nobody is proposed, and a record like this is refused.
    assert_eq!(kinds(proposed(&[], 1)), [client, escalation]);
    assert_eq!(kinds(proposed(&[opening()], 2)), [client, ReaderKind::Team, escalation]);
    let by_budi = [opening(), spec(Claim, "budi", &["budi"], false)];
    assert_eq!(kinds(proposed(&by_budi, 1)), [client, ReaderKind::Staff, escalation]);
    assert_eq!(kinds(proposed(&by_budi, 2)), [client, ReaderKind::Team, escalation]);
    let joined = [&by_budi[..], &[spec(Join, "sari", &["budi", "sari"], false)]].concat();
    assert_eq!(kinds(proposed(&joined, 2)), [client, ReaderKind::Staff, escalation]);
}

/// A server that changes one bit anywhere is refused, and so is a maker who signs nonsense.
#[test]
fn each_byte_of_a_record_is_vouched_for() {
    let story = Story::of(Chat, &[opening()]);
    let (rosters, honest) = (rosters(), story.make(&claimed()[1]).0);
    for at in 0..honest.body.len() {
        let mut record = honest.clone();
        record.body[at] ^= 1;
        assert!(story.lane.check_public(&record, &rosters, None).is_err(), "byte {at}");
    }
    for at in 0..64 {
        let mut record = honest.clone();
        record.sig[at] ^= 1;
        assert!(story.lane.check_public(&record, &rosters, None).is_err(), "signature {at}");
    }
}

/// What nobody but the maker can have changed: signed again, one field after the other.
#[test]
fn each_field_of_a_record_matters() {
    let story = Story::of(Chat, &[opening()]);
    let (rosters, anna) = (rosters(), opener("anna"));
    let honest = story.make(&claimed()[1]).0;
    let refused = |record: &Record| match story.lane.check_public(record, &rosters, None) {
        Ok(accepted) => accepted.open(&anna, Some(&story.keys[0])).is_err(),
        Err(_) => true,
    };
    assert!(!refused(&honest));
    let fields: [fn(&mut Body); 13] = [
        |body| body.org_id[3] ^= 1,
        |body| body.case_id[3] ^= 1,
        |body| body.lane = crypto::epoch::LaneKind::Notes,
        |body| body.epoch += 1,
        |body| body.prev[3] ^= 1,
        |body| body.creator_kind = crypto::epoch::CreatorKind::Client,
        |body| body.creator[3] ^= 1,
        |body| body.reason = Reopen,
        |body| body.roster_version += 1,
        |body| body.kc[3] ^= 1,
        |body| body.back[3] ^= 1,
        |body| body.readers[0].kid[3] ^= 1,
        |body| body.readers[0].box_hash[3] ^= 1,
    ];
    for (n, change) in fields.iter().enumerate() {
        let mut body = Body::parse(&honest.body).unwrap();
        change(&mut body);
        let record = signed(body.to_bytes(), "anna", honest.boxes.clone());
        assert!(refused(&record), "field {n}");
    }
    let other_label = signer("anna").sign(&c("sig/msg", &[&h(&honest.body)]));
    assert!(refused(&Record { sig: other_label, ..honest }));
}

#[test]
fn each_byte_of_a_message_is_vouched_for() {
    let desk = Desk::new();
    let honest = &desk.talk()[0];
    let take = |envelope: &Envelope| desk.take(&mut Receiver::new(case(), Chat), 1, envelope);
    assert_eq!(take(honest), Ok(()));
    for at in 0..honest.header.len() {
        let mut changed = honest.clone();
        changed.header[at] ^= 1;
        assert!(take(&changed).is_err(), "header {at}");
    }
    for at in 0..honest.ct.len() {
        let mut changed = honest.clone();
        changed.ct[at] ^= 1;
        assert_eq!(take(&changed), Err(MessageError::M5Open), "byte {at}");
    }
}
