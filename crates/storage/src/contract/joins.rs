//! Supervisors beside the counselor: they come with an opening, stay, take over, go.

use domain::audit::{Actor, Event};
use domain::opening::{self, OpeningReason};
use domain::record::Reason;
use domain::session::Refused;
use domain::{Lane, Session};
use tokio::task::JoinSet;

use super::escalations::{BLOCK, UNBLOCK};
use super::openings::audited;
use super::races::waiting;
use super::world::{Client, Person, START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::openings::BreakGlass;
use crate::sessions::{Ender, GiveBack, JoinRecords, LeaveRecords, Reopen, Requeue};

/// A case in danger with its counselor, opened by supervisors who have not joined.
async fn opened(world: &World, one: &Person, supervisors: &[Person]) -> Client {
    let client = world.open(3, START).await;
    world.take(&client, one, START).await;
    for by in supervisors {
        ok(world.store.openings.break_glass(world.glass(&client, by, START)).await);
    }
    client
}

/// A supervisor joins whoever is there.
async fn join(world: &World, client: &Client, by: &Person, there: &[&Person]) -> JoinRecords {
    let people = [there, &[by]].concat();
    let records = world.joining(client, by, (Reason::Join, &people), at(1)).await;
    assert!(ok(world.store.sessions.join(records.clone()).await).fresh);
    records
}

async fn requeue(world: &World, client: &Client, by: &Person) -> Requeue {
    let record = world.reopening(client).await;
    Requeue { session: client.session, staff: by.id, record, now: at(900) }
}

fn who(session: &Session) -> Vec<domain::StaffId> {
    session.joined().iter().map(|joined| joined.who).collect()
}

pub(super) async fn beside_the_counselor(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let sessions = &world.store.sessions;
    let client = opened(&world, &one, &[mira]).await;
    let text = world.message(Lane::Chat, 1, mira.sig);
    let early = world.staff_says(&client, &mira, &text, at(1)).await;
    assert_refused!(early, StorageError::Refused(Refused::NotYours));
    let records = join(&world, &client, &mira, &[&one]).await;
    let again = ok(sessions.join(records).await);
    assert!(!again.fresh && again.stored.len() == 1, "a retry is answered the same");
    assert_eq!(who(&again.session), [mira.id]);
    assert!(ok(sessions.of_staff(mira.id, at(2)).await) == [again.session]);
    assert!(ok(sessions.of_staff(rani.id, at(2)).await).is_empty());
    for (by, lane, epoch) in
        [(&mira, Lane::Chat, 2), (&mira, Lane::Notes, 1), (&one, Lane::Chat, 2)]
    {
        ok(world.staff_says(&client, by, &world.message(lane, epoch, by.sig), at(2)).await);
    }
    let twice = world.joining(&client, &mira, (Reason::Join, &[&one, &mira]), at(3)).await;
    assert_refused!(sessions.join(twice).await, StorageError::Refused(Refused::There));

    let [chat, notes] = world.both(&client, Reason::Leave, &[&one]).await;
    let leave = LeaveRecords { session: client.session, staff: mira.id, chat, notes, now: at(4) };
    let stranger = LeaveRecords { staff: rani.id, ..leave.clone() };
    assert_refused!(sessions.leave(stranger).await, StorageError::Refused(Refused::NotYours));
    let left = ok(sessions.leave(leave.clone()).await);
    assert!(left.fresh && left.session.joined().is_empty());
    assert!(!ok(sessions.leave(leave).await).fresh);
    let text = world.message(Lane::Chat, 3, mira.sig);
    let late = world.staff_says(&client, &mira, &text, at(5)).await;
    assert_refused!(late, StorageError::Refused(Refused::NotYours));
    ok(world.staff_says(&client, &one, &world.message(Lane::Chat, 3, one.sig), at(5)).await);
    assert_eq!(audited(&world, &[Event::CaseJoined, Event::CaseLeft]).await.len(), 2);
}

pub(super) async fn only_with_an_opening(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let sessions = &world.store.sessions;
    let client = opened(&world, &one, &[]).await;
    let join = async |by: &Person, now| {
        let both = [&one, by];
        sessions.join(world.joining(&client, by, (Reason::Join, &both), now).await).await
    };
    let none = join(&mira, at(1)).await;
    assert_refused!(none, StorageError::Opening(opening::Refused::NotOpened));
    let reason = OpeningReason::Coaching;
    let coaching = BreakGlass { reason, ..world.glass(&client, &mira, at(1)) };
    ok(world.store.openings.break_glass(coaching).await);
    let reads = join(&mira, at(2)).await;
    assert_refused!(reads, StorageError::Opening(opening::Refused::ReadsOnly));
    let others = join(&rani, at(2)).await;
    assert_refused!(others, StorageError::Opening(opening::Refused::NotOpened));
    ok(world.store.openings.break_glass(world.glass(&client, &mira, at(3))).await);
    let live = ok(world.store.openings.live(client.case, mira.id, at(4)).await);
    assert!(live.is_some_and(|live| !live.reason.reads_only()), "rather the one that lets act");
    let late = join(&mira, at(3603)).await;
    assert_refused!(late, StorageError::Opening(opening::Refused::NotOpened));
    assert!(ok(join(&mira, at(4)).await).fresh);
    let waits = world.open(3, at(5)).await;
    ok(world.store.openings.break_glass(world.glass(&waits, &rani, at(5))).await);
    let records = world.joining(&client, &rani, (Reason::Join, &[&rani]), at(6)).await;
    let records = JoinRecords { session: waits.session, ..records };
    let nobody = sessions.join(records).await;
    assert_refused!(nobody, StorageError::Refused(Refused::WrongState));
}

pub(super) async fn of_two_at_once_one_decides_anew(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let client = opened(&world, &one, &[mira, rani]).await;
    // Both are made before either is posted.
    let mut made = Vec::new();
    for by in [&mira, &rani] {
        made.push(world.joining(&client, by, (Reason::Join, &[&one, by]), at(1)).await);
    }
    let mut both = JoinSet::new();
    for records in made {
        let store = world.store.clone();
        both.spawn(async move { store.sessions.join(records).await });
    }
    let (won, lost): (Vec<_>, Vec<_>) = both.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 1));
    for refused in lost {
        assert_refused!(refused, StorageError::StaleEpoch);
    }
    let first = who(&world.session(&client).await);
    let (first, second) = if first == [mira.id] { (mira, rani) } else { (rani, mira) };
    join(&world, &client, &second, &[&one, &first]).await;
    assert_eq!(who(&world.session(&client).await), [first.id, second.id]);
}

pub(super) async fn records_and_session_stand_together(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira]) = World::supervised(fixture.store()).await;
    let client = opened(&world, &one, &[mira]).await;
    let records = world.joining(&client, &mira, (Reason::Join, &[&one, &mira]), at(1)).await;
    fixture.execute(BLOCK).await;
    assert!(world.store.sessions.join(records.clone()).await.is_err());
    let case = ok(world.store.cases.get(client.case).await);
    assert_eq!((case.chat.epoch, case.notes.map(|notes| notes.epoch)), (1, Some(0)));
    assert!(world.session(&client).await.joined().is_empty());
    fixture.execute(UNBLOCK).await;
    let mut half = records.clone();
    half.notes.head.prev = world.hash();
    assert_refused!(world.store.sessions.join(half).await, StorageError::StaleEpoch);
    assert_eq!(ok(world.store.cases.get(client.case).await).chat.epoch, 1, "neither stands");
    assert_eq!(ok(world.store.sessions.join(records).await).stored[0].seq, 4);
}

pub(super) async fn taken_over_by_who_has_joined(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let sessions = &world.store.sessions;
    let client = opened(&world, &one, &[mira, rani]).await;
    let transfer = (Reason::Transfer, &[&mira, &rani][..]);
    let early = world.joining(&client, &mira, transfer, at(1)).await;
    let refused = sessions.take_over(early).await;
    assert_refused!(refused, StorageError::Refused(Refused::TooEarly));
    join(&world, &client, &mira, &[&one]).await;
    join(&world, &client, &rani, &[&one, &mira]).await;
    // Who has joined needs no opening that still lives.
    let records = world.joining(&client, &mira, transfer, at(500)).await;
    let taken = ok(sessions.take_over(records.clone()).await);
    assert_eq!(taken.session.holder(), Some(mira.id));
    assert_eq!(who(&taken.session), [rani.id], "the others stay");
    assert!(!ok(sessions.take_over(records).await).fresh);
    assert!(ok(sessions.of_staff(one.id, at(501)).await).is_empty());
    let text = world.message(Lane::Chat, 4, one.sig);
    let late = world.staff_says(&client, &one, &text, at(501)).await;
    assert_refused!(late, StorageError::Refused(Refused::NotYours));
    let entries = audited(&world, &[Event::CaseTakenOver]).await;
    assert_eq!(entries.len(), 1);
    assert_eq!((&entries[0].actor, entries[0].staff), (&Actor::Staff(mira.id), Some(one.id)));
}

pub(super) async fn taken_over_from_who_is_gone(fixture: &mut dyn Fixture) {
    let (world, one, two, [mira, rani]) = World::supervised(fixture.store()).await;
    let sessions = &world.store.sessions;
    let client = opened(&world, &one, &[mira]).await;
    ok(world.store.staff.disable(one.id, Actor::Staff(two.id), at(1)).await);
    assert_eq!(ok(world.store.jobs.leave_behind(at(1)).await).len(), 1);
    let take = async |by: &Person| {
        let alone = [by];
        sessions
            .take_over(world.joining(&client, by, (Reason::Transfer, &alone), at(2)).await)
            .await
    };
    let closed = take(&rani).await;
    assert_refused!(closed, StorageError::Opening(opening::Refused::NotOpened));
    let taken = ok(take(&mira).await).session;
    assert!(taken.is_attended_by(mira.id) && !taken.left_behind);
    assert!(ok(sessions.left_behind().await).is_empty());
    // The new epoch names nobody who is disabled: the client writes again.
    ok(world.client_says(&client, &world.message(Lane::Chat, 2, client.sig), at(3)).await);
}

pub(super) async fn nobody_reopens_while_a_supervisor_is_there(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira]) = World::supervised(fixture.store()).await;
    let (sessions, jobs) = (&world.store.sessions, &world.store.jobs);
    let client = opened(&world, &one, &[mira]).await;
    join(&world, &client, &mira, &[&one]).await;
    ok(sessions.counselor_away(one.id, at(60), at(2)).await);
    assert!(ok(jobs.leave_behind(at(60)).await).is_empty(), "a supervisor is there");
    let record = world.reopening(&client).await;
    let reopen = Reopen { session: client.session, record, now: at(61) };
    let refused = sessions.reopen(reopen.clone()).await;
    assert_refused!(refused, StorageError::Refused(Refused::TooEarly));
    assert_eq!(ok(sessions.counselor_away(mira.id, at(120), at(62)).await).len(), 1);
    assert!(ok(jobs.leave_behind(at(119)).await).is_empty());
    assert_eq!(ok(jobs.leave_behind(at(120)).await).len(), 1, "nobody is");
    let back = ok(sessions.counselor_back(mira.id).await);
    assert!(back.len() == 1 && !back[0].left_behind);
    assert!(ok(sessions.counselor_back(mira.id).await).is_empty(), "nothing to write");
    ok(sessions.counselor_away(mira.id, at(121), at(121)).await);
    let reopened = ok(sessions.reopen(Reopen { now: at(121), ..reopen }).await);
    assert!(reopened.session.joined().is_empty() && reopened.session.is_queued());
}

pub(super) async fn back_into_the_queue(fixture: &mut dyn Fixture) {
    let (world, one, two, [mira]) = World::supervised(fixture.store()).await;
    let sessions = &world.store.sessions;
    let client = opened(&world, &one, &[mira]).await;
    let early = sessions.requeue(requeue(&world, &client, &mira).await).await;
    assert_refused!(early, StorageError::Refused(Refused::TooEarly));
    ok(sessions.counselor_away(one.id, at(60), at(2)).await);
    let back = requeue(&world, &client, &mira).await;
    let stranger = Requeue { staff: two.id, ..back.clone() };
    let refused = sessions.requeue(stranger).await;
    assert_refused!(refused, StorageError::Opening(opening::Refused::NotOpened));
    let moved = ok(sessions.requeue(back.clone()).await);
    assert!(moved.session.is_queued() && moved.session.head);
    assert!(!ok(sessions.requeue(back).await).fresh);
    let entries = audited(&world, &[Event::CaseRequeued]).await;
    assert_eq!(entries.iter().map(|entry| entry.staff).collect::<Vec<_>>(), [Some(one.id)]);
    let queued = sessions.requeue(requeue(&world, &client, &mira).await).await;
    assert_refused!(queued, StorageError::Refused(Refused::WrongState));
    // One that nobody could take.
    ok(world.claim(&client, &two, at(901)).await);
    ok(sessions.bad_box(client.session, two.id, at(901)).await);
    assert!(ok(sessions.queue().await).is_empty());
    assert!(ok(sessions.requeue(requeue(&world, &client, &mira).await).await).fresh);
    assert_eq!(ok(sessions.queue().await).len(), 1);
}

pub(super) async fn a_disabled_supervisor_has_left(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let client = opened(&world, &one, &[mira, rani]).await;
    let other = opened(&world, &one, &[mira]).await;
    join(&world, &client, &mira, &[&one]).await;
    join(&world, &client, &rani, &[&one, &mira]).await;
    let gone = ok(world.store.staff.disable(mira.id, Actor::Staff(one.id), at(2)).await);
    let changed = gone.sessions;
    assert_eq!(changed.iter().map(|session| session.id).collect::<Vec<_>>(), [client.session]);
    assert_eq!(who(&world.session(&client).await), [rani.id]);
    // No message enters an epoch that names her; the client and the counselor are still there.
    let text = world.message(Lane::Chat, 3, client.sig);
    assert_refused!(world.client_says(&client, &text, at(3)).await, StorageError::StaleEpoch);
    assert!(!ok(world.store.jobs.leave_behind(at(3)).await).iter().any(|s| s.id == client.session));
    let records = world.joining(&other, &mira, (Reason::Join, &[&one, &mira]), at(3)).await;
    let late = world.store.sessions.join(records).await;
    assert_refused!(late, StorageError::Opening(opening::Refused::NotOpened));
    let records = world.joining(&client, &mira, (Reason::Transfer, &[&mira]), at(3)).await;
    let late = world.store.sessions.take_over(records).await;
    assert_refused!(late, StorageError::Opening(opening::Refused::NotOpened));
    // Whoever leaves next makes an epoch without her.
    let [chat, notes] = world.both(&client, Reason::Leave, &[&one]).await;
    let leave = LeaveRecords { session: client.session, staff: rani.id, chat, notes, now: at(4) };
    ok(world.store.sessions.leave(leave).await);
    ok(world.client_says(&client, &world.message(Lane::Chat, 4, client.sig), at(5)).await);
}

pub(super) async fn what_ends_it_ends_joins(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira]) = World::supervised(fixture.store()).await;
    let sessions = &world.store.sessions;
    let (ended, given) = (opened(&world, &one, &[mira]).await, opened(&world, &one, &[mira]).await);
    for client in [&ended, &given] {
        join(&world, client, &mira, &[&one]).await;
    }
    assert_eq!(ok(sessions.of_staff(mira.id, at(2)).await).len(), 2);
    ok(sessions.end(ended.session, Ender::Staff(one.id), at(2)).await);
    let record = world.reopening(&given).await;
    let back = GiveBack { session: given.session, staff: one.id, record, now: at(2) };
    ok(sessions.give_back(back).await);
    assert!(ok(sessions.of_staff(mira.id, at(3)).await).is_empty());
    let joined = "SELECT COUNT(*) FROM sessions WHERE joined IS NOT NULL";
    assert_eq!(fixture.count(joined).await, 0);
    let note = world.message(Lane::Notes, 1, mira.sig);
    let late = world.staff_says(&ended, &mira, &note, at(3)).await;
    assert_refused!(late, StorageError::Refused(Refused::NotYours));
}

/// PostgreSQL alone lets somebody be disabled while records are on their way.
pub(super) async fn a_join_in_flight_of_a_disabled_supervisor(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira]) = World::supervised(fixture.store()).await;
    let client = opened(&world, &one, &[mira]).await;
    let records = world.joining(&client, &mira, (Reason::Join, &[&one, &mira]), at(1)).await;
    let guard = fixture.hold("LOCK TABLE messages IN EXCLUSIVE MODE").await;
    let (store, other) = (world.store.clone(), world.store.clone());
    let (mut join, mut disable) = (JoinSet::new(), JoinSet::new());
    join.spawn(async move { store.sessions.join(records).await });
    waiting(fixture, 1).await;
    disable.spawn(async move { other.staff.disable(mira.id, Actor::Service, at(2)).await });
    waiting(fixture, 2).await;
    drop(guard);
    for joined in join.join_all().await {
        assert!(ok(joined).fresh, "it came first");
    }
    for changed in disable.join_all().await {
        assert_eq!(ok(changed).sessions.len(), 1, "and she has left at once");
    }
    assert!(world.session(&client).await.joined().is_empty());
    let text = world.message(Lane::Chat, 2, client.sig);
    assert_refused!(world.client_says(&client, &text, at(3)).await, StorageError::StaleEpoch);
}
