//! Who is there: counselors and clients whose connection is lost.

use domain::audit::Actor;
use domain::board::Holds;
use domain::session::{EndReason, State};
use domain::staff::Status;
use domain::{Lane, Level, Role, Times};

use super::world::{START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::sessions::{Ender, Reopen};

pub(super) async fn a_counselor_who_is_gone(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let (client, _other) = (world.open(0, START).await, world.open(0, START).await);
    world.take(&client, &one, at(1)).await;
    let gone_at = at(10).plus(Times::default().counselor_gone);
    assert_eq!(ok(world.store.sessions.counselor_away(one.id, gone_at, at(10)).await).len(), 1);
    let record = world.reopening(&client).await;
    let reopen = Reopen { session: client.session, record, now: at(69) };
    assert_refused!(world.store.sessions.reopen(reopen.clone()).await, StorageError::Refused(_));
    assert!(ok(world.store.jobs.leave_behind(at(69)).await).is_empty());
    assert_eq!(ok(world.store.jobs.leave_behind(at(70)).await).len(), 1);
    assert!(ok(world.store.jobs.leave_behind(at(70)).await).is_empty(), "exactly once");
    assert_eq!(ok(world.store.sessions.left_behind().await).len(), 1);

    let moved = ok(world.store.sessions.reopen(Reopen { now: at(71), ..reopen }).await);
    assert!(moved.session.head && !moved.session.left_behind);
    assert!(ok(world.store.sessions.counselor_back(one.id).await).is_empty(), "too late");
    let message = world.message(Lane::Chat, 2, one.sig);
    assert_refused!(
        world.staff_says(&client, &one, &message, at(72)).await,
        StorageError::Refused(_)
    );
    world.take(&client, &two, at(73)).await;
}

pub(super) async fn a_counselor_who_is_back(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    world.take(&client, &one, at(1)).await;
    ok(world.store.sessions.counselor_away(one.id, at(60), at(1)).await);
    // A reloaded desk asks for more time before it is unlocked.
    ok(world.store.sessions.counselor_away(one.id, at(180), at(59)).await);
    assert!(ok(world.store.jobs.leave_behind(at(179)).await).is_empty());
    let late = ok(world.store.sessions.counselor_away(one.id, at(360), at(180)).await);
    assert!(late.is_empty(), "who is gone stays so, also before anybody has noticed");
    assert_eq!(ok(world.store.jobs.leave_behind(at(180)).await).len(), 1);
    let back = ok(world.store.sessions.counselor_back(one.id).await);
    assert!(!back[0].left_behind);
    assert!(ok(world.store.sessions.counselor_back(one.id).await).is_empty(), "nothing to write");
    let message = world.message(Lane::Chat, 1, one.sig);
    ok(world.staff_says(&client, &one, &message, at(181)).await);
}

pub(super) async fn a_client_who_left(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let (active, waiting) = (world.open(0, START).await, world.open(0, START).await);
    world.take(&active, &one, at(1)).await;
    for client in [active, waiting] {
        ok(world.store.sessions.client_away(client.session, at(10)).await);
        ok(world.store.sessions.client_away(client.session, at(20)).await);
    }
    assert!(ok(world.store.jobs.end_left(at(309)).await).is_empty());
    let left = ok(world.store.jobs.end_left(at(310)).await);
    assert_eq!(left.iter().map(|s| s.id).collect::<Vec<_>>(), [waiting.session]);
    ok(world.store.sessions.client_back(active.session).await);
    assert!(ok(world.store.jobs.end_left(at(5000)).await).is_empty(), "she is back");
    ok(world.store.sessions.client_away(active.session, at(5000)).await);
    let left = ok(world.store.jobs.end_left(at(5000 + 30 * 60)).await);
    assert!(matches!(left[0].state, State::Ended { reason: EndReason::ClientLeft, .. }));
}

pub(super) async fn a_disabled_counselor(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let (active, opening) = (world.open(0, START).await, world.open(0, START).await);
    let (first, second) =
        if active.session < opening.session { (active, opening) } else { (opening, active) };
    world.take(&first, &one, at(1)).await;
    ok(world.claim(&second, &one, at(2)).await);
    let gone = ok(world.store.staff.disable(one.id, Actor::Staff(two.id), at(3)).await).sessions;
    assert_eq!(gone.iter().map(|s| s.id).collect::<Vec<_>>(), [first.session]);
    assert_eq!(ok(world.store.jobs.lapse_openings(at(3)).await).len(), 1);
    assert_eq!(ok(world.store.jobs.leave_behind(at(3)).await).len(), 1, "without the minute");
    // Nobody writes into an epoch that a disabled person reads: not she, not the client.
    let message = world.message(Lane::Chat, 1, first.sig);
    assert_refused!(world.client_says(&first, &message, at(4)).await, StorageError::StaleEpoch);
    let record = world.reopening(&first).await;
    let reopen = Reopen { session: first.session, record, now: at(5) };
    ok(world.store.sessions.reopen(reopen).await);
    let message = world.message(Lane::Chat, 2, first.sig);
    ok(world.client_says(&first, &message, at(6)).await);
    assert_refused!(world.claim(&second, &one, at(6)).await, StorageError::NotFound);
}

pub(super) async fn who_is_on_duty(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let calm = world.open(0, START).await;
    world.take(&calm, &one, at(1)).await;
    ok(world.store.staff.set_status(one.id, Status::Busy).await);
    let danger = world.open(3, START).await;
    ok(world.claim(&danger, &two, at(2)).await);
    let of = async |who| {
        let on_duty = ok(world.store.staff.on_duty().await);
        on_duty.into_iter().find(|on_duty| on_duty.staff == who)
    };
    let first = of(one.id).await.expect("a member");
    assert_eq!(first.holds, [Holds { level: Level::NONE, active: true }]);
    assert!(first.status == Status::Busy && first.roles.has(Role::Counselor));
    let second = of(two.id).await.expect("a member");
    assert_eq!(second.holds, [Holds { level: Level::DANGER, active: false }]);
    assert_eq!(second.limit, first.limit);

    ok(world.store.staff.disable(one.id, Actor::Service, at(3)).await);
    assert!(of(one.id).await.is_some(), "what they hold is seen until it is somebody else's");
    ok(world.store.sessions.end(calm.session, Ender::Client, at(4)).await);
    assert!(of(one.id).await.is_none());
}
