//! One case is held by somebody else for longer than the store waits: PostgreSQL.

use domain::Lane;
use domain::retention::Retention;
use tokio::task::JoinSet;

use super::world::{DAY, START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::sessions::Ender;

const FIRST_CASE: &str = "SELECT id FROM cases ORDER BY id LIMIT 1 FOR UPDATE";

/// Two open cases, the one that [`FIRST_CASE`] holds first.
async fn two(world: &World) -> [super::world::Client; 2] {
    let mut two = [world.open(0, START).await, world.open(0, START).await];
    two.sort_by_key(|client| client.case);
    two
}

pub(super) async fn messages_of_other_cases_are_stored(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let [held, free] = two(&world).await;
    let guard = fixture.hold(FIRST_CASE).await;
    let mut said = JoinSet::new();
    // While the first waits, the others gather to one batch.
    for client in [held, held, held, free, free, held] {
        let (world, text) = (world.clone(), world.message(Lane::Chat, 0, client.sig));
        said.spawn(async move {
            (client.case == free.case, world.client_says(&client, &text, at(1)).await)
        });
    }
    for (is_free, answer) in said.join_all().await {
        if is_free {
            ok(answer);
        } else {
            assert_refused!(answer, StorageError::Busy);
        }
    }
    drop(guard);
}

pub(super) async fn the_sweep_goes_past_it(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    for client in two(&world).await {
        ok(world.store.sessions.end(client.session, Ender::Client, START).await);
    }
    let guard = fixture.hold(FIRST_CASE).await;
    let night = async || world.store.jobs.sweep(&Retention::default(), at(30 * DAY)).await;
    assert_refused!(night().await, StorageError::Busy);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM cases WHERE chat_gone").await, 1);
    drop(guard);
    assert_eq!(ok(night().await).chats, 1, "the next turn has the rest");
}
