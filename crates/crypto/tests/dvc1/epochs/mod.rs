//! Generated lanes: what the table of reasons allows is accepted and opens for its readers, and
//! whatever differs from it by one thing is refused.

mod model;

use crypto::epoch::{EpochError, Lane, LaneKind, Posting, ReaderKind, Reason, Record};
use crypto::kem::KemKey;
use crypto::roster::{GroupKind, Rosters};
use proptest::prelude::*;
use proptest::sample::Index;

use self::model::{Move, Name, Names, State, back_optional};
use crate::support::world::{Spec, Story, case, group_key, id, opener, rosters};

/// A lane, walked by the model and by the code at once.
struct Walk {
    story: Story,
    state: State,
    moves: Vec<Move>,
}

/// One step: which move, whether the roster of that day is 2 already, whether history goes along.
type Step = (Index, bool, bool);

fn steps() -> impl Strategy<Value = (bool, Vec<Step>)> {
    let step = (any::<Index>(), prop::bool::weighted(0.15), prop::bool::weighted(0.8));
    (any::<bool>(), prop::collection::vec(step, 1..8))
}

fn spec_of(next: &Move, back: bool) -> Spec {
    let back = back || !back_optional(next.after.notes, next.reason);
    let staff = next.staff.iter().copied().collect();
    let (reason, creator, team) = (next.reason, next.creator, next.team);
    Spec { reason, creator, staff, team, version: next.after.version, back }
}

impl Walk {
    fn of((notes, steps): &(bool, Vec<Step>)) -> Self {
        let kind = if *notes { LaneKind::Notes } else { LaneKind::Chat };
        let mut walk =
            Self { story: Story::new(kind), state: State::new(*notes), moves: Vec::new() };
        for (which, later, back) in steps {
            let moves = walk.state.moves(if *later { 2 } else { walk.state.version });
            let next = which.get(&moves).clone();
            walk.story.add(&spec_of(&next, *back));
            walk.state = next.after.clone();
            walk.moves.push(next);
        }
        walk
    }

    fn check(&self, rosters: &Rosters) -> Result<Lane, EpochError> {
        Lane::walk(case(), self.story.kind, &self.story.records, rosters)
    }
}

/// Everybody who could ever hold a key: the client, people, both groups in both generations.
fn holders() -> Vec<(ReaderKind, Name, u64, KemKey)> {
    let people = ["anna", "budi", "citra", "sari", "tuti", "dewi"];
    let mut all = vec![(ReaderKind::Client, "client", 0, opener("client"))];
    all.extend(people.map(|name| (ReaderKind::Staff, name, 0, opener(name))));
    for generation in [1, 2] {
        let key = |kind| group_key(kind, generation);
        let version = u64::from(generation);
        all.push((ReaderKind::Team, "team", version, key(GroupKind::Team)));
        all.push((ReaderKind::Escalation, "escalation", version, key(GroupKind::Escalation)));
    }
    all
}

/// Whether the page says that this holder reads this record.
fn should_read(made: &Move, (kind, name, version, _): &(ReaderKind, Name, u64, KemKey)) -> bool {
    match kind {
        ReaderKind::Client => !made.after.notes,
        ReaderKind::Staff => made.staff.contains(name),
        ReaderKind::Team => made.team && *version == made.after.version,
        ReaderKind::Escalation => *version == made.after.version,
    }
}

/// What the server says to a record that an audited opening covers, of a case assigned to Anna.
/// That notes lack their record in lane 1 beside them does not count: no lane here has one.
fn served(lane: &Lane, record: &Record, version: u64, rosters: &Rosters) -> Option<EpochError> {
    let posting = Posting {
        current: version,
        previous_too: false,
        lane_1: None,
        opened: true,
        assigned: Some(id("anna")),
    };
    let refused = lane.check_public(record, rosters, Some(&posting)).err();
    refused.filter(|error| *error != EpochError::R8Pair)
}

/// One thing changed in an honest draft.
#[derive(Debug, Clone)]
enum Change {
    Nothing,
    Creator(Name),
    Reason(u8),
    Toggle(Name),
    Team,
    Back,
    OlderRoster,
}

fn change() -> impl Strategy<Value = Change> {
    let anybody = || prop::sample::select(vec!["anna", "budi", "citra", "sari", "tuti", "dewi"]);
    prop_oneof![
        Just(Change::Nothing),
        anybody().prop_map(Change::Creator),
        Just(Change::Creator("client")),
        (0_u8..8).prop_map(Change::Reason),
        anybody().prop_map(Change::Toggle),
        Just(Change::Team),
        Just(Change::Back),
        Just(Change::OlderRoster),
    ]
}

impl Change {
    fn apply(&self, spec: &mut Spec) {
        match self {
            Self::Nothing => {}
            Self::Creator(name) => spec.creator = name,
            Self::Reason(number) => spec.reason = Reason::from_u8(*number).unwrap(),
            Self::Toggle(name) => {
                if spec.staff.contains(name) {
                    spec.staff.retain(|other| other != name);
                } else {
                    spec.staff.push(name);
                }
            }
            Self::Team => spec.team = !spec.team,
            Self::Back => spec.back = !spec.back,
            Self::OlderRoster => spec.version = 1,
        }
    }
}

/// Whether the page lets this draft follow.
fn allowed(state: &State, spec: &Spec) -> bool {
    let staff: Names = spec.staff.iter().copied().collect();
    let fits = |next: &Move| {
        (next.reason, next.creator, &next.staff, next.team)
            == (spec.reason, spec.creator, &staff, spec.team)
    };
    let back = !state.begun || spec.back || back_optional(state.notes, spec.reason);
    spec.version >= state.version && state.moves(spec.version).iter().any(fits) && back
}

/// Whether the record leaves open who of the joined supervisors took over: the model has no such move.
fn unnamed_target(state: &State, spec: &Spec) -> bool {
    let joined = state.joined_in(spec.version);
    spec.reason == Reason::Transfer
        && spec.staff.iter().copied().collect::<Names>() == joined
        && !joined.contains(spec.creator)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_allowed_lane_verifies_and_its_proposals_are_those_of_the_table(steps in steps()) {
        let (walk, rosters) = (Walk::of(&steps), rosters());
        let lane = walk.check(&rosters);
        prop_assert_eq!(lane.unwrap().last_hash(), walk.story.lane.last_hash());
        let mut lane = Lane::new(case(), walk.story.kind);
        for (record, made) in walk.story.records.iter().zip(&walk.moves) {
            let named = rosters.get(made.after.version).unwrap();
            let creator = (made.creator != "client").then(|| id(made.creator));
            let other = made.other.map(id);
            let proposed = lane.readers_for(made.reason, creator, other, &rosters, named).unwrap();
            let accepted = lane.check_public(record, &rosters, None).unwrap();
            // Once somebody fell out, the maker of a re-key may choose the team alone instead.
            if made.reason != Reason::Rekey {
                prop_assert_eq!(proposed, accepted.readers.clone());
            }
            prop_assert_eq!(served(&lane, record, made.after.version, &rosters), None);
            lane.append(&accepted);
        }
    }

    #[test]
    fn each_reader_opens_the_epoch_and_nobody_else_does(steps in steps()) {
        let (walk, rosters) = (Walk::of(&steps), rosters());
        let (mut lane, holders) = (Lane::new(case(), walk.story.kind), holders());
        for ((record, made), key) in walk.story.records.iter().zip(&walk.moves).zip(&walk.story.keys) {
            let accepted = lane.check_public(record, &rosters, None).unwrap();
            for holder in &holders {
                let opened = accepted.open(&holder.3, None);
                prop_assert_eq!(opened.is_ok(), should_read(made, holder), "{} {:?}", holder.1, made);
                if let Ok(opened) = opened {
                    prop_assert_eq!(opened.key.secret().expose(), key.secret().expose());
                }
            }
            lane.append(&accepted);
        }
    }

    #[test]
    fn server_and_reader_agree_with_the_table(
        steps in steps(), which in any::<Index>(), later in any::<bool>(), change in change(),
    ) {
        let (walk, rosters) = (Walk::of(&steps), rosters());
        let moves = walk.state.moves(if later { 2 } else { walk.state.version });
        let mut spec = spec_of(which.get(&moves), true);
        change.apply(&mut spec);
        prop_assume!(!unnamed_target(&walk.state, &spec));
        let record = walk.story.make(&spec).0;
        let read = walk.story.lane.check_public(&record, &rosters, None).err();
        prop_assert_eq!(read.is_none(), allowed(&walk.state, &spec), "{:?} {:?}", read, change);
        let served = served(&walk.story.lane, &record, spec.version, &rosters);
        prop_assert_eq!(served, read);
    }

    #[test]
    fn a_record_that_is_changed_dropped_repeated_or_out_of_order_is_refused(
        steps in steps(), at in any::<Index>(), byte in any::<Index>(), bit in 0_u8..8,
    ) {
        let (mut walk, rosters) = (Walk::of(&steps), rosters());
        let honest = walk.story.records.clone();
        let at = at.index(honest.len());
        let changed = &mut walk.story.records[at];
        let byte = byte.index(changed.body.len() + changed.sig.len());
        let place = match byte.checked_sub(changed.body.len()) {
            Some(in_sig) => &mut changed.sig[in_sig],
            None => &mut changed.body[byte],
        };
        *place ^= 1 << bit;
        prop_assert!(walk.check(&rosters).is_err());

        walk.story.records = honest.clone();
        walk.story.records.insert(at, honest[at].clone());
        prop_assert!(walk.check(&rosters).is_err());
        // Without what follows, a lane is as it was: only its end can be kept back.
        if at + 1 < honest.len() {
            walk.story.records = honest.clone();
            walk.story.records.remove(at);
            prop_assert!(walk.check(&rosters).is_err());
            walk.story.records = honest;
            walk.story.records.swap(at, at + 1);
            prop_assert!(walk.check(&rosters).is_err());
        }
    }

    #[test]
    fn a_changed_box_does_not_pass_the_server_nor_its_reader(
        steps in steps(), which in any::<Index>(), byte in any::<Index>(), bit in 0_u8..8,
    ) {
        let (walk, rosters) = (Walk::of(&steps), rosters());
        let mut before = Lane::new(case(), walk.story.kind);
        let (last, earlier) = walk.story.records.split_last().unwrap();
        for record in earlier {
            let accepted = before.check_public(record, &rosters, None).unwrap();
            before.append(&accepted);
        }
        let mut record = last.clone();
        let which = which.index(record.boxes.len());
        let byte = byte.index(record.boxes[which].bytes.len());
        record.boxes[which].bytes[byte] ^= 1 << bit;
        let refused = served(&before, &record, walk.state.version, &rosters);
        let by_its_box = [EpochError::B1Malformed, EpochError::B2Reader, EpochError::B3Hash];
        // The pairing of notes is judged before their boxes.
        prop_assert!(walk.state.notes || refused.is_some_and(|rule| by_its_box.contains(&rule)));
        let accepted = before.check_public(&record, &rosters, None).unwrap();
        for holder in holders() {
            let own = holder.3.kid() == record.boxes[which].kid;
            let reads = should_read(walk.moves.last().unwrap(), &holder) && !own;
            prop_assert_eq!(accepted.open(&holder.3, None).is_ok(), reads, "{}", holder.1);
        }
    }
}
