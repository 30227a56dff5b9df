//! Lines in their places.

use domain::Lane;
use tokio::task::JoinSet;

use super::world::{START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::messages::{NewMessage, Range};
use crate::sessions::Ender;

pub(super) async fn lines_without_gaps(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    world.take(&client, &one, at(1)).await;
    for n in 0..4 {
        let text = world.message(Lane::Chat, 1, client.sig);
        assert_eq!(ok(world.client_says(&client, &text, at(2)).await).seq, 4 + n);
        let note = world.message(Lane::Notes, 0, one.sig);
        let stored = ok(world.staff_says(&client, &one, &note, at(2)).await);
        assert_eq!((stored.seq, stored.fresh, stored.at), (1 + n, true, at(2)));
    }
    let head = ok(world.store.cases.get(client.case).await);
    assert_eq!((head.chat.seq, head.notes.map(|notes| notes.seq)), (7, Some(4)));
}

pub(super) async fn a_retry_changes_nothing(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    world.take(&client, &one, at(1)).await;
    let text = world.message(Lane::Chat, 1, client.sig);
    let first = ok(world.client_says(&client, &text, at(2)).await);
    // Re-encrypted under the same id: the first stays.
    let again = NewMessage { ct_hash: world.hash(), leaf: world.hash(), ..text.clone() };
    let stored = ok(world.client_says(&client, &again, at(3)).await);
    assert_eq!((stored.seq, stored.ct_hash, stored.fresh), (first.seq, text.ct_hash, false));
    let foreign = NewMessage { sender: one.sig, ..text.clone() };
    assert_refused!(
        world.staff_says(&client, &one, &foreign, at(3)).await,
        StorageError::ForeignMessage
    );
    // A retry is answered even when its sender may not write any more.
    ok(world.store.sessions.end(client.session, Ender::Client, at(4)).await);
    assert_eq!(ok(world.client_says(&client, &text, at(5)).await).seq, first.seq);

    let other = world.open(0, at(5)).await;
    let text = world.message(Lane::Chat, 0, other.sig);
    let mut tries = JoinSet::new();
    for _ in 0..32 {
        let (world, text) = (world.clone(), text.clone());
        tries.spawn(async move { ok(world.client_says(&other, &text, at(6)).await) });
    }
    let stored = tries.join_all().await;
    assert!(stored.iter().all(|s| s.seq == 3));
    assert_eq!(stored.iter().filter(|s| s.fresh).count(), 1);
}

pub(super) async fn who_may_not_write(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let (client, other) = (world.open(0, START).await, world.open(0, START).await);
    let unopened = world.message(Lane::Notes, 0, one.sig);
    assert_refused!(
        world.staff_says(&client, &one, &unopened, at(1)).await,
        StorageError::StaleEpoch
    );
    world.take(&client, &one, at(1)).await;
    let old = world.message(Lane::Chat, 0, client.sig);
    assert_refused!(world.client_says(&client, &old, at(2)).await, StorageError::StaleEpoch);
    let note = world.message(Lane::Notes, 0, client.sig);
    assert_refused!(world.client_says(&client, &note, at(2)).await, StorageError::Refused(_));
    let text = world.message(Lane::Chat, 1, two.sig);
    assert_refused!(world.staff_says(&client, &two, &text, at(2)).await, StorageError::Refused(_));
    let foreign = super::world::Client { case: other.case, ..client };
    let text = world.message(Lane::Chat, 0, client.sig);
    assert_refused!(world.client_says(&foreign, &text, at(2)).await, StorageError::Refused(_));
    let not_a_reader = super::world::Person { kem: two.kem, ..one };
    let text = world.message(Lane::Chat, 1, one.sig);
    assert_refused!(
        world.staff_says(&client, &not_a_reader, &text, at(2)).await,
        StorageError::StaleEpoch
    );
}

pub(super) async fn many_writers_at_once(fixture: &mut dyn Fixture) {
    const CLIENTS: u64 = 8;
    const LINES: u64 = 25;
    let (world, ..) = World::new(fixture.store()).await;
    let mut writers = JoinSet::new();
    for _ in 0..CLIENTS {
        let (world, client) = (world.clone(), world.open(0, START).await);
        writers.spawn(async move {
            for line in 0..LINES {
                let text = world.message(Lane::Chat, 0, client.sig);
                assert_eq!(ok(world.client_says(&client, &text, at(1)).await).seq, 3 + line);
            }
        });
    }
    writers.join_all().await;
    let rows = fixture.count("SELECT COUNT(*) FROM messages").await;
    assert_eq!(rows, i64::try_from(CLIENTS * (LINES + 2)).unwrap());
}

/// A lone line is a commit of its own; while one runs, the next lines gather for the one after it.
pub(super) async fn lines_at_once_share_commits(fixture: &mut dyn Fixture) {
    const LINES: u64 = 128;
    let (world, ..) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    let before = fixture.commits().await;
    for _ in 0..3 {
        let text = world.message(Lane::Chat, 0, client.sig);
        ok(world.client_says(&client, &text, at(1)).await);
    }
    let alone = fixture.commits().await;
    assert_eq!(alone - before, 3);
    let mut writers = JoinSet::new();
    for _ in 0..LINES {
        let (world, text) = (world.clone(), world.message(Lane::Chat, 0, client.sig));
        writers.spawn(async move { ok(world.client_says(&client, &text, at(2)).await).seq });
    }
    let mut seqs = writers.join_all().await;
    seqs.sort_unstable();
    assert_eq!(seqs, (6..6 + LINES).collect::<Vec<_>>());
    let together = fixture.commits().await - alone;
    assert!((1..LINES / 2).contains(&together), "{LINES} lines in {together} commits");
}

pub(super) async fn pages_and_marks(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    for _ in 0..8 {
        let text = world.message(Lane::Chat, 0, client.sig);
        ok(world.client_says(&client, &text, at(1)).await);
    }
    let page = |range, limit| world.store.messages.page(client.case, Lane::Chat, range, limit);
    let seqs = |page: &crate::messages::Page| page.lines.iter().map(|l| l.seq).collect::<Vec<_>>();
    let first = ok(page(Range::After(0), 4).await);
    assert_eq!((seqs(&first), first.more), (vec![1, 2, 3, 4], true));
    let newest = ok(page(Range::Before(u64::MAX), 3).await);
    assert_eq!((seqs(&newest), newest.more), (vec![8, 9, 10], true));
    let rest = ok(page(Range::After(7), 10).await);
    assert_eq!((seqs(&rest), rest.more), (vec![8, 9, 10], false));
    assert!(rest.th_before == newest.th_before, "the hash before a line is one");
    let end = ok(page(Range::After(10), 10).await);
    assert!(end.lines.is_empty());
    assert!(end.th_before == ok(world.store.cases.get(client.case).await).chat.th);

    let read = |seq| world.store.messages.read(client.case, Lane::Chat, one.sig, seq);
    assert!(ok(read(4).await));
    assert!(!ok(read(4).await), "the mark stands");
    assert!(!ok(read(2).await), "a mark never falls");
    assert!(ok(read(99).await));
    assert!(!ok(read(100).await), "beyond the last line is the last line");
    let marks = ok(world.store.messages.read_marks(client.case, Lane::Chat).await);
    assert_eq!((marks[0].reader, marks[0].seq), (one.sig, 10));
}
