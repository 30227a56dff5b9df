//! The client's token.

use super::world::{START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::sessions::Ender;

pub(super) async fn a_token_lives_its_time(fixture: &mut dyn Fixture) {
    const HOUR: u64 = 60 * 60;
    let (world, one, _) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    let by_token = |now| world.store.sessions.by_token(client.token, now);
    assert_eq!(ok(by_token(at(1)).await).csig_kid, client.sig);
    assert_refused!(by_token(at(8 * HOUR)).await, StorageError::NotFound);
    world.take(&client, &one, at(1)).await;
    ok(world.store.sessions.client_away(client.session, at(10)).await);
    ok(by_token(at(10 + 29 * 60)).await);
    assert_refused!(by_token(at(10 + 30 * 60)).await, StorageError::NotFound);

    // With the code the newest session gets another token, and the old one opens nothing.
    let token = world.hash();
    let session = ok(world.store.sessions.renew_token(client.case, token, at(HOUR)).await);
    assert_eq!(session.id, client.session);
    ok(world.store.sessions.renew_token(client.case, token, at(HOUR)).await);
    ok(world.store.sessions.by_token(token, at(HOUR)).await);
    assert_refused!(by_token(at(HOUR)).await, StorageError::NotFound);
    assert_eq!(ok(world.store.audit.head().await).0, audited(fixture).await);

    ok(world.store.jobs.expire(at(9 * HOUR)).await);
    let left = "SELECT COUNT(*) FROM sessions WHERE token_hash IS NOT NULL";
    assert_eq!(fixture.count(left).await, 0);
}

async fn audited(fixture: &dyn Fixture) -> u64 {
    fixture.count("SELECT COUNT(*) FROM audit").await.try_into().unwrap()
}

pub(super) async fn a_lock_is_a_lost_connection(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    let lock = |now| world.store.sessions.lock_token(client.token, now);
    let session = ok(lock(at(1)).await).expect("there was a token");
    assert_eq!(session.away_since, Some(at(1)));
    assert!(ok(lock(at(2)).await).is_none());
    assert_refused!(
        world.store.sessions.by_token(client.token, at(2)).await,
        StorageError::NotFound
    );
    assert!(ok(world.store.sessions.queue().await).is_empty(), "she has no way back to her place");
    assert!(!session.is_open());

    let client = world.open(0, at(4)).await;
    ok(world.store.codes.put(client.case, world.hash(), b"w".to_vec(), at(4)).await);
    let session = ok(world.store.sessions.lock_token(client.token, at(5)).await).expect("a token");
    assert_eq!((session.is_open(), session.away_since), (true, Some(at(5))));
    assert_eq!(ok(world.store.sessions.queue().await).len(), 1, "her code brings her back");
    ok(world.store.sessions.end(client.session, Ender::Client, at(6)).await);
}
