//! New epochs for those who read a case already: whoever is gone drops out, boxes are made anew.

use domain::audit::{Actor, Event};
use domain::opening::{self, OpeningReason};
use domain::record::{ReaderType, Reason};
use domain::session::Refused;
use domain::staff::Role;
use domain::{Lane, StaffId};
use tokio::task::JoinSet;

use super::openings::audited;
use super::world::{Client, Person, START, TEAM, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::openings::BreakGlass;
use crate::org::NewRoster;
use crate::sessions::Rekey;

/// A case in danger with its counselor and the supervisors who have joined.
async fn joined(world: &World, one: &Person, supervisors: &[Person]) -> Client {
    let client = world.open(3, START).await;
    world.take(&client, one, START).await;
    let mut there = vec![one];
    for by in supervisors {
        ok(world.store.openings.break_glass(world.glass(&client, by, START)).await);
        there.push(by);
        let join = world.joining(&client, by, (Reason::Join, &there), at(1)).await;
        ok(world.store.sessions.join(join).await);
    }
    client
}

/// New epochs for these people.
async fn rekey(world: &World, client: &Client, by: &Person, people: &[&Person]) -> Rekey {
    let [chat, notes] = world.both(client, Reason::Rekey, people).await;
    let session = client.session;
    Rekey { session, staff: by.id, through: None, chat, notes: Some(notes), now: at(5) }
}

/// The same past the team, for the maker alone.
async fn through(world: &World, client: &Client, by: &Person) -> Rekey {
    let team = world.reopening(client).await;
    let mut rekey = rekey(world, client, by, &[by]).await;
    (rekey.chat.head.prev, rekey.chat.head.epoch) = (team.head.hash, team.head.epoch + 1);
    rekey.through = Some(team);
    rekey
}

fn with_supervisors(mut roster: NewRoster, supervisors: &[Person]) -> NewRoster {
    for new in &mut roster.entries {
        if supervisors.iter().any(|person| person.id == new.entry.staff) {
            new.entry.roles = [Role::Supervisor].into_iter().collect();
        }
    }
    roster
}

async fn who(world: &World, client: &Client) -> Vec<StaffId> {
    world.session(client).await.joined().iter().map(|joined| joined.who).collect()
}

pub(super) async fn whoever_is_gone_drops_out(fixture: &mut dyn Fixture) {
    let (world, one, two, [mira, rani]) = World::supervised(fixture.store()).await;
    let sessions = &world.store.sessions;
    let client = joined(&world, &one, &[mira, rani]).await;
    ok(world.store.staff.disable(mira.id, Actor::Staff(two.id), at(2)).await);
    // What names her still is stored, and nothing is said under it.
    ok(sessions.rekey(rekey(&world, &client, &one, &[&one, &rani, &mira]).await).await);
    let text = world.message(Lane::Chat, 4, client.sig);
    assert_refused!(world.client_says(&client, &text, at(3)).await, StorageError::StaleEpoch);

    let made = rekey(&world, &client, &one, &[&one, &rani]).await;
    let moved = ok(sessions.rekey(made.clone()).await);
    assert!(moved.fresh && moved.session.holder() == Some(one.id));
    assert_eq!(who(&world, &client).await, [rani.id]);
    assert!(!ok(sessions.rekey(made).await).fresh, "a retry is answered the same");
    ok(world.client_says(&client, &world.message(Lane::Chat, 5, client.sig), at(6)).await);
    for by in [&one, &rani] {
        for (lane, epoch) in [(Lane::Chat, 5), (Lane::Notes, 4)] {
            ok(world.staff_says(&client, by, &world.message(lane, epoch, by.sig), at(6)).await);
        }
    }
    let entries = audited(&world, &[Event::CaseRekeyed]).await;
    let staff: Vec<_> = entries.iter().map(|entry| (entry.actor.clone(), entry.staff)).collect();
    assert_eq!(staff, vec![(Actor::Staff(one.id), Some(mira.id)); 2]);
    assert!(entries.iter().all(|entry| entry.case == Some(client.case)));
}

pub(super) async fn past_the_team(fixture: &mut dyn Fixture) {
    let (world, one, two, [mira, rani]) = World::supervised(fixture.store()).await;
    let sessions = &world.store.sessions;
    let client = joined(&world, &one, &[mira, rani]).await;
    let nobody_gone = sessions.rekey(through(&world, &client, &one).await).await;
    assert_refused!(nobody_gone, StorageError::Refused(Refused::WrongState));
    ok(world.store.staff.disable(mira.id, Actor::Staff(two.id), at(2)).await);
    let not_hers = sessions.rekey(through(&world, &client, &rani).await).await;
    assert_refused!(not_hers, StorageError::Refused(Refused::WrongState));
    let mut apart = through(&world, &client, &one).await;
    apart.chat.head.prev = world.hash();
    assert_refused!(sessions.rekey(apart).await, StorageError::StaleEpoch);
    let heads = ok(world.store.cases.get(client.case).await);
    assert_eq!((heads.chat.epoch, heads.chat.frozen), (3, true), "nothing of it stands");

    let made = through(&world, &client, &one).await;
    assert!(ok(sessions.rekey(made.clone()).await).fresh);
    assert!(!ok(sessions.rekey(made).await).fresh);
    // Whom the list still names otherwise has left with her, and may come back.
    assert!(who(&world, &client).await.is_empty());
    let heads = ok(world.store.cases.get(client.case).await);
    assert_eq!((heads.chat.epoch, heads.chat.frozen, heads.chat.team), (5, false, None));
    let team = "SELECT COUNT(*) FROM boxes WHERE lane = 1 AND rtype = 3";
    assert_eq!(fixture.count(team).await, 0, "no box for the team is left");
    ok(world.client_says(&client, &world.message(Lane::Chat, 5, client.sig), at(6)).await);
    let again = world.joining(&client, &rani, (Reason::Join, &[&one, &rani]), at(7)).await;
    assert!(ok(sessions.join(again).await).fresh);
}

pub(super) async fn of_two_rekeys_at_once_one_stands(fixture: &mut dyn Fixture) {
    let (world, one, two, [mira, rani]) = World::supervised(fixture.store()).await;
    let client = joined(&world, &one, &[mira, rani]).await;
    ok(world.store.staff.disable(mira.id, Actor::Staff(two.id), at(2)).await);
    // All are made before any is posted.
    let mut made = vec![through(&world, &client, &one).await];
    for by in [&one, &rani] {
        made.push(rekey(&world, &client, by, &[&one, &rani]).await);
    }
    let mut all = JoinSet::new();
    for records in made {
        let store = world.store.clone();
        all.spawn(async move { store.sessions.rekey(records).await });
    }
    let (won, lost): (Vec<_>, Vec<_>) = all.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 2));
    for refused in lost {
        assert_refused!(refused, StorageError::StaleEpoch);
    }
    assert_eq!(audited(&world, &[Event::CaseRekeyed]).await.len(), 1);
}

pub(super) async fn whoever_is_no_supervisor_any_more_has_left(fixture: &mut dyn Fixture) {
    let (world, one, two, [mira, rani]) = World::supervised(fixture.store()).await;
    let sessions = &world.store.sessions;
    let client = joined(&world, &one, &[mira, rani]).await;
    let other = joined(&world, &two, &[rani]).await;
    let people = [one, two, mira, rani];
    let roster = with_supervisors(world.roster(2, &people), &[rani]);
    let changed = ok(world.store.org.publish_roster(roster.clone()).await);
    assert_eq!(changed.iter().map(|session| session.id).collect::<Vec<_>>(), [client.session]);
    assert!(ok(world.store.org.publish_roster(roster).await).is_empty(), "once");
    assert_eq!(who(&world, &client).await, [rani.id]);
    assert_eq!(who(&world, &other).await, [rani.id]);
    assert!(ok(sessions.of_staff(mira.id, at(3)).await).is_empty());
    // She is a counselor: she signs in, and says nothing there any more.
    for (lane, epoch) in [(Lane::Chat, 3), (Lane::Notes, 2)] {
        let text = world.message(lane, epoch, mira.sig);
        let late = world.staff_says(&client, &mira, &text, at(3)).await;
        assert_refused!(late, StorageError::Refused(Refused::NotYours));
    }
    let mut made = through(&world, &client, &one).await;
    for record in made.through.iter_mut().chain([&mut made.chat]).chain(&mut made.notes) {
        record.head.roster_version = 2;
    }
    ok(sessions.rekey(made).await);
    let entries = audited(&world, &[Event::CaseRekeyed]).await;
    assert_eq!(entries.iter().map(|entry| entry.staff).collect::<Vec<_>>(), [Some(mira.id)]);
    // Who is dropped from it has left as well.
    let dropped = ok(world.store.org.publish_roster(world.roster(3, &people[..3])).await);
    assert_eq!(dropped.len(), 1, "where she was sent out she had left already");
    assert!(who(&world, &other).await.is_empty());
}

pub(super) async fn only_by_who_is_in_it_or_has_opened_it(fixture: &mut dyn Fixture) {
    let (world, one, two, [mira]) = World::supervised(fixture.store()).await;
    let (sessions, openings) = (&world.store.sessions, &world.store.openings);
    let client = joined(&world, &one, &[]).await;
    for stranger in [&two, &mira] {
        let refused = sessions.rekey(rekey(&world, &client, stranger, &[&one]).await).await;
        assert_refused!(refused, StorageError::Opening(opening::Refused::NotOpened));
    }
    let coaching = OpeningReason::Coaching;
    let reads = BreakGlass { reason: coaching, ..world.glass(&client, &mira, at(1)) };
    ok(openings.break_glass(reads).await);
    let reads = sessions.rekey(rekey(&world, &client, &mira, &[&one]).await).await;
    assert_refused!(reads, StorageError::Opening(opening::Refused::ReadsOnly));
    ok(openings.break_glass(world.glass(&client, &mira, at(1))).await);
    let without_her = sessions.rekey(rekey(&world, &client, &mira, &[&two]).await).await;
    assert_refused!(without_her, StorageError::Refused(Refused::WrongState));
    let mut half = rekey(&world, &client, &mira, &[&one]).await;
    half.notes = None;
    assert_refused!(sessions.rekey(half).await, StorageError::StaleEpoch);
    ok(sessions.rekey(rekey(&world, &client, &mira, &[&one]).await).await);
    ok(sessions.rekey(rekey(&world, &client, &one, &[&one]).await).await);
    ok(world.client_says(&client, &world.message(Lane::Chat, 3, client.sig), at(6)).await);
    let entries = audited(&world, &[Event::CaseRekeyed]).await;
    assert_eq!(entries.iter().map(|entry| entry.staff).collect::<Vec<_>>(), [None, None]);
}

pub(super) async fn what_nobody_could_take_waits_again(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira]) = World::supervised(fixture.store()).await;
    let sessions = &world.store.sessions;
    let client = world.open(3, START).await;
    ok(world.store.openings.break_glass(world.glass(&client, &mira, START)).await);
    // No lane 2 yet; the team reads on, by a key of its own in each epoch.
    let rekey = async || {
        let mut chat = world.reopening(&client).await;
        chat.head.reason = Reason::Rekey;
        let session = client.session;
        Rekey { session, staff: mira.id, through: None, chat, notes: None, now: at(3) }
    };
    ok(world.claim(&client, &one, at(1)).await);
    let runs = sessions.rekey(rekey().await).await;
    assert_refused!(runs, StorageError::Refused(Refused::WrongState));
    ok(sessions.bad_box(client.session, one.id, at(2)).await);
    assert!(ok(sessions.queue().await).is_empty());
    let moved = ok(sessions.rekey(rekey().await).await);
    assert!(moved.session.is_queued() && moved.session.head);
    let queue = ok(sessions.queue().await);
    assert!(queue.len() == 1 && queue[0].needs.contains(&TEAM));
    let claimed = ok(world.claim(&client, &one, at(4)).await);
    assert_eq!(
        claimed.boxes.iter().map(|b| (b.epoch, b.sealed.rtype)).collect::<Vec<_>>(),
        [(1, ReaderType::Team)]
    );
}
