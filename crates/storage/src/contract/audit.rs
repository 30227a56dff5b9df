//! The chain that cannot be changed unseen.

use domain::audit::{Actor, Entry, Event};
use tokio::task::JoinSet;

use super::world::{START, TEAM, World, at};
use super::{Fixture, ok};
use crate::audit::{Checkpoint, Fault, Point, RawLink, Walk};

pub(super) async fn the_chain_holds(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    world.take(&client, &one, at(1)).await;
    let audit = &world.store.audit;
    let before = ok(audit.head().await).0;
    let entry = Entry {
        at: at(2),
        actor: Actor::Cli("root".into()),
        event: Event::StaffDisabled,
        case: None,
        staff: Some(one.id),
        detail: None,
    };
    let mut writers = JoinSet::new();
    for _ in 0..16 {
        let (store, entry) = (world.store.clone(), entry.clone());
        writers.spawn(async move { ok(store.audit.append(entry).await) });
    }
    let mut numbers = writers.join_all().await;
    numbers.sort_unstable();
    assert_eq!(numbers, (before + 1..=before + 16).collect::<Vec<_>>());
    let links = ok(audit.page(before, 99).await);
    assert!(links.iter().all(|link| link.entry == entry));
    let released = ok(audit.page(0, 99).await);
    let released = released.iter().find(|link| link.entry.event == Event::TeamBoxReleased);
    let released = &released.expect("the release is audited").entry;
    assert_eq!((released.case, &released.actor), (Some(client.case), &Actor::Staff(one.id)));
    let (n, a) = ok(audit.head().await);
    let whole = Walk { reached: Point { n, a }, at: Some(at(2)), fault: None };
    assert_eq!(ok(audit.walk(Point::START).await), whole);
    assert_eq!(ok(audit.walk(whole.reached).await), whole, "from its end there is no way to go");

    let oldest_last = ok(audit.raw_before(u64::from(u32::MAX), 99).await);
    let oldest_first = ok(audit.raw(0, 99).await);
    assert!(oldest_last.iter().rev().eq(&oldest_first));
    let middle = ok(audit.raw_before(5, 2).await);
    assert_eq!(middle.iter().map(|link| link.n).collect::<Vec<_>>(), [4, 3]);
}

/// A chain of sixteen links, with signed points at 4 and 16; gives its links.
async fn chain(world: &World) -> Vec<RawLink> {
    let audit = &world.store.audit;
    let start = ok(audit.head().await).0;
    for second in start..16 {
        let entry = Entry {
            at: at(second),
            actor: Actor::Service,
            event: Event::CaseShredded,
            case: None,
            staff: None,
            detail: None,
        };
        ok(audit.append(entry).await);
    }
    let links = ok(audit.raw(0, 99).await);
    assert_eq!(links.len(), 16, "no more is written before");
    for n in [4, 16] {
        ok(audit.put_checkpoint(checkpoint(&links, n)).await);
    }
    links
}

fn checkpoint(links: &[RawLink], n: usize) -> Checkpoint {
    let RawLink { n, a, .. } = links[n - 1];
    Checkpoint { n, a, kid: TEAM, sig: [7; 64] }
}

async fn fault(world: &World) -> Option<Fault> {
    ok(world.store.audit.verify().await)
}

pub(super) async fn signed_points(fixture: &mut dyn Fixture) {
    let (world, _, _) = World::new(fixture.store()).await;
    let links = chain(&world).await;
    let audit = &world.store.audit;
    let (fourth, last) = (checkpoint(&links, 4), checkpoint(&links, 16));
    assert_eq!(ok(audit.checkpoint().await), Some(last.clone()));
    assert_eq!(ok(audit.checkpoints(0, 99).await), [fourth.clone(), last.clone()]);
    assert_eq!(ok(audit.checkpoints(4, 99).await), std::slice::from_ref(&last));
    let again = Checkpoint { sig: [8; 64], ..last.clone() };
    ok(audit.put_checkpoint(again).await);
    assert_eq!(ok(audit.checkpoint().await), Some(last), "the first of two nodes stands");
    assert_eq!(fault(&world).await, None);
    let from = ok(audit.walk(fourth.point()).await);
    assert_eq!((from.reached.n, from.fault), (16, None));

    let elsewhere = Point { n: 4, a: links[2].a };
    assert_eq!(ok(audit.walk(elsewhere).await).fault, Some(Fault::Link(4)), "another chain");
    fixture.execute("UPDATE audit_checkpoints SET a = (SELECT a FROM audit WHERE n = 3)").await;
    assert_eq!(fault(&world).await, Some(Fault::Checkpoint(4)));
}

pub(super) async fn a_changed_line(fixture: &mut dyn Fixture) {
    let (world, _, _) = World::new(fixture.store()).await;
    chain(&world).await;
    fixture
        .execute("UPDATE audit SET entry = (SELECT entry FROM audit WHERE n = 16) WHERE n = 5")
        .await;
    let walk = ok(world.store.audit.walk(Point::START).await);
    assert_eq!((walk.reached.n, walk.fault), (4, Some(Fault::Link(5))));
    fixture.execute("UPDATE audit SET entry = a WHERE n = 5").await;
    assert_eq!(fault(&world).await, Some(Fault::Link(5)), "bytes that are no entry");
    assert_eq!(ok(world.store.audit.raw(4, 1).await).len(), 1, "they are read all the same");
}

pub(super) async fn a_removed_line(fixture: &mut dyn Fixture) {
    let (world, _, _) = World::new(fixture.store()).await;
    chain(&world).await;
    fixture.execute("DELETE FROM audit WHERE n = 5").await;
    assert_eq!(fault(&world).await, Some(Fault::Link(5)));
    fixture.execute("DELETE FROM audit WHERE n > 5").await;
    assert_eq!(fault(&world).await, Some(Fault::Link(5)), "a chain cut short");
}

pub(super) async fn an_end_that_is_turned_back(fixture: &mut dyn Fixture) {
    let (world, _, _) = World::new(fixture.store()).await;
    let links = chain(&world).await;
    let kept = Point { n: 16, a: links[15].a };
    let back = "UPDATE audit_head SET n = 6, a = (SELECT a FROM audit WHERE n = 6)";
    fixture.execute(back).await;
    assert_eq!(fault(&world).await, Some(Fault::Checkpoint(16)), "the signed point is beyond it");
    assert_eq!(ok(world.store.audit.walk(kept).await).fault, Some(Fault::Head(6)));
    fixture.execute("DELETE FROM audit_checkpoints WHERE n = 16").await;
    assert_eq!(fault(&world).await, Some(Fault::Head(6)), "lines stand beyond it");
    fixture.execute("DELETE FROM audit WHERE n > 6").await;
    assert_eq!(fault(&world).await, None, "nothing here knows of more: who kept a point does");
    assert_eq!(ok(world.store.audit.walk(kept).await).fault, Some(Fault::Link(16)));
    fixture.execute("UPDATE audit_head SET a = (SELECT a FROM audit WHERE n = 2)").await;
    assert_eq!(fault(&world).await, Some(Fault::Head(6)), "an end of another chain");
}

pub(super) async fn a_clock_that_jumps(fixture: &mut dyn Fixture) {
    let (world, _, _) = World::new(fixture.store()).await;
    let links = chain(&world).await;
    let entry = ok(world.store.audit.page(15, 1).await).remove(0).entry;
    let hours = |n: i64| domain::Timestamp(entry.at.0 + n * 3_600_000);
    for moved in [hours(48), hours(-48), hours(1)] {
        ok(world.store.audit.append(Entry { at: moved, ..entry.clone() }).await);
    }
    let walk = ok(world.store.audit.walk(Point { n: 16, a: links[15].a }).await);
    assert_eq!((walk.reached.n, walk.at, walk.fault), (19, Some(hours(1)), None));
}
