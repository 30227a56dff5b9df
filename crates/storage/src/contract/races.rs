//! Two writers at once, where an engine locks rows and not everything: PostgreSQL.

use domain::audit::Actor;
use domain::staff::{GroupKind, Status};
use domain::{Lane, Session};
use tokio::task::JoinSet;

use super::world::{Client, Person, START, TEAM, World, at};
use super::{Fixture, assert_refused, ok};
use crate::org::NewRoster;
use crate::sessions::{ClaimRecords, Moved};
use crate::{Result, StorageError, Store};

/// Nobody stores a message meanwhile, and whoever tries waits with all that they hold.
const NO_MESSAGES: &str = "LOCK TABLE messages IN EXCLUSIVE MODE";

const DISABLED: &str = "SELECT COUNT(*) FROM staff WHERE disabled";

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
    assert_eq!(only(disable).await.sessions.len(), 1, "and counts as left at once");
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

/// A publisher, records of a claim, and the disabling of the claimer, each ready to go.
struct Three {
    store: Store,
    one: Person,
    roster: NewRoster,
    records: ClaimRecords,
}

impl Three {
    /// The client is claimed already; the roster is the next and names the same people.
    async fn new(world: &World, client: &Client, one: Person, roster: NewRoster) -> Self {
        let mut records = world.claim_records(client, &one, at(2)).await;
        for record in [&mut records.chat, &mut records.notes] {
            record.head.roster_version = roster.statement.version - 1;
        }
        Self { store: world.store.clone(), one, roster, records }
    }

    fn publish(&self) -> JoinSet<Result<Vec<Session>>> {
        let (store, roster) = (self.store.clone(), self.roster.clone());
        let mut task = JoinSet::new();
        task.spawn(async move { store.org.publish_roster(roster).await });
        task
    }

    fn claim(&self) -> JoinSet<Result<Moved>> {
        let (store, records) = (self.store.clone(), self.records.clone());
        let mut task = JoinSet::new();
        task.spawn(async move { store.sessions.claim_records(records).await });
        task
    }

    fn disable(&self) -> JoinSet<Result<Vec<Session>>> {
        let (store, one) = (self.store.clone(), self.one.id);
        let mut task = JoinSet::new();
        let done = async move { store.staff.disable(one, Actor::Service, at(2)).await };
        task.spawn(async move { Ok(done.await?.sessions) });
        task
    }
}

/// Nobody is turned away; only the records come too late where the disabling came first.
async fn all_stand(
    publish: JoinSet<Result<Vec<Session>>>,
    claim: JoinSet<Result<Moved>>,
    disable: JoinSet<Result<Vec<Session>>>,
) {
    only(publish).await;
    only(disable).await;
    let claim = claim.join_all().await.pop().expect("one task");
    assert!(matches!(claim, Ok(_) | Err(StorageError::Refused(_))), "{:?}", claim.err());
}

/// The publisher comes from the roster to the staff, the disabling from the staff to the case: so
/// records come from the roster to the case, and never wait for the roster with the case in hand.
pub(super) async fn a_ring_of_three_does_not_close(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    ok(world.claim(&client, &one, at(1)).await);
    let three = Three::new(&world, &client, one, world.roster(2, &[one, two])).await;
    let guard = fixture.hold("LOCK TABLE rosters IN EXCLUSIVE MODE").await;
    let publish = three.publish();
    waiting(fixture, 1).await;
    let claim = three.claim();
    waiting(fixture, 2).await;
    let disable = three.disable();
    // It waits for nobody; in a ring it would wait for the records.
    while fixture.count(WAITING).await < 3 && fixture.count(DISABLED).await == 0 {
        tokio::task::yield_now().await;
    }
    drop(guard);
    all_stand(publish, claim, disable).await;
}

pub(super) async fn three_at_once_stand_thirty_times(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let mut people = Vec::new();
    for n in 0..30 {
        people.push(world.enrol(&format!("person {n}")).await);
    }
    ok(world.store.org.publish_roster(world.roster(2, &people)).await);
    ok(world.store.org.put_boxes(world.group(GroupKind::Team, TEAM, &people).boxes).await);
    let mut claims = Vec::new();
    for one in &people {
        ok(world.store.staff.set_status(one.id, Status::Available).await);
        let client = world.open(0, START).await;
        ok(world.claim(&client, one, at(1)).await);
        claims.push((client, *one));
    }
    for (version, (client, one)) in (3..).zip(claims) {
        let three = Three::new(&world, &client, one, world.roster(version, &people)).await;
        let (publish, claim, disable) = (three.publish(), three.claim(), three.disable());
        all_stand(publish, claim, disable).await;
    }
}
