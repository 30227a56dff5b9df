//! Openings: released with their audit entry, agreed to by another, told to all when alone.

use std::time::Duration;

use domain::audit::{Actor, Detail, Entry, Event};
use domain::opening::{OpeningReason, Refused, State};
use domain::paging::Minute;
use domain::record::ReaderType;
use domain::retention::Retention;
use domain::{Lane, Level, OpeningId, StaffId};
use tokio::task::JoinSet;

use super::escalations::{BLOCK, UNBLOCK};
use super::races::waiting;
use super::world::{Client, DAY, ESCALATION, Person, START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::openings::{BreakGlass, GlassBroken, OfCase};
use crate::records::PlacedBox;
use crate::sessions::Ender;

/// The entries of some events, oldest first, in a chain that holds.
pub(super) async fn audited(world: &World, events: &[Event]) -> Vec<Entry> {
    assert_eq!(ok(world.store.audit.verify().await), None);
    let entries = ok(world.store.audit.page(0, 999).await).into_iter().map(|link| link.entry);
    entries.filter(|entry| events.contains(&entry.event)).collect()
}

/// Who did it to whom.
fn people(entries: &[Entry]) -> Vec<(Actor, Option<StaffId>)> {
    entries.iter().map(|entry| (entry.actor.clone(), entry.staff)).collect()
}

fn places(boxes: &[PlacedBox]) -> Vec<(Lane, u32)> {
    assert!(boxes.iter().all(|b| b.sealed.rtype == ReaderType::Escalation));
    assert!(boxes.iter().all(|b| b.sealed.rkid == ESCALATION && b.sealed.bytes == b"box"));
    boxes.iter().map(|b| (b.lane, b.epoch)).collect()
}

fn is_asked(broken: &GlassBroken) -> bool {
    assert!(matches!(broken.opening.state, State::Open { .. }) || broken.boxes.is_empty());
    broken.opening.state == State::Asked
}

/// An ask that waits for a second supervisor.
async fn asked(world: &World, by: &Person) -> (Client, BreakGlass) {
    let client = world.open(0, START).await;
    let glass = world.glass(&client, by, START);
    let broken = ok(world.store.openings.break_glass(glass).await);
    assert!(is_asked(&broken) && broken.fresh);
    (client, glass)
}

pub(super) async fn a_raised_case_opens_at_once(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let openings = &world.store.openings;
    let client = world.open(3, START).await;
    world.take(&client, &one, START).await;
    let glass = world.glass(&client, &mira, at(1));
    let broken = ok(openings.break_glass(glass).await);
    assert!(broken.fresh && broken.opening.is_live(at(1)));
    assert_eq!(places(&broken.boxes), [(Lane::Chat, 1), (Lane::Notes, 0)]);
    let again = ok(openings.break_glass(BreakGlass { now: at(9), ..glass }).await);
    assert!(!again.fresh && again.opening == broken.opening && again.boxes == broken.boxes);

    let entries = audited(&world, &[Event::CaseOpened]).await;
    assert_eq!(people(&entries), [(Actor::Staff(mira.id), None)]);
    assert_eq!(entries[0].detail, Some(Detail::Opening(OpeningReason::Danger)));
    assert_eq!(entries[0].case, Some(client.case));
    for other in [
        BreakGlass { by: rani.id, ..glass },
        BreakGlass { reason: OpeningReason::Child, ..glass },
        BreakGlass { case: world.open(0, START).await.case, ..glass },
    ] {
        assert_refused!(openings.break_glass(other).await, StorageError::Exists);
    }
    assert_refused!(
        openings.break_glass(BreakGlass { by: one.id, ..world.glass(&client, &one, at(2)) }).await,
        StorageError::Disabled
    );

    let live = |who: &Person, now| openings.live(client.case, who.id, now);
    assert_eq!(ok(live(&mira, at(2)).await), Some(broken.opening.clone()));
    assert_eq!(ok(live(&rani, at(2)).await), None);
    let live_of = ok(openings.live_of(mira.id, at(2)).await);
    assert_eq!(ok(openings.of_case(client.case, 20).await).newest, live_of);
    assert_eq!(live_of, [broken.opening]);
    assert!(ok(openings.for_supervisors(at(2)).await).is_empty(), "nothing to answer");
    let boxes = |who: &Person, now| openings.boxes(client.case, who.id, now);
    assert!(ok(boxes(&mira, at(3)).await) == broken.boxes);
    assert_refused!(boxes(&rani, at(3)).await, StorageError::Opening(Refused::NotOpened));
    assert_refused!(boxes(&mira, at(3601)).await, StorageError::Opening(Refused::NotOpened));
    assert!(ok(openings.live_of(mira.id, at(3601)).await).is_empty());
}

pub(super) async fn a_second_agrees_or_does_not(fixture: &mut dyn Fixture) {
    let (world, _, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let openings = &world.store.openings;
    let (client, glass) = asked(&world, &mira).await;
    let early = openings.boxes(client.case, mira.id, at(1)).await;
    assert_refused!(early, StorageError::Opening(Refused::NotOpened));
    assert!(ok(openings.of_case(client.case, 20).await).newest.is_empty(), "nobody has read it");
    assert_eq!(ok(openings.for_supervisors(at(1)).await).len(), 1);
    assert!(!ok(openings.break_glass(BreakGlass { now: at(2), ..glass }).await).fresh);
    let own = openings.approve(glass.id, mira.id, at(3)).await;
    assert_refused!(own, StorageError::Opening(Refused::Own));
    assert!(ok(openings.approve(glass.id, rani.id, at(4)).await).fresh);
    assert!(!ok(openings.approve(glass.id, rani.id, at(5)).await).fresh, "the same again");
    let broken = ok(openings.break_glass(BreakGlass { now: at(6), ..glass }).await);
    assert_eq!(places(&broken.boxes), [(Lane::Chat, 0)]);
    assert_eq!(broken.opening.approved().map(|second| second.by), Some(rani.id));
    let events = [Event::OpeningAsked, Event::OpeningApproved, Event::CaseOpened];
    let entries = audited(&world, &events).await;
    let (asker, second) = (Actor::Staff(mira.id), Actor::Staff(rani.id));
    assert_eq!(
        people(&entries),
        [(asker.clone(), None), (second, Some(mira.id)), (asker, Some(rani.id))]
    );

    let (_, glass) = asked(&world, &mira).await;
    ok(openings.refuse(glass.id, rani.id, at(7)).await);
    assert_refused!(
        openings.break_glass(BreakGlass { now: at(8), ..glass }).await,
        StorageError::Opening(Refused::Over)
    );
    assert!(ok(openings.for_supervisors(at(8)).await).is_empty());
    let (_, glass) = asked(&world, &mira).await;
    assert_refused!(
        openings.close(glass.id, rani.id, at(9)).await,
        StorageError::Opening(Refused::NotYours)
    );
    assert!(ok(openings.close(glass.id, mira.id, at(9)).await).fresh, "she takes it back");
    let late = openings.approve(glass.id, rani.id, at(10)).await;
    assert_refused!(late, StorageError::Opening(Refused::Over));
    let unknown = openings.approve(world.opening_id(), rani.id, at(10)).await;
    assert_refused!(unknown, StorageError::NotFound);
}

pub(super) async fn of_two_approvals_at_once_one_wins(fixture: &mut dyn Fixture) {
    let (world, _, _, [mira, rani, sari]) = World::supervised(fixture.store()).await;
    for _ in 0..8 {
        let (_, glass) = asked(&world, &mira).await;
        let mut answers = JoinSet::new();
        for by in [rani.id, sari.id] {
            let store = world.store.clone();
            answers.spawn(async move { store.openings.approve(glass.id, by, at(1)).await });
        }
        let (won, lost): (Vec<_>, Vec<_>) =
            answers.join_all().await.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 1));
        for refused in lost {
            assert_refused!(refused, StorageError::Opening(Refused::Answered));
        }
    }
    assert_eq!(audited(&world, &[Event::OpeningApproved]).await.len(), 8);
}

pub(super) async fn alone_is_told_to_all_and_countersigned(fixture: &mut dyn Fixture) {
    let (world, _, _, [mira, rani, sari]) = World::supervised(fixture.store()).await;
    let (openings, escalations) = (&world.store.openings, &world.store.escalations);
    let (client, glass) = asked(&world, &mira).await;
    let nobody = |now| BreakGlass { others_here: false, now, ..glass };
    assert!(is_asked(&ok(openings.break_glass(nobody(at(119))).await)), "not before two minutes");
    let there = BreakGlass { now: at(120), ..glass };
    assert!(is_asked(&ok(openings.break_glass(there).await)), "somebody is there to ask");
    assert_eq!(fixture.count("SELECT COUNT(*) FROM pages").await, 0);
    let broken = ok(openings.break_glass(nobody(at(120))).await);
    assert!(broken.opening.is_alone() && !broken.boxes.is_empty());
    assert!(!ok(openings.break_glass(nobody(at(121))).await).fresh);
    assert_eq!(audited(&world, &[Event::CaseOpenedAlone]).await.len(), 1);
    for (who, pages) in [(mira, 0), (rani, 1), (sari, 1)] {
        let paged = ok(escalations.pages_to_deliver(who.id).await);
        assert_eq!(paged.len(), pages, "everybody else, once");
        assert!(paged.iter().all(|page| (page.overdue.count, page.overdue.alone) == (0, 1)));
    }

    ok(openings.close(glass.id, mira.id, at(130)).await);
    let waiting = ok(openings.for_supervisors(at(99 * DAY)).await);
    assert_eq!(waiting.len(), 1, "until somebody has countersigned");
    assert!(waiting[0].countersign_before(&domain::OpeningTimes::default()).is_some());
    let sign = |by: &Person, now| openings.countersign(glass.id, by.id, now);
    assert_refused!(sign(&mira, at(131)).await, StorageError::Opening(Refused::Own));
    assert!(ok(sign(&rani, at(99 * DAY)).await).fresh, "late rather than never");
    assert!(!ok(sign(&rani, at(99 * DAY)).await).fresh);
    assert_refused!(sign(&sari, at(99 * DAY)).await, StorageError::Opening(Refused::Answered));
    assert!(ok(openings.for_supervisors(at(99 * DAY)).await).is_empty());
    let stands = ok(openings.of_case(client.case, 20).await).newest;
    assert_eq!(stands[0].countersigned().map(|deed| deed.by), Some(rani.id));
}

pub(super) async fn a_page_of_what_is_late_comes_besides(fixture: &mut dyn Fixture) {
    let (world, _, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let escalations = &world.store.escalations;
    let (_, glass) = asked(&world, &mira).await;
    let minute = Minute::of(at(150));
    ok(world
        .store
        .openings
        .break_glass(BreakGlass { others_here: false, now: at(150), ..glass })
        .await);
    ok(escalations.page_delivered(rani.id, minute).await);
    // A danger of long ago, in the same minute.
    world.open(3, START).await;
    let pages = ok(escalations.page_overdue(&[rani.id], at(151)).await);
    assert_eq!(pages.iter().map(|page| page.staff).collect::<Vec<_>>(), [rani.id], "it is a turn");
    let shown = ok(escalations.pages_to_deliver(rani.id).await);
    assert_eq!(shown.len(), 1, "still one a minute");
    assert_eq!((shown[0].minute, shown[0].overdue.count, shown[0].overdue.alone), (minute, 1, 1));
    assert!(ok(escalations.page_overdue(&[rani.id], at(152)).await).is_empty());
}

pub(super) async fn release_and_entry_stand_together(fixture: &mut dyn Fixture) {
    let (world, _, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let openings = &world.store.openings;
    let raised = world.open(3, START).await;
    let (_, ask) = asked(&world, &mira).await;
    let glasses = [
        world.glass(&raised, &rani, at(1)),
        BreakGlass { others_here: false, now: at(200), ..ask },
    ];
    fixture.execute(BLOCK).await;
    for glass in glasses {
        assert!(
            openings.break_glass(glass).await.is_err(),
            "without its entry nothing is released"
        );
        assert_eq!(ok(openings.live(glass.case, glass.by, glass.now).await), None);
        assert!(ok(openings.of_case(glass.case, 20).await).newest.is_empty());
    }
    assert!(openings.approve(ask.id, rani.id, at(1)).await.is_err());
    assert_eq!(ok(openings.get(ask.id).await).state, State::Asked);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM openings").await, 1);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM pages").await, 0, "nobody is told of it");
    fixture.execute(UNBLOCK).await;
    for glass in glasses {
        assert!(ok(openings.break_glass(glass).await).fresh);
    }
    fixture.restart().await;
    let world = world.on(fixture.store());
    for glass in glasses {
        let broken = ok(world.store.openings.break_glass(glass).await);
        assert!(!broken.fresh && !broken.boxes.is_empty(), "a killed service has lost nothing");
    }
    let opened = audited(&world, &[Event::CaseOpened, Event::CaseOpenedAlone]).await;
    assert_eq!(opened.len(), 2);
}

pub(super) async fn each_of_32_has_their_own(fixture: &mut dyn Fixture) {
    let (world, _, _, supervisors) = World::supervised::<32>(fixture.store()).await;
    let client = world.open(3, START).await;
    let mut all = JoinSet::new();
    for by in supervisors {
        let (store, glass) = (world.store.clone(), world.glass(&client, &by, at(1)));
        all.spawn(async move { ok(store.openings.break_glass(glass).await) });
    }
    for broken in all.join_all().await {
        assert!(broken.fresh && places(&broken.boxes) == [(Lane::Chat, 0)]);
    }
    let OfCase { newest, older } = ok(world.store.openings.of_case(client.case, 20).await);
    assert_eq!((newest.len(), older), (20, 12));
    assert!(newest.is_sorted_by_key(|one| one.opened().map(|opened| opened.at)));
    assert_eq!(ok(world.store.openings.of_case(client.case, 32).await).older, 0);
    let mut who = people(&audited(&world, &[Event::CaseOpened]).await);
    who.dedup();
    assert_eq!(who.len(), 32);
}

pub(super) async fn what_needs_no_second(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let openings = &world.store.openings;
    let client = world.open(0, START).await;
    let glass = |reason| BreakGlass { reason, ..world.glass(&client, &mira, at(1)) };
    let left = async || is_asked(&ok(openings.break_glass(glass(OpeningReason::LeftBehind)).await));
    let help =
        async || is_asked(&ok(openings.break_glass(glass(OpeningReason::CounselorAsked)).await));
    assert!(left().await && help().await, "it waits, and nobody is assigned");
    world.take(&client, &one, at(2)).await;
    assert!(left().await && !help().await);
    ok(world.store.sessions.counselor_away(one.id, at(60), at(3)).await);
    ok(world.store.jobs.leave_behind(at(60)).await);
    assert!(!left().await);
    let danger = async || is_asked(&ok(openings.break_glass(glass(OpeningReason::Danger)).await));
    assert!(danger().await);
    // A raise of the opener's own calls nobody else; the client's does.
    let ask = glass(OpeningReason::Danger);
    assert!(is_asked(&ok(openings.break_glass(ask).await)));
    let raise =
        world.store.sessions.raise_level(client.session, Level::DANGER, world.raise_id(), at(4));
    ok(raise.await);
    assert!(!danger().await && !is_asked(&ok(openings.break_glass(ask).await)), "an ask goes on");
    // With one supervisor in the roster there is nobody to agree.
    let quiet = world.open(0, START).await;
    assert!(is_asked(&ok(openings.break_glass(world.glass(&quiet, &mira, at(5))).await)));
    ok(world.store.staff.disable(rani.id, Actor::Service, at(5)).await);
    assert!(
        is_asked(&ok(openings.break_glass(world.glass(&quiet, &mira, at(6))).await)),
        "whom somebody has disabled stands in it until the next roster"
    );
    let mut roster = world.roster(2, &[one, mira]);
    roster.entries[1].entry.roles = [domain::Role::Supervisor].into_iter().collect();
    ok(world.store.org.publish_roster(roster).await);
    assert!(!is_asked(&ok(openings.break_glass(world.glass(&quiet, &mira, at(7))).await)));
}

pub(super) async fn all_of_a_case_opens(fixture: &mut dyn Fixture) {
    let (world, one, two, [mira]) = World::supervised(fixture.store()).await;
    let client = world.open(3, START).await;
    world.take(&client, &one, START).await;
    let record = world.reopening(&client).await;
    let back =
        crate::sessions::GiveBack { session: client.session, staff: one.id, record, now: at(1) };
    ok(world.store.sessions.give_back(back).await);
    ok(world.claim(&client, &two, at(2)).await);
    // Her box of the notes does not open: she begins them without the way back.
    let mut claim = world.claim_records(&client, &two, at(2)).await;
    claim.notes.head.back_link = false;
    ok(world.store.sessions.claim_records(claim).await);
    let broken = ok(world.store.openings.break_glass(world.glass(&client, &mira, at(3))).await);
    let wanted = [(Lane::Chat, 3), (Lane::Notes, 0), (Lane::Notes, 1)];
    assert_eq!(places(&broken.boxes), wanted);
    // From before it was noted which records lead back, every box is given.
    fixture.execute("UPDATE records SET back_link = FALSE").await;
    assert_eq!(ok(world.store.openings.boxes(client.case, mira.id, at(4)).await).len(), 6);
}

pub(super) async fn a_clock_that_goes_back(fixture: &mut dyn Fixture) {
    let (world, _, _, [mira]) = World::supervised(fixture.store()).await;
    let openings = &world.store.openings;
    let client = world.open(3, START).await;
    let glass = world.glass(&client, &mira, at(1000));
    let broken = ok(openings.break_glass(glass).await);
    let again = openings.break_glass(BreakGlass { now: at(900), ..glass }).await;
    assert_refused!(again, StorageError::Opening(Refused::Over));
    assert_eq!(ok(openings.live(client.case, mira.id, at(900)).await), None);
    assert_eq!(ok(openings.get(glass.id).await), broken.opening, "not a moment longer");
    assert!(ok(world.store.jobs.close_openings(at(4599)).await).is_empty());
    assert_eq!(ok(world.store.jobs.close_openings(at(4600)).await).len(), 1);
    let late = openings.break_glass(BreakGlass { now: at(1001), ..glass }).await;
    assert_refused!(late, StorageError::Opening(Refused::Over));
    assert_eq!(ok(openings.live(client.case, mira.id, at(1001)).await), None, "over is over");
}

pub(super) async fn what_is_over_is_closed_once(fixture: &mut dyn Fixture) {
    let (world, _, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let (_, ask) = asked(&world, &mira).await;
    let (_, approved) = asked(&world, &mira).await;
    ok(world.store.openings.approve(approved.id, rani.id, at(1)).await);
    let raised = world.open(3, START).await;
    let open = world.glass(&raised, &mira, at(899));
    ok(world.store.openings.break_glass(open).await);
    let close = async |now| {
        let mut nodes = JoinSet::new();
        for _ in 0..2 {
            let store = world.store.clone();
            nodes.spawn(async move { ok(store.jobs.close_openings(now).await) });
        }
        let closed = nodes.join_all().await.concat();
        closed.into_iter().map(|opening| opening.id).collect::<std::collections::BTreeSet<_>>()
    };
    assert!(close(at(899)).await.is_empty());
    assert_eq!(close(at(900)).await, [ask.id, approved.id].into_iter().collect());
    assert!(close(at(900)).await.is_empty());
    assert_eq!(close(at(899 + 3600)).await, [open.id].into_iter().collect());
    let ended = ok(world.store.openings.get(open.id).await);
    assert!(matches!(ended.state, State::Closed { at: then, .. } if then == at(899 + 3600)));
    assert_eq!(ended.opened().map(|opened| opened.at), Some(at(899)));
    let agreed = ok(world.store.openings.get(approved.id).await).approved();
    assert_eq!(agreed.map(|second| second.by), Some(rani.id), "who agreed is known");
    let entries = audited(&world, &[Event::OpeningClosed]).await;
    assert_eq!(people(&entries), vec![(Actor::Service, Some(mira.id)); 3]);
}

pub(super) async fn what_fails_to_close_keeps_nobody_from_the_rest(fixture: &mut dyn Fixture) {
    const DAMAGE: &str = "UPDATE openings SET reason = 'unknown' WHERE state = 'approved'";
    let (world, _, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let (_, damaged) = asked(&world, &mira).await;
    ok(world.store.openings.approve(damaged.id, rani.id, at(1)).await);
    let (_, ask) = asked(&world, &mira).await;
    assert_eq!(fixture.execute(DAMAGE).await, 1);
    let closed = ok(world.store.jobs.close_openings(at(900)).await);
    assert_eq!(closed.iter().map(|opening| opening.id).collect::<Vec<_>>(), [ask.id]);
    assert!(world.store.jobs.close_openings(at(901)).await.is_err(), "said when it stands alone");
}

pub(super) async fn a_case_that_is_gone(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let openings = &world.store.openings;
    let client = world.open(0, START).await;
    world.take(&client, &one, START).await;
    ok(world.store.cases.consent_to_notes(client.case).await);
    let glass = world.glass(&client, &mira, START);
    ok(openings.break_glass(glass).await);
    ok(world.store.sessions.end(client.session, Ender::Client, START).await);
    ok(world.store.jobs.sweep(&Retention::default(), at(180 * DAY)).await);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM cases").await, 1, "its notes wait");
    assert_eq!(fixture.count("SELECT COUNT(*) FROM openings").await, 0);
    assert_refused!(openings.break_glass(glass).await, StorageError::NotFound);
    assert_refused!(openings.approve(glass.id, rani.id, at(1)).await, StorageError::NotFound);
    let never = BreakGlass { case: domain::CaseId::new([7; 16]), ..glass };
    assert_refused!(openings.break_glass(never).await, StorageError::NotFound);
}

pub(super) async fn a_disabled_supervisor(fixture: &mut dyn Fixture) {
    let (world, one, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let openings = &world.store.openings;
    let client = world.open(3, START).await;
    let open = world.glass(&client, &mira, at(1));
    ok(openings.break_glass(open).await);
    let (_, ask) = asked(&world, &mira).await;
    let gone = ok(world.store.staff.disable(mira.id, Actor::Staff(one.id), at(2)).await);
    let ended: Vec<_> = gone.openings.iter().map(|opening| opening.id).collect();
    assert_eq!(ended, [ask.id, open.id], "everybody is to hear of both");
    for id in [open.id, ask.id] {
        assert!(
            matches!(ok(openings.get(id).await).state, State::Closed { at: now, .. } if now == at(2))
        );
    }
    assert!(ok(openings.live_of(mira.id, at(2)).await).is_empty());
    assert_eq!(audited(&world, &[Event::OpeningClosed]).await.len(), 2);
    let again = world.glass(&client, &mira, at(3));
    assert_refused!(openings.break_glass(again).await, StorageError::Disabled);
    let (_, theirs) = asked(&world, &rani).await;
    let approve = openings.approve(theirs.id, mira.id, at(3)).await;
    assert_refused!(approve, StorageError::Disabled);
    assert_refused!(openings.approve(theirs.id, one.id, at(3)).await, StorageError::Disabled);
}

/// PostgreSQL alone lets two cases be written at once.
pub(super) async fn of_one_id_in_two_cases_one_stands(fixture: &mut dyn Fixture) {
    let (world, _, _, [mira, rani]) = World::supervised(fixture.store()).await;
    let cases = [world.open(3, START).await, world.open(3, START).await];
    let id = OpeningId::new([7; 16]);
    // Both are held up at the end of the chain, after they have written.
    let guard = fixture.hold("LOCK TABLE audit_head IN EXCLUSIVE MODE").await;
    let mut both = JoinSet::new();
    for (client, by) in cases.iter().zip([mira, rani]) {
        let (store, glass) = (world.store.clone(), world.glass(client, &by, at(1)));
        both.spawn(async move { store.openings.break_glass(BreakGlass { id, ..glass }).await });
    }
    waiting(fixture, 2).await;
    drop(guard);
    let (won, lost): (Vec<_>, Vec<_>) = both.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 1));
    for refused in lost {
        assert_refused!(refused, StorageError::Exists);
    }
    assert_eq!(fixture.count("SELECT COUNT(*) FROM openings").await, 1);
}

/// Whoever pages comes from the pages to the staff, and so does who opens alone.
pub(super) async fn alone_while_others_are_paged(fixture: &mut dyn Fixture) {
    let (world, _, _, [mira, rani]) = World::supervised(fixture.store()).await;
    world.open(3, START).await;
    for minute in 2..14 {
        let (_, glass) = asked(&world, &mira).await;
        let now = START.plus(Duration::from_mins(minute));
        let (store, other) = (world.store.clone(), world.store.clone());
        let mut two = JoinSet::new();
        two.spawn(async move {
            let alone = BreakGlass { others_here: false, now, ..glass };
            store.openings.break_glass(alone).await.map(drop)
        });
        two.spawn(async move { other.escalations.page_overdue(&[], now).await.map(drop) });
        for done in two.join_all().await {
            ok(done);
        }
        let paged = ok(world.store.escalations.pages_to_deliver(rani.id).await);
        assert!(paged.last().is_some_and(|page| page.overdue.count == 1), "what is late is told");
    }
}
