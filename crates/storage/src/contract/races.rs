//! Two writers at once, where an engine locks rows and not everything: PostgreSQL.

use domain::Lane;
use domain::audit::Actor;

use super::world::{START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::org::NewRoster;

/// Nobody stores a message meanwhile, and whoever tries waits with all that they hold.
const NO_MESSAGES: &str = "LOCK TABLE messages IN EXCLUSIVE MODE";

const WAITING: &str = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted";

/// Waits until so many transactions wait for a lock.
async fn waiting(fixture: &dyn Fixture, many: i64) {
    while fixture.count(WAITING).await < many {
        tokio::task::yield_now().await;
    }
}

pub(super) async fn a_claim_in_flight_of_a_disabled_person(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    ok(world.claim(&client, &one, at(1)).await);
    let records = world.claim_records(&client, &one, at(2)).await;
    let guard = fixture.hold(NO_MESSAGES).await;
    let store = world.store.clone();
    let claim = tokio::spawn(async move { store.sessions.claim_records(records).await });
    waiting(fixture, 1).await;
    let store = world.store.clone();
    let by = Actor::Staff(two.id);
    let disable = tokio::spawn(async move { store.staff.disable(one.id, by, at(3)).await });
    waiting(fixture, 2).await;
    drop(guard);
    assert!(ok(claim.await.unwrap()).fresh, "it came first");
    assert_eq!(ok(disable.await.unwrap()).len(), 1, "and counts as left at once");
    let message = world.message(Lane::Chat, 1, client.sig);
    assert_refused!(world.client_says(&client, &message, at(4)).await, StorageError::StaleEpoch);
}

pub(super) async fn a_roster_waits_for_records_of_the_last_one(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    ok(world.claim(&client, &one, at(1)).await);
    let records = world.claim_records(&client, &one, at(2)).await;
    let guard = fixture.hold(NO_MESSAGES).await;
    let store = world.store.clone();
    let claim = tokio::spawn(async move { store.sessions.claim_records(records).await });
    waiting(fixture, 1).await;
    let strict = NewRoster { strict: true, now: at(3), ..world.roster(2, &[two]) };
    let store = world.store.clone();
    let publish = tokio::spawn(async move { store.org.publish_roster(strict).await });
    while fixture.count(WAITING).await < 2 {
        assert!(!publish.is_finished(), "it stands before a record that the old one allows");
        tokio::task::yield_now().await;
    }
    drop(guard);
    assert!(ok(claim.await.unwrap()).fresh);
    ok(publish.await.unwrap());
}
