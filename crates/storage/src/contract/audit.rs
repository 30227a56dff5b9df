//! The chain that cannot be changed unseen.

use domain::audit::{Actor, Entry, Event};
use tokio::task::JoinSet;

use super::world::{START, World, at};
use super::{Fixture, ok};
use crate::audit::Checkpoint;

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
    assert_eq!(ok(audit.verify().await), None);

    let (n, a) = ok(audit.head().await);
    let checkpoint = Checkpoint { n, a, kid: world.kid(), sig: [7; 64] };
    ok(audit.put_checkpoint(checkpoint.clone()).await);
    assert_eq!(ok(audit.checkpoint().await), Some(checkpoint));

    fixture
        .execute("UPDATE audit SET entry = (SELECT entry FROM audit WHERE n = 1) WHERE n = 5")
        .await;
    assert_eq!(ok(audit.verify().await), Some(5));
    fixture.execute("DELETE FROM audit WHERE n >= 5").await;
    assert_eq!(ok(audit.verify().await), Some(5), "a chain cut short is seen too");
}
