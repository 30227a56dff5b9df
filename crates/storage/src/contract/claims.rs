//! Who takes a session from the queue, and how it goes back.

use domain::session::{EndReason, State};
use domain::staff::Status;
use domain::{Lane, Times};
use tokio::task::JoinSet;

use super::world::{START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::sessions::{Ender, GiveBack, Reopen};

pub(super) async fn of_64_claims_one_wins(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let mut people = Vec::new();
    for n in 0..64 {
        people.push(world.enrol(&format!("person {n}")).await);
    }
    ok(world.store.org.publish_roster(world.roster(2, &people)).await);
    let boxes = world.group(domain::staff::GroupKind::Team, super::world::TEAM, &people).boxes;
    ok(world.store.org.put_boxes(boxes).await);
    for person in &people {
        ok(world.store.staff.set_status(person.id, Status::Available).await);
    }
    let client = world.open(0, START).await;
    let mut claims = JoinSet::new();
    for person in people {
        let world = world.clone();
        claims.spawn(async move { world.claim(&client, &person, at(1)).await.map(|c| c.boxes) });
    }
    let (won, lost): (Vec<_>, Vec<_>) =
        claims.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert_eq!(won.into_iter().flat_map(ok).count(), 1, "the winner gets the box");
    for refused in lost {
        assert_refused!(refused, StorageError::Taken | StorageError::NotNext);
    }
}

pub(super) async fn a_claim_in_two_steps(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    let claimed = ok(world.claim(&client, &one, at(1)).await);
    assert!(claimed.fresh);
    assert_eq!(claimed.boxes[0].sealed.rkid, super::world::TEAM);
    assert!(!ok(world.claim(&client, &one, at(2)).await).fresh, "a retry is answered the same");
    assert_refused!(world.claim(&client, &two, at(2)).await, StorageError::Taken);
    assert!(ok(world.store.sessions.queue().await).is_empty());

    let records = world.claim_records(&client, &one, at(3)).await;
    let stranger = crate::sessions::ClaimRecords { staff: two.id, ..records.clone() };
    assert_refused!(world.store.sessions.claim_records(stranger).await, StorageError::Refused(_));
    let moved = ok(world.store.sessions.claim_records(records.clone()).await);
    assert!(moved.fresh);
    assert_eq!(moved.stored[0].seq, 3, "hello follows what she wrote while waiting");
    let State::Active { by, gone_at, .. } = moved.session.state else { panic!("active") };
    assert_eq!((by, gone_at), (one.id, None));
    assert!(moved.session.away_since.is_none(), "her presence goes along");
    let left = "SELECT COUNT(*) FROM boxes WHERE lane = 1 AND rtype = 3";
    assert_eq!(fixture.count(left).await, 0, "no team box of the chat is left");
    let notes = "SELECT COUNT(*) FROM boxes WHERE lane = 2 AND rtype = 3";
    assert_eq!(fixture.count(notes).await, 1);

    let again = ok(world.store.sessions.claim_records(records).await);
    assert!(!again.fresh);
    assert_eq!(again.stored[0].seq, 3);
    assert!(ok(world.store.records.reads_newest(client.case, Lane::Chat, one.kem).await));
    assert_eq!(ok(world.store.sessions.of_staff(one.id, at(4)).await).len(), 1);
}

pub(super) async fn policy_decides(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let normal = world.open(0, START).await;
    let danger = world.open(3, at(1)).await;
    assert_refused!(world.claim(&normal, &one, at(2)).await, StorageError::NotNext);
    ok(world.store.staff.set_status(one.id, Status::Busy).await);
    assert_refused!(world.claim(&danger, &one, at(2)).await, StorageError::NotNext);
    assert!(!ok(world.store.staff.set_status(one.id, Status::Busy).await), "nothing to write");
    ok(world.store.staff.set_status(one.id, Status::Available).await);
    ok(world.store.staff.set_limit(one.id, 1).await);
    world.take(&danger, &one, at(2)).await;
    assert_refused!(world.claim(&normal, &one, at(3)).await, StorageError::NotNext);
    let half =
        crate::org::Holder { kind: domain::staff::GroupKind::Team, generation: 1, rkid: two.kem };
    ok(world.store.org.drop_box(half, two.id, at(3)).await);
    assert_refused!(world.claim(&normal, &two, at(3)).await, StorageError::NotNext);
    let outsider = world.enrol("not in a roster").await;
    assert_refused!(world.claim(&normal, &outsider, at(3)).await, StorageError::NotFound);
    let mark = domain::Level::try_from(1).unwrap();
    let raise = || world.store.sessions.raise_level(normal.session, mark, world.raise_id(), at(4));
    let raised = ok(raise().await);
    assert!(raised.fresh && raised.escalation.is_none(), "a mark calls nobody");
    assert!(!ok(raise().await).fresh);
}

pub(super) async fn a_claim_that_lapses_leaves_nothing(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let (client, _later) = (world.open(0, START).await, world.open(0, at(1)).await);
    ok(world.claim(&client, &one, at(2)).await);
    let records = world.claim_records(&client, &one, at(2)).await;
    assert!(ok(world.store.jobs.lapse_openings(at(21)).await).is_empty());
    let lapsed = ok(world.store.jobs.lapse_openings(at(22)).await);
    assert_eq!(lapsed.len(), 1);
    assert!(ok(world.store.jobs.lapse_openings(at(22)).await).is_empty(), "exactly once");
    assert_refused!(world.store.sessions.claim_records(records).await, StorageError::Refused(_));
    assert_refused!(
        world.store.records.team_boxes(client.case, one.id, at(22)).await,
        StorageError::Refused(_)
    );
    let message = world.message(Lane::Chat, 0, one.sig);
    assert_refused!(
        world.staff_says(&client, &one, &message, at(22)).await,
        StorageError::Refused(_)
    );
    // The same place as before: the next claim of anybody is this one.
    assert!(ok(world.claim(&client, &two, at(23)).await).fresh);
}

pub(super) async fn three_lapses_leave_the_queue(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    for round in 0..3 {
        ok(world.claim(&client, &one, at(round * 100)).await);
        ok(world.store.jobs.lapse_openings(at(round * 100 + 20)).await);
    }
    assert!(ok(world.store.sessions.queue().await).is_empty());
    assert_eq!(ok(world.store.sessions.left_behind().await).len(), 1);
    let reopen =
        Reopen { session: client.session, record: world.reopening(&client).await, now: at(400) };
    assert!(ok(world.store.sessions.reopen(reopen.clone()).await).fresh);
    assert!(!ok(world.store.sessions.reopen(reopen).await).fresh);
    assert_eq!(ok(world.store.sessions.queue().await).len(), 1);
}

pub(super) async fn a_box_that_does_not_open(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    let bad = |by| world.store.sessions.bad_box(client.session, by, at(2));
    assert_refused!(bad(one.id).await, StorageError::Refused(_));
    ok(world.claim(&client, &one, at(1)).await);
    assert_refused!(bad(two.id).await, StorageError::Refused(_));
    assert!(ok(bad(one.id).await).left_behind);
    assert!(ok(world.store.sessions.queue().await).is_empty());
    assert_refused!(world.claim(&client, &two, at(3)).await, StorageError::Taken);
}

pub(super) async fn a_claimer_who_met_another_record(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    ok(world.claim(&client, &one, at(1)).await);
    let mut records = world.claim_records(&client, &one, at(15)).await;
    records.chat.head.prev = world.hash();
    assert_refused!(world.store.sessions.claim_records(records).await, StorageError::StaleEpoch);
    let until = at(15).plus(Times::default().opening);
    let State::Opening { until: stands, .. } = world.session(&client).await.state else {
        panic!("still opening")
    };
    assert_eq!(stands, until, "the whole time once more");
    assert_eq!(ok(world.store.records.team_boxes(client.case, one.id, at(16)).await).len(), 1);
    let records = world.claim_records(&client, &one, at(30)).await;
    assert!(ok(world.store.sessions.claim_records(records).await).fresh);
}

pub(super) async fn given_back_to_the_head_of_its_class(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let early = world.open(0, START).await;
    let client = world.open(2, at(1)).await;
    world.take(&client, &one, at(2)).await;
    let (urgent, record) = (world.open(2, at(1)).await, world.reopening(&client).await);
    let give_back = GiveBack { session: client.session, staff: one.id, record, now: at(9) };
    let stranger = GiveBack { staff: two.id, ..give_back.clone() };
    assert_refused!(world.store.sessions.give_back(stranger).await, StorageError::Refused(_));
    let moved = ok(world.store.sessions.give_back(give_back.clone()).await);
    assert!(moved.fresh && moved.session.head);
    assert!(!ok(world.store.sessions.give_back(give_back).await).fresh);
    let message = world.message(Lane::Chat, 2, one.sig);
    assert_refused!(
        world.staff_says(&client, &one, &message, at(10)).await,
        StorageError::Refused(_)
    );
    for next in [&client, &urgent, &early] {
        world.take(next, &two, at(11)).await;
    }
}

pub(super) async fn the_end_and_the_wrap_up(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    world.take(&client, &one, at(1)).await;
    let end = |by, now| world.store.sessions.end(client.session, by, now);
    assert_refused!(end(Ender::Staff(two.id), at(2)).await, StorageError::Refused(_));
    let ended = ok(end(Ender::Staff(one.id), at(2)).await);
    let State::Ended { reason, last, .. } = ended.state else { panic!("ended") };
    assert_eq!((reason, last), (EndReason::Counselor, Some(one.id)));
    assert_eq!(ok(end(Ender::Client, at(3)).await), ended, "ended once");

    let note = world.message(Lane::Notes, 0, one.sig);
    ok(world.staff_says(&client, &one, &note, at(4)).await);
    let text = world.message(Lane::Chat, 1, client.sig);
    assert_refused!(world.client_says(&client, &text, at(4)).await, StorageError::Refused(_));
    let wrap_up = |by| world.store.sessions.wrap_up(client.session, by, at(5));
    assert_refused!(wrap_up(two.id).await, StorageError::Refused(_));
    ok(wrap_up(one.id).await);
    let note = world.message(Lane::Notes, 0, one.sig);
    assert_refused!(world.staff_says(&client, &one, &note, at(6)).await, StorageError::Refused(_));
    assert!(ok(world.store.sessions.of_staff(one.id, at(6)).await).is_empty());
}
