//! Pages: one a supervisor and minute, whoever sweeps and whatever was killed.

use std::time::Duration;

use domain::paging::{Minute, Page};
use domain::{Level, StaffId, Timestamp};
use tokio::task::JoinSet;

use super::races::waiting;
use super::world::{START, World, at};
use super::{Fixture, ok};

/// A world with two supervisors in its roster, and a danger that was to be acknowledged at 120 s.
async fn late(fixture: &dyn Fixture) -> (World, [StaffId; 2]) {
    let (world, _, _, supervisors) = World::supervised(fixture.store()).await;
    world.open(3, START).await;
    (world, supervisors.map(|person| person.id))
}

/// Two sweepers at once; what both have written.
async fn sweep_twice(world: &World, signed_in: &[StaffId], now: Timestamp) -> Vec<Page> {
    let mut sweepers = JoinSet::new();
    for _ in 0..2 {
        let (store, signed_in) = (world.store.clone(), signed_in.to_vec());
        sweepers.spawn(async move { ok(store.escalations.page_overdue(&signed_in, now).await) });
    }
    sweepers.join_all().await.concat()
}

pub(super) async fn one_supervisor_first_and_then_all(fixture: &mut dyn Fixture) {
    let (world, both) = late(fixture).await;
    assert!(sweep_twice(&world, &both, at(119)).await.is_empty());
    let first = sweep_twice(&world, &both, at(120)).await;
    assert_eq!(first.len(), 1, "one sweeper writes, one supervisor is paged");
    assert_eq!((first[0].overdue.count, first[0].overdue.oldest_due), (1, at(120)));
    assert!(sweep_twice(&world, &both, at(121)).await.is_empty(), "once a minute");
    // The next minute begins before the first is over: it is the other one's turn.
    let next = Minute::of(at(120)).0 + 1;
    let begins = Timestamp(next * 60_000);
    assert!(begins < at(180), "the story's minutes do not begin with its hours");
    let second = sweep_twice(&world, &both, begins).await;
    assert!(second.len() == 1 && second[0].staff != first[0].staff);
    let rest = sweep_twice(&world, &both, at(180)).await;
    assert_eq!(rest.iter().map(|page| page.staff).collect::<Vec<_>>(), [first[0].staff]);
    world.open(2, at(181)).await;
    for minute in 1..4_u64 {
        let now = begins.plus(Duration::from_mins(minute));
        let pages = sweep_twice(&world, &both, now).await;
        assert_eq!(pages.len(), 2, "all, every minute");
        assert!(sweep_twice(&world, &both, now.plus(Duration::from_secs(1))).await.is_empty());
    }
    assert_eq!(fixture.count("SELECT COUNT(*) FROM pages").await, 9);
}

pub(super) async fn a_flood_is_one_page(fixture: &mut dyn Fixture) {
    let (world, [mira, _]) = late(fixture).await;
    for _ in 0..9 {
        world.open(3, at(1)).await;
    }
    let pages = sweep_twice(&world, &[mira], at(125)).await;
    assert_eq!(pages.len(), 1);
    assert_eq!((pages[0].staff, pages[0].overdue.count), (mira, 10));
    assert_eq!(pages[0].overdue.oldest_due, at(120));
}

pub(super) async fn nobody_signed_in_means_all(fixture: &mut dyn Fixture) {
    let (world, [mira, rani]) = late(fixture).await;
    ok(world.store.staff.disable(rani, domain::audit::Actor::Service, at(1)).await);
    let pages = sweep_twice(&world, &[], at(120)).await;
    assert_eq!(pages.iter().map(|page| page.staff).collect::<Vec<_>>(), [mira]);
}

pub(super) async fn a_restart_doubles_and_loses_none(fixture: &mut dyn Fixture) {
    let (world, both) = late(fixture).await;
    let all = sweep_twice(&world, &both, at(200)).await;
    assert_eq!(all.len(), 2);
    drop(world.store.clone());
    fixture.restart().await;
    let world = world.on(fixture.store());
    assert!(sweep_twice(&world, &both, at(200)).await.is_empty(), "written before the kill");
    let later = at(200).plus(Duration::from_mins(3));
    assert_eq!(sweep_twice(&world, &both, later).await.len(), 2);
    let escalations = &world.store.escalations;
    for staff in both {
        let waiting = ok(escalations.pages_to_deliver(staff).await);
        let minutes: Vec<_> = waiting.iter().map(|page| page.minute).collect();
        assert_eq!(minutes, [Minute::of(at(200)), Minute::of(later)]);
    }
    ok(escalations.page_delivered(both[0], Minute::of(at(200))).await);
    assert_eq!(ok(escalations.pages_to_deliver(both[0]).await).len(), 1);
    ok(escalations.page_delivered(both[0], Minute::of(later)).await);
    assert!(ok(escalations.pages_to_deliver(both[0]).await).is_empty());
    assert_eq!(ok(escalations.pages_to_deliver(both[1]).await).len(), 2, "each their own");

    let open = ok(escalations.open_ones().await);
    assert_eq!(open[0].escalation.level, Level::DANGER, "it was not lost either");
    ok(escalations.acknowledge(open[0].escalation.id, both[1], later).await);
    let quiet = later.plus(Duration::from_mins(9));
    assert!(sweep_twice(&world, &both, quiet).await.is_empty());
    ok(world.store.jobs.expire(later.plus(Duration::from_hours(8 * 24))).await);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM pages").await, 0);
}

/// PostgreSQL alone lets two nodes begin at once.
pub(super) async fn of_two_nodes_one_decides(fixture: &mut dyn Fixture) {
    let (world, both) = late(fixture).await;
    let guard = fixture.hold("LOCK TABLE pages IN EXCLUSIVE MODE").await;
    let mut nodes = JoinSet::new();
    for there in both {
        let store = world.store.clone();
        // Each knows of one supervisor who is signed in, and would page that one.
        nodes.spawn(async move { ok(store.escalations.page_overdue(&[there], at(120)).await) });
    }
    waiting(fixture, 2).await;
    drop(guard);
    assert_eq!(nodes.join_all().await.concat().len(), 1, "the second sees whom the first paged");
}

/// Somebody holds a supervisor's row, as a sign-out does: her page is written all the same.
pub(super) async fn the_pager_waits_for_nobody(fixture: &mut dyn Fixture) {
    let (world, [mira, _]) = late(fixture).await;
    let guard = fixture.hold("SELECT id FROM staff FOR NO KEY UPDATE").await;
    let pages = ok(world.store.escalations.page_overdue(&[mira], at(120)).await);
    assert_eq!(pages.len(), 1);
    drop(guard);
}
