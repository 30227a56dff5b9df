//! The danger button pressed again, and what of a case shows in the queue of supervisors.

use domain::audit::Event;
use domain::escalation::Outcome;
use domain::{EscId, Level, StaffId, Timestamp};
use tokio::task::JoinSet;

use super::world::{Client, START, World, at};
use super::{Fixture, ok};
use crate::cases::Rejoin;
use crate::escalations::{Raised, Resolution};
use crate::sessions::{Ender, GiveBack};

const MIRA: StaffId = StaffId::new([0x31; 16]);

const RAISES: &str = "SELECT COUNT(*) FROM raises";

async fn press(world: &World, client: &Client, id: EscId, now: Timestamp) -> Raised {
    ok(world.store.sessions.raise_level(client.session, Level::DANGER, id, now).await)
}

pub(super) async fn each_press_is_a_sign_but_a_flood_is_few(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    let first = press(&world, &client, world.raise_id(), START).await;
    let id = first.escalation.expect("it escalates").id;
    ok(world.store.escalations.own(id, MIRA, None, at(1)).await);
    assert!(!press(&world, &client, world.raise_id(), at(9)).await.fresh, "a shaking finger");
    let again = press(&world, &client, world.raise_id(), at(10)).await;
    assert!(again.fresh, "she says it once more");
    let escalation = again.escalation.expect("open");
    assert_eq!(escalation.owner().map(|owner| owner.by), Some(MIRA), "who answers for it goes on");
    assert_eq!(fixture.count(RAISES).await, 2);

    // A button that is pressed each second for ten minutes: some signs, and nothing between them.
    let writes = fixture.commits().await;
    for second in 11..600 {
        press(&world, &client, world.raise_id(), at(second)).await;
    }
    let signs = fixture.count(RAISES).await;
    assert_eq!(signs, 11, "10 s after the first, 20 s after the second, and so on");
    let written = i64::try_from(fixture.commits().await - writes).unwrap();
    assert!(written <= 2 * signs, "a press that belongs to the last one writes nothing");
    let joined = ok(world.store.audit.page(0, 999).await);
    let joined = joined.iter().filter(|link| link.entry.event == Event::EscalationJoined).count();
    assert_eq!(i64::try_from(joined).unwrap(), signs - 1, "each is audited");
}

pub(super) async fn a_press_sent_again_is_the_same(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    let id = world.raise_id();
    assert!(press(&world, &client, id, START).await.fresh);
    let again = press(&world, &client, id, at(600)).await;
    assert!(!again.fresh, "the answer was lost with the line");
    assert_eq!(again.escalation.map(|e| e.id), Some(id));
    assert_eq!(fixture.count(RAISES).await, 1);
}

pub(super) async fn presses_at_once_are_one_sign(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    let mut pressing = JoinSet::new();
    for _ in 0..8 {
        let (store, session, id) = (world.store.clone(), client.session, world.raise_id());
        pressing.spawn(async move {
            ok(store.sessions.raise_level(session, Level::DANGER, id, START).await).fresh
        });
    }
    let fresh = pressing.join_all().await.into_iter().filter(|fresh| *fresh).count();
    assert_eq!((fresh, fixture.count(RAISES).await), (1, 1));
    assert_eq!(fixture.count("SELECT COUNT(*) FROM escalations").await, 1);
}

pub(super) async fn whoever_was_spoken_to_stays_so(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let client = world.open(3, START).await;
    let escalations = &world.store.escalations;
    let id = ok(escalations.open_ones().await)[0].escalation.id;
    let waits = async || {
        let alone = ok(escalations.queued(id).await).not_yet_spoken_to();
        assert_eq!(ok(escalations.open_ones().await)[0].not_yet_spoken_to(), alone);
        alone
    };
    assert!(waits().await);
    ok(world.claim(&client, &one, at(1)).await);
    assert!(waits().await, "a claim says nothing yet");
    let records = world.claim_records(&client, &one, at(1)).await;
    let moved = ok(world.store.sessions.claim_records(records).await);
    assert_eq!(moved.escalation.map(|e| e.id), Some(id), "told with the claim");
    assert!(!waits().await);
    let record = world.reopening(&client).await;
    let (session, staff) = (client.session, one.id);
    ok(world.store.sessions.give_back(GiveBack { session, staff, record, now: at(2) }).await);
    assert!(!waits().await, "given back");
    ok(world.store.sessions.end(client.session, Ender::Client, at(3)).await);
    assert!(!waits().await, "she left while she waited again");
    let rejoin = Rejoin {
        case: client.case,
        session: world.session_id(),
        token: client.token,
        record: Some(world.reopening(&client).await),
        now: at(4),
    };
    ok(world.store.cases.rejoin(rejoin).await);
    assert!(!waits().await, "and came back");
}

pub(super) async fn what_was_resolved_lately(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let escalations = &world.store.escalations;
    for hour in [1, 2, 3] {
        let client = world.open(3, at(hour)).await;
        let all = ok(escalations.of_case(client.case).await);
        let (id, by, now) = (all[0].id, MIRA, at(hour * 3600));
        ok(escalations.own(id, by, None, now).await);
        let (outcome, follow_up) = (Outcome::Plan, None);
        ok(escalations.resolve(Resolution { id, by, outcome, follow_up, now }).await);
    }
    world.open(3, at(4)).await;
    let opened = async |since, most| {
        let found = ok(escalations.resolved_since(at(since), most).await);
        found.iter().map(|one| one.escalation.opened_at).collect::<Vec<_>>()
    };
    assert_eq!(opened(2 * 3600, 9).await, [at(3), at(2)], "newest first, and none that is open");
    assert_eq!(opened(0, 1).await, [at(3)]);
}
