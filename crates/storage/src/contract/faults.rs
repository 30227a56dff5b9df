//! A full disk and a locked database: the sender is told, and nothing is lost.

use domain::Lane;

use super::world::{START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::messages::{NewMessage, Range};

pub(super) async fn a_full_disk(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    let big = |world: &World| NewMessage {
        envelope: vec![7; 16_384],
        ..world.message(Lane::Chat, 0, client.sig)
    };
    drop(world.store.clone());
    fixture.fill().await;
    let full = world.on(fixture.store());
    // A database may have a little room left on pages that it holds already.
    let mut stored = 2;
    let refused = loop {
        let text = big(&full);
        match full.client_says(&client, &text, at(1)).await {
            Ok(line) => stored = line.seq,
            Err(error) => break (text, error),
        }
        assert!(stored < 99, "it never fills");
    };
    assert_refused!(Err::<(), _>(refused.1), StorageError::Full);
    let page = full.store.messages.page(client.case, Lane::Chat, Range::After(0), 99);
    assert_eq!(ok(page.await).lines.len() as u64, stored, "what was stored can be read");
    drop(full);
    fixture.free().await;
    let free = world.on(fixture.store());
    assert_eq!(ok(free.client_says(&client, &refused.0, at(2)).await).seq, stored + 1);
}

pub(super) async fn a_locked_database(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    let text = world.message(Lane::Chat, 0, client.sig);
    let guard = fixture.lock().await;
    assert_refused!(world.client_says(&client, &text, at(1)).await, StorageError::Busy);
    drop(guard);
    let stored = ok(world.client_says(&client, &text, at(2)).await);
    assert_eq!((stored.seq, stored.fresh), (3, true));
}
