//! Escalations: raised once, never lost, answered for by one.

use domain::audit::{Actor, Detail, Event};
use domain::escalation::{self, LowerReason, Outcome, State};
use domain::retention::Retention;
use domain::session::Refused;
use domain::{Day, EscId, Escalation, Level, StaffId, Timestamp};
use tokio::task::JoinSet;

use super::world::{Client, DAY, ESCALATION, Person, START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::cases::Rejoin;
use crate::escalations::{Lowering, NewRaise, Reason, Reasons, Resolution, Said};
use crate::jobs::Swept;
use crate::sessions::Ender;

/// Two supervisors; that they are is the server's business.
const MIRA: StaffId = StaffId::new([0x31; 16]);
const RANI: StaffId = StaffId::new([0x32; 16]);

fn urgent() -> Level {
    Level::URGENT
}

fn raise(world: &World, client: &Client, by: &Person, level: Level, now: Timestamp) -> NewRaise {
    NewRaise {
        id: world.raise_id(),
        case: client.case,
        level,
        staff: by.id,
        reason: Reason { rkid: ESCALATION, record: b"sealed reason".to_vec(), sig: [7; 64] },
        now,
    }
}

/// A case with its counselor, and the escalation that the counselor has raised.
async fn raised(world: &World, one: &Person, level: Level) -> (Client, Escalation) {
    let client = world.open(0, START).await;
    world.take(&client, one, START).await;
    let raised = ok(world.store.escalations.raise(raise(world, &client, one, level, START)).await);
    (client, raised.escalation.expect("it escalates"))
}

async fn resolve(world: &World, id: EscId, now: Timestamp) -> Escalation {
    let escalations = &world.store.escalations;
    ok(escalations.own(id, MIRA, None, now).await);
    let (outcome, follow_up) = (Outcome::Plan, None);
    ok(escalations.resolve(Resolution { id, by: MIRA, outcome, follow_up, now }).await).escalation
}

async fn audited(world: &World, event: Event) -> Vec<(Actor, Option<Detail>)> {
    let links = ok(world.store.audit.page(0, 999).await);
    assert_eq!(ok(world.store.audit.verify().await), None);
    let entries = links.into_iter().map(|link| link.entry);
    entries.filter(|e| e.event == event).map(|e| (e.actor, e.detail)).collect()
}

pub(super) async fn an_opening_in_danger_calls_supervisors(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    world.open(1, START).await;
    assert!(ok(world.store.escalations.open_ones().await).is_empty(), "1 is a mark");
    let (opening, client) = world.opening(3, START);
    let opened = ok(world.store.cases.open(opening.clone()).await);
    let escalation = opened.escalation.expect("danger escalates");
    assert_eq!((escalation.id, escalation.case), (opening.escalation, client.case));
    assert_eq!((escalation.level, escalation.due()), (Level::DANGER, Some(at(120))));
    assert!(!escalation.by_staff);
    let again = ok(world.store.cases.open(opening).await);
    assert_eq!((again.escalation, again.fresh), (Some(escalation.clone()), false));
    let queue = ok(world.store.escalations.open_ones().await);
    assert!(queue.len() == 1 && queue[0].not_yet_spoken_to());
    assert_eq!(queue[0].escalation, escalation);
    let raises = ok(world.store.escalations.raises(&escalation, Reasons::Sealed).await);
    assert!(raises.len() == 1 && raises[0].reason == Said::Nothing);
    let danger = Some(Detail::Level(Level::DANGER));
    assert_eq!(audited(&world, Event::EscalationRaised).await, [(Actor::Client, danger)]);
}

/// What would be the next link of the chain stands already: every audited write fails at its end.
pub(super) const BLOCK: &str = "INSERT INTO audit (n, entry, a) SELECT n + 1, a, a FROM audit_head";
pub(super) const UNBLOCK: &str = "DELETE FROM audit WHERE n > (SELECT n FROM audit_head)";

pub(super) async fn danger_and_its_escalation_stand_together(fixture: &mut dyn Fixture) {
    let (world, ..) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    let (opening, _) = world.opening(3, START);
    let danger =
        async |id| world.store.sessions.raise_level(client.session, Level::DANGER, id, at(1)).await;
    let id = world.raise_id();
    fixture.execute(BLOCK).await;
    assert!(danger(id).await.is_err() && world.store.cases.open(opening.clone()).await.is_err());
    assert_eq!(world.session(&client).await.level, Level::NONE, "neither stands");
    assert_eq!(fixture.count("SELECT COUNT(*) FROM escalations").await, 0);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM cases").await, 1);
    fixture.execute(UNBLOCK).await;
    let raised = ok(danger(id).await);
    assert!(raised.fresh && raised.session.level == Level::DANGER);
    assert_eq!(raised.escalation.clone().map(|e| e.id), Some(id));
    let again = ok(danger(id).await);
    assert_eq!((again.escalation, again.fresh), (raised.escalation, false));
    assert!(ok(world.store.cases.open(opening).await).escalation.is_some());
    assert_eq!(fixture.count("SELECT COUNT(*) FROM raises").await, 2);
}

pub(super) async fn later_raises_join(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let escalations = &world.store.escalations;
    let client = world.open(2, START).await;
    world.take(&client, &one, at(1)).await;
    let new = raise(&world, &client, &one, urgent(), at(2));
    let joined = ok(escalations.raise(new.clone()).await);
    let escalation = joined.escalation.expect("joined");
    assert!(joined.fresh && escalation.id != new.id && escalation.by_staff);
    assert_eq!(escalation.due(), Some(at(900)), "from the first raise");
    let again = ok(escalations.raise(new.clone()).await);
    assert_eq!((again.escalation, again.fresh), (Some(escalation.clone()), false));
    let stolen = NewRaise { staff: two.id, ..new.clone() };
    assert_refused!(escalations.raise(stolen).await, StorageError::Exists);
    let raises = ok(escalations.raises(&escalation, Reasons::Sealed).await);
    assert_eq!(raises.iter().map(|r| r.staff).collect::<Vec<_>>(), [None, Some(one.id)]);
    assert!(raises[1].reason == Said::Why(new.reason));

    let queue = ok(escalations.open_ones().await);
    assert!(queue.len() == 1 && queue[0].spoken_to && !queue[0].not_yet_spoken_to());
    let owned = ok(escalations.own(escalation.id, MIRA, None, at(3)).await);
    assert!(owned.fresh && owned.escalation.due().is_none());
    let pressed =
        |id, now| world.store.sessions.raise_level(client.session, Level::DANGER, id, now);
    let risen = ok(pressed(world.raise_id(), at(4)).await).escalation.expect("open");
    assert_eq!(risen.due(), Some(at(124)), "above what was acknowledged");
    assert_eq!(risen.owner().map(|owner| owner.by), Some(MIRA), "its owner stays");
    assert_eq!(world.session(&client).await.level, Level::DANGER);
    assert!(!ok(pressed(world.raise_id(), at(5)).await).fresh, "the same sign");
    let seen = ok(escalations.acknowledge(risen.id, RANI, at(6)).await).escalation;
    assert!(
        matches!(seen.state, State::Owned { ack, owner } if ack.by == RANI && owner.by == MIRA)
    );
    assert_eq!(audited(&world, Event::EscalationJoined).await.len(), 2);

    let (by, to, reason) = (MIRA, urgent(), LowerReason::SafePlace);
    let lowering = Lowering { id: risen.id, by, to, reason, now: at(7) };
    let lowered = ok(escalations.lower(lowering).await);
    assert_eq!(lowered.escalation.level, urgent());
    assert_eq!(lowered.session.map(|session| session.level), Some(urgent()), "told with it");
    assert_eq!(world.session(&client).await.level, urgent(), "and that of the session");
    assert_refused!(
        escalations.lower(lowering).await,
        StorageError::Escalation(escalation::Refused::NotLower)
    );
    let lowered = Some(Detail::Lowered(reason));
    let entries = audited(&world, Event::EscalationLowered).await;
    assert_eq!(entries, [(Actor::Staff(MIRA), lowered)]);
    assert!(ok(pressed(world.raise_id(), at(8)).await).fresh, "she says so again");
    assert_eq!(ok(escalations.of_case(client.case).await).len(), 1);
}

pub(super) async fn of_32_raises_at_once_one_escalation_stands(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let client = world.open(0, START).await;
    world.take(&client, &one, START).await;
    let mut writers = JoinSet::new();
    for n in 0..32 {
        let new = raise(&world, &client, &one, urgent(), at(n));
        let store = world.store.clone();
        writers.spawn(async move {
            let raised = if n % 2 == 0 {
                store.escalations.raise(new).await
            } else {
                let danger = Level::DANGER;
                // All of her presses are one sign.
                store.sessions.raise_level(client.session, danger, new.id, START).await
            };
            ok(raised).escalation.expect("it escalates").id
        });
    }
    let ids = writers.join_all().await;
    assert!(ids.iter().all(|id| *id == ids[0]));
    let all = ok(world.store.escalations.of_case(client.case).await);
    assert_eq!((all.len(), all[0].level), (1, Level::DANGER));
    let news = audited(&world, Event::EscalationRaised).await.len();
    let joins = audited(&world, Event::EscalationJoined).await.len();
    let raises = fixture.count("SELECT COUNT(*) FROM raises").await;
    assert_eq!((news, i64::try_from(news + joins).unwrap()), (1, raises));
    assert!(raises >= 17, "all of the counselor's, and the client's that was news");
}

pub(super) async fn of_two_answers_at_once_one_wins(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let (_, escalation) = raised(&world, &one, Level::DANGER).await;
    let mut answers = JoinSet::new();
    for by in [MIRA, RANI] {
        let (store, id) = (world.store.clone(), escalation.id);
        answers.spawn(async move { (by, store.escalations.acknowledge(id, by, at(1)).await) });
    }
    let (mut won, mut told) = (Vec::new(), Vec::new());
    for (by, answer) in answers.join_all().await {
        match answer {
            Ok(answer) => won.push((by, answer.fresh)),
            Err(StorageError::Escalation(escalation::Refused::Acknowledged(deed))) => {
                told.push(deed.by);
            }
            Err(other) => panic!("another error: {other:?}"),
        }
    }
    assert_eq!((won.len(), told.len()), (1, 1));
    assert_eq!(won, [(told[0], true)], "the other is told by whom");
    let again = ok(world.store.escalations.acknowledge(escalation.id, told[0], at(2)).await);
    assert!(!again.fresh);
    assert_eq!(audited(&world, Event::EscalationAcknowledged).await.len(), 1);
}

pub(super) async fn who_may_not_raise(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let try_raise = async |client, by, level, now| {
        world.store.escalations.raise(raise(&world, client, by, level, now)).await
    };
    let client = world.open(0, START).await;
    let refused = try_raise(&client, &one, urgent(), at(1)).await;
    assert_refused!(refused, StorageError::Refused(Refused::NotYours));
    world.take(&client, &one, at(1)).await;
    let refused = try_raise(&client, &two, urgent(), at(2)).await;
    assert_refused!(refused, StorageError::Refused(Refused::NotYours));
    let refused = try_raise(&client, &one, Level::NONE, at(2)).await;
    assert_refused!(refused, StorageError::Escalation(escalation::Refused::NoEscalation));
    ok(world.store.sessions.end(client.session, Ender::Client, at(3)).await);
    let late = ok(try_raise(&client, &one, urgent(), at(4)).await).escalation.expect("raised");
    assert_eq!(late.client_left, Some(at(3)), "until the wrap-up, and she is gone");
    ok(world.store.sessions.wrap_up(client.session, one.id, at(5)).await);
    let refused = try_raise(&client, &one, urgent(), at(6)).await;
    assert_refused!(refused, StorageError::Refused(Refused::NotYours));
    resolve(&world, late.id, at(7)).await;
    ok(world.store.jobs.sweep(&Retention::default(), at(400 * DAY)).await);
    let refused = try_raise(&client, &one, urgent(), at(400 * DAY)).await;
    assert_refused!(refused, StorageError::NotFound);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM raises").await, 0, "gone with the case");
}

pub(super) async fn a_client_who_leaves_leaves_it_open(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let (client, escalation) = raised(&world, &one, Level::DANGER).await;
    let left = async || ok(world.store.escalations.get(escalation.id).await).client_left;
    assert_eq!(left().await, None);
    ok(world.store.sessions.client_away(client.session, at(1)).await);
    assert_eq!(ok(world.store.jobs.end_left(at(1801)).await).len(), 1);
    assert_eq!(left().await, Some(at(1801)));
    assert_eq!(ok(world.store.escalations.open_ones().await).len(), 1);
    let rejoin = Rejoin {
        case: client.case,
        session: world.session_id(),
        token: client.token,
        record: Some(world.reopening(&client).await),
        now: at(2000),
    };
    ok(world.store.cases.rejoin(rejoin).await);
    assert_eq!(left().await, None, "she is back");
}

pub(super) async fn from_raised_to_reopened(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let (client, first) = raised(&world, &one, Level::DANGER).await;
    let escalations = &world.store.escalations;
    let (id, outcome, follow_up) = (first.id, Outcome::Medical, Some(Day(20_000)));
    let resolution = Resolution { id, by: RANI, outcome, follow_up, now: at(9) };
    assert_refused!(
        escalations.resolve(resolution).await,
        StorageError::Escalation(escalation::Refused::NotOwned)
    );
    ok(escalations.own(id, MIRA, None, at(2)).await);
    assert_refused!(
        escalations.own(id, RANI, None, at(3)).await,
        StorageError::Escalation(escalation::Refused::Owned(_))
    );
    assert!(ok(escalations.own(id, RANI, Some(MIRA), at(3)).await).fresh);
    let resolved = ok(escalations.resolve(resolution).await);
    assert!(resolved.fresh && !ok(escalations.resolve(resolution).await).fresh);
    assert_eq!(ok(escalations.get(id).await), resolved.escalation, "day and outcome are kept");
    let entries = audited(&world, Event::EscalationResolved).await;
    assert_eq!(entries, [(Actor::Staff(RANI), Some(Detail::Outcome(outcome)))]);

    // A new danger is a new escalation, though the session's level is no higher for it.
    let danger = Level::DANGER;
    let anew = world.store.sessions.raise_level(client.session, danger, world.raise_id(), at(10));
    let second = ok(anew.await).escalation.expect("raised").id;
    assert!(second != id);
    assert_refused!(
        escalations.reopen(id, MIRA, at(11)).await,
        StorageError::Escalation(escalation::Refused::AnotherOpen)
    );
    resolve(&world, second, at(12)).await;
    let reopened = ok(escalations.reopen(id, MIRA, at(13)).await);
    assert_eq!((reopened.escalation.due(), reopened.fresh), (Some(at(133)), true));
    assert!(!ok(escalations.reopen(id, MIRA, at(14)).await).fresh);
    assert_eq!(ok(escalations.of_case(client.case).await).len(), 2);
}

pub(super) async fn an_open_one_stops_the_clocks(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let (client, escalation) = raised(&world, &one, urgent()).await;
    ok(world.store.sessions.end(client.session, Ender::Client, START).await);
    let sweep =
        async |day: u64| ok(world.store.jobs.sweep(&Retention::default(), at(day * DAY)).await);
    ok(world.store.sessions.wrap_up(client.session, one.id, at(1)).await);
    assert_eq!(sweep(999).await, Swept::default());
    resolve(&world, escalation.id, at(1000 * DAY)).await;
    assert_eq!(sweep(1029).await, Swept::default(), "the clock began anew");
    ok(world.store.escalations.reopen(escalation.id, MIRA, at(1029 * DAY)).await);
    assert_eq!(sweep(1100).await, Swept::default(), "and waits again");
    ok(world.store.escalations.own(escalation.id, MIRA, None, at(1100 * DAY)).await);
    resolve(&world, escalation.id, at(1100 * DAY)).await;
    assert_eq!(sweep(1130).await.chats, 1);
    assert_eq!(sweep(1280).await.cases, 1);
    assert_refused!(world.store.escalations.get(escalation.id).await, StorageError::NotFound);
}

pub(super) async fn a_moved_reason_hides_nothing_else(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let (client, escalation) = raised(&world, &one, urgent()).await;
    ok(world.store.escalations.raise(raise(&world, &client, &one, urgent(), at(1))).await);
    let escalations = &world.store.escalations;
    let read = async |reasons| {
        let raises = ok(escalations.raises(&escalation, reasons).await);
        raises.into_iter().map(|raise| raise.reason).collect::<Vec<_>>()
    };
    let is_why = |said: &Said| matches!(said, Said::Why(why) if why.rkid == ESCALATION);
    assert!(read(Reasons::Sealed).await.iter().all(is_why));
    let moved = "UPDATE raises SET record = (SELECT r.record FROM raises r WHERE r.ord = 1)
        WHERE ord = 2";
    assert_eq!(fixture.execute(moved).await, 1);
    let said = read(Reasons::Sealed).await;
    assert!(is_why(&said[0]) && said[1] == Said::Unreadable, "the other one stands");
    assert!(read(Reasons::Hidden).await.into_iter().all(|said| said == Said::Nothing));
    assert_eq!(fixture.execute("UPDATE raises SET rkid = record WHERE ord = 1").await, 1);
    assert!(read(Reasons::Sealed).await.into_iter().all(|said| said == Said::Unreadable));
}

pub(super) async fn whoever_answered_is_gone(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let escalations = &world.store.escalations;
    let (_, first) = raised(&world, &one, Level::DANGER).await;
    assert!(ok(escalations.answered().await).is_empty(), "nobody answers for it yet");
    ok(escalations.acknowledge(first.id, RANI, at(1)).await);
    assert_eq!(ok(escalations.answered().await), [(first.id, RANI)]);
    ok(escalations.own(first.id, MIRA, None, at(2)).await);
    assert_eq!(ok(escalations.answered().await), [(first.id, MIRA)]);

    let of_another = ok(escalations.vacate(first.id, RANI, at(3)).await);
    assert!(!of_another.fresh && of_another.escalation.answerer() == Some(MIRA));
    let vacated = ok(escalations.vacate(first.id, MIRA, at(3)).await);
    assert!(vacated.fresh);
    assert_eq!(vacated.escalation.due(), Some(at(3 + 120)));
    assert!(!ok(escalations.vacate(first.id, MIRA, at(4)).await).fresh, "exactly once");
    assert_eq!(ok(escalations.get(first.id).await), vacated.escalation);
    assert_eq!(audited(&world, Event::EscalationVacated).await, [(Actor::Service, None)]);
    assert!(ok(escalations.answered().await).is_empty());
}
