//! Opening a case and coming back to it.

use domain::Lane;
use domain::record::Reason;
use domain::session::State;
use tokio::task::JoinSet;

use super::world::{Client, START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::cases::Rejoin;
use crate::messages::Range;
use crate::sessions::Ender;

pub(super) async fn an_opening_stands_whole(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let (opening, client) = world.opening(2, START);
    let opened = ok(world.store.cases.open(opening.clone()).await);
    assert!(opened.fresh);
    assert_eq!(opened.stored.iter().map(|s| s.seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(opened.session.level.get(), 2);

    let case = ok(world.store.cases.get(client.case).await);
    assert_eq!(case.csig_pk, opening.csig_pk);
    assert_eq!(case.routing, opening.routing);
    assert_eq!((case.chat.epoch, case.chat.seq), (0, 2));
    let chain = ok(world.store.records.chain(client.case, Lane::Chat, 0).await);
    assert_eq!(chain[0].body, opening.record.body);
    assert_eq!(chain[0].sig, opening.record.sig);
    let own = ok(world.store.records.own_boxes(client.case, Lane::Chat, client.kem).await);
    assert_eq!(own.len(), 1, "her own box, and no group's");
    let page = ok(world.store.messages.page(client.case, Lane::Chat, Range::After(0), 9).await);
    assert_eq!(page.lines[0].envelope.as_deref(), Some(&b"envelope"[..]));

    let again = ok(world.store.cases.open(opening.clone()).await);
    assert!(!again.fresh);
    assert_eq!(again.session, opened.session);
    assert_eq!(again.stored.len(), 2);
    let other = crate::cases::Opening { token: world.hash(), ..opening };
    assert_refused!(world.store.cases.open(other).await, StorageError::Exists);
    assert_eq!(ok(world.store.sessions.queue().await).len(), 1);
}

pub(super) async fn an_opening_sent_twice_at_once_stands_once(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let (opening, _) = world.opening(0, START);
    let mut tries = JoinSet::new();
    for _ in 0..8 {
        let (store, opening) = (world.store.clone(), opening.clone());
        tries.spawn(async move { ok(store.cases.open(opening).await).fresh });
    }
    let fresh = tries.join_all().await.into_iter().filter(|fresh| *fresh).count();
    assert_eq!(fresh, 1);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM messages").await, 2);
}

pub(super) async fn a_client_comes_back(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let client = world.open(1, START).await;
    world.take(&client, &one, at(1)).await;
    ok(world.store.sessions.end(client.session, Ender::Client, at(2)).await);

    let rejoin = Rejoin {
        case: client.case,
        session: world.session_id(),
        token: client.token,
        record: None,
        now: at(3),
    };
    // The team does not read the newest epoch, so nobody could take her.
    assert_refused!(world.store.cases.rejoin(rejoin.clone()).await, StorageError::StaleEpoch);
    let record = world.reopening(&client).await;
    assert_eq!(record.head.reason, Reason::Reopen);
    let message = world.message(Lane::Chat, record.head.epoch, client.sig);
    let rejoin = Rejoin { record: Some(record), ..rejoin };
    let audited = ok(world.store.audit.head().await).0;
    let opened = ok(world.store.cases.rejoin(rejoin.clone()).await);
    let head = ok(world.store.audit.head().await).0;
    assert_eq!(head, audited, "who returned with the code was noted as the token was renewed");
    assert_eq!(opened.state, State::Waiting);
    assert_eq!(opened.level.get(), 1, "a level never falls");
    assert_eq!(opened.away_since, None, "who asks for it is here");
    let token = ok(world.store.sessions.by_token(client.token, at(3)).await);
    assert_eq!(token.session.id, opened.id, "the token has moved");

    let again = ok(world.store.cases.rejoin(rejoin).await);
    assert_eq!(again, opened);
    let client = Client { session: opened.id, ..client };
    assert_eq!(ok(world.client_says(&client, &message, at(3)).await).seq, 4);
    let foreign = Rejoin {
        token: world.hash(),
        case: client.case,
        session: world.session_id(),
        record: None,
        now: at(3),
    };
    assert_refused!(world.store.cases.rejoin(foreign).await, StorageError::NotFound);

    // Her counselor of before reads and writes nothing of the new session.
    let note = world.message(Lane::Notes, 0, one.sig);
    assert_refused!(world.staff_says(&client, &one, &note, at(4)).await, StorageError::Refused(_));
}

pub(super) async fn a_code_leads_back(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let (client, other) = (world.open(0, START).await, world.open(0, START).await);
    let tag = world.hash();
    let put = |case, tag, w: &[u8]| world.store.codes.put(case, tag, w.to_vec(), at(1));
    ok(put(client.case, tag, b"wrapped").await);
    ok(put(client.case, tag, b"another wrapping").await);
    let code = ok(world.store.codes.find(tag).await).expect("the code is known");
    assert_eq!((code.case, code.wrapped), (client.case, b"wrapped".to_vec()));
    assert!(ok(world.store.codes.find(world.hash()).await).is_none());
    assert_refused!(put(client.case, world.hash(), b"w").await, StorageError::Exists);
    assert_refused!(put(other.case, tag, b"w").await, StorageError::Exists);
}
