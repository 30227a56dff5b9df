//! What is shredded, and what a moved or orphaned row is worth.

use domain::Lane;
use domain::audit::Event;
use domain::retention::Retention;

use super::world::{Client, DAY, Person, START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::jobs::Swept;
use crate::messages::Range;
use crate::sessions::Ender;
use crate::{StorageError, Store};

async fn ended(world: &World, one: &Person) -> Client {
    let client = world.open(0, START).await;
    world.take(&client, one, START).await;
    let note = world.message(Lane::Notes, 0, one.sig);
    ok(world.staff_says(&client, one, &note, START).await);
    ok(world.store.codes.put(client.case, world.hash(), b"w".to_vec(), START).await);
    ok(world.store.sessions.end(client.session, Ender::Client, START).await);
    client
}

async fn sweep(store: &Store, day: u64) -> Swept {
    ok(store.jobs.sweep(&Retention::default(), at(day * DAY)).await)
}

pub(super) async fn clocks_run_out(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let (client, consented) = (ended(&world, &one).await, ended(&world, &one).await);
    ok(world.store.cases.consent_to_notes(consented.case).await);
    let page = |lane| world.store.messages.page(client.case, lane, Range::After(0), 9);
    let before = ok(page(Lane::Chat).await);
    assert!(fixture.logs().await != Some(0));
    assert_eq!(sweep(&world.store, 29).await, Swept::default());

    let swept = sweep(&world.store, 30).await;
    assert_eq!((swept.chats, swept.notes, swept.cases), (2, 1, 0));
    assert!(matches!(fixture.logs().await, None | Some(0)), "what is shredded stands in no log");
    let after = ok(page(Lane::Chat).await);
    assert_eq!(after.lines.len(), 3);
    for (then, now) in before.lines.iter().zip(&after.lines) {
        assert!(then.leaf == now.leaf && then.envelope.is_some() && now.envelope.is_none());
    }
    assert!(ok(page(Lane::Notes).await).lines.is_empty());
    assert!(ok(world.store.cases.get(client.case).await).notes.is_none(), "opened anew one day");
    assert_eq!(sweep(&world.store, 31).await, Swept::default(), "once");

    let swept = sweep(&world.store, 180).await;
    assert_eq!((swept.chats, swept.notes, swept.cases), (0, 0, 2));
    assert_refused!(world.store.cases.get(client.case).await, StorageError::NotFound);
    assert_refused!(world.store.cases.get(consented.case).await, StorageError::NotFound);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM codes").await, 0);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM cases").await, 1, "the notes wait for theirs");
    let notes = world.store.messages.page(consented.case, Lane::Notes, Range::After(0), 9);
    assert!(ok(notes.await).lines[0].envelope.is_some());
    assert_eq!(sweep(&world.store, 365).await.notes, 1);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM cases").await, 0);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM messages").await, 0);
    let links = ok(world.store.audit.page(0, 999).await);
    let tombstones = links.iter().filter(|link| link.entry.event == Event::CaseShredded);
    assert_eq!(tombstones.count(), 2);
}

pub(super) async fn an_open_session_stops_the_clocks(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let client = ended(&world, &one).await;
    sweep(&world.store, 30).await;
    // She comes back after the chat was shredded: what she writes then opens.
    let record = world.reopening(&client).await;
    let text = world.message(Lane::Chat, record.head.epoch, client.sig);
    let rejoin = crate::cases::Rejoin {
        case: client.case,
        session: world.session_id(),
        token: client.token,
        level: domain::Level::NONE,
        escalation: world.raise_id(),
        record: Some(record),
        messages: vec![text],
        now: at(31 * DAY),
    };
    let session = ok(world.store.cases.rejoin(rejoin).await).session.id;
    assert_eq!(sweep(&world.store, 999).await, Swept::default());
    let client = Client { session, ..client };
    ok(world.store.sessions.client_back(session).await);
    world.take(&client, &one, at(999 * DAY)).await;
    let page = world.store.messages.page(client.case, Lane::Chat, Range::After(0), 9);
    let page = ok(page.await);
    let opens: Vec<_> = page.lines.iter().map(|line| line.envelope.is_some()).collect();
    assert_eq!(opens, [false, false, false, true, true]);
    ok(world.store.sessions.end(session, Ender::Client, at(1000 * DAY)).await);
    assert_eq!(sweep(&world.store, 1029).await, Swept::default(), "the clock began anew");
    assert_eq!(sweep(&world.store, 1030).await.chats, 1);
}

pub(super) async fn a_moved_row_does_not_open(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    let page = || world.store.messages.page(client.case, Lane::Chat, Range::After(0), 9);
    ok(page().await);
    let moved = "UPDATE messages SET envelope = (SELECT m.envelope FROM messages m WHERE m.seq = 1)
        WHERE seq = 2";
    assert_eq!(fixture.execute(moved).await, 1);
    assert_refused!(page().await, StorageError::Sealed);
}

pub(super) async fn orphaned_keys(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let (mut opening, lost) = world.opening(0, START);
    // The keys are committed, then the row is refused: its second message is foreign to the first.
    opening.messages[1].epoch = 7;
    assert_refused!(world.store.cases.open(opening).await, StorageError::StaleEpoch);
    let kept = world.open(0, START).await;
    assert_eq!(ok(world.store.jobs.sweep(&Retention::default(), at(60)).await).orphans, 0);
    assert_eq!(ok(world.store.jobs.sweep(&Retention::default(), at(3601)).await).orphans, 2);
    ok(world.store.cases.get(kept.case).await);
    assert_refused!(world.store.cases.get(lost.case).await, StorageError::NotFound);
}
