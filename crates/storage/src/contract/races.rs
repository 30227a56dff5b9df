//! Two writers at once, where an engine locks rows and not everything: PostgreSQL.

use domain::Lane;
use domain::audit::Actor;
use tokio::task::JoinSet;

use super::world::{Client, Person, START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::org::NewRoster;
use crate::sessions::Moved;
use crate::{Result, StorageError};

/// Nobody stores a message meanwhile, and whoever tries waits with all that they hold.
const NO_MESSAGES: &str = "LOCK TABLE messages IN EXCLUSIVE MODE";

const WAITING: &str = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted";

/// Waits until so many transactions wait for a lock.
pub(super) async fn waiting(fixture: &dyn Fixture, many: i64) {
    while fixture.count(WAITING).await < many {
        tokio::task::yield_now().await;
    }
}

/// A case that one of the staff claims, with the claim's records on their way into the store: they
/// are held up at the greeting until the guard is dropped.
async fn claim_in_flight(
    fixture: &dyn Fixture,
    world: &World,
    one: &Person,
) -> (Client, Box<dyn Send>, JoinSet<Result<Moved>>) {
    let client = world.open(0, START).await;
    ok(world.claim(&client, one, at(1)).await);
    let records = world.claim_records(&client, one, at(2)).await;
    let guard = fixture.hold(NO_MESSAGES).await;
    let store = world.store.clone();
    let mut claim = JoinSet::new();
    claim.spawn(async move { store.sessions.claim_records(records).await });
    waiting(fixture, 1).await;
    (client, guard, claim)
}

/// What the one task of a set gives.
async fn only<T: 'static>(task: JoinSet<Result<T>>) -> T {
    ok(task.join_all().await.pop().expect("one task"))
}

pub(super) async fn a_claim_in_flight_of_a_disabled_person(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let (client, guard, claim) = claim_in_flight(fixture, &world, &one).await;
    let store = world.store.clone();
    let by = Actor::Staff(two.id);
    let mut disable = JoinSet::new();
    disable.spawn(async move { store.staff.disable(one.id, by, at(3)).await });
    waiting(fixture, 2).await;
    drop(guard);
    assert!(only(claim).await.fresh, "it came first");
    assert_eq!(only(disable).await.len(), 1, "and counts as left at once");
    let message = world.message(Lane::Chat, 1, client.sig);
    assert_refused!(world.client_says(&client, &message, at(4)).await, StorageError::StaleEpoch);
}

pub(super) async fn a_roster_waits_for_records_of_the_last_one(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let (_, guard, claim) = claim_in_flight(fixture, &world, &one).await;
    let strict = NewRoster { strict: true, now: at(3), ..world.roster(2, &[two]) };
    let store = world.store.clone();
    let mut publish = JoinSet::new();
    publish.spawn(async move { store.org.publish_roster(strict).await });
    while fixture.count(WAITING).await < 2 {
        assert!(
            publish.try_join_next().is_none(),
            "it stands before a record that the old one allows"
        );
        tokio::task::yield_now().await;
    }
    drop(guard);
    assert!(only(claim).await.fresh);
    only(publish).await;
}
