//! Organisation keys, rosters, groups.

use domain::Lane;
use domain::staff::GroupKind;

use super::world::{START, TEAM, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::cases::Opening;
use crate::org::{Holder, NewRoster, Statement};

pub(super) async fn versions_leave_no_gap(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let org = &world.store.org;
    let keys = |version| Statement { version, hash: world.hash(), bytes: b"k".to_vec() };
    assert_refused!(org.publish_orgkeys(keys(3), one.id, START).await, StorageError::StaleVersion);
    assert_refused!(org.publish_orgkeys(keys(1), one.id, START).await, StorageError::StaleVersion);
    let second = keys(2);
    ok(org.publish_orgkeys(second.clone(), one.id, START).await);
    ok(org.publish_orgkeys(second, one.id, START).await);
    assert_eq!(ok(org.orgkeys().await).len(), 2);

    let old_keys = world.roster(2, &[one, two]);
    assert_refused!(org.publish_roster(old_keys.clone()).await, StorageError::StaleVersion);
    let roster = NewRoster { orgkeys_version: 2, ..old_keys };
    ok(org.publish_roster(roster.clone()).await);
    ok(org.publish_roster(roster.clone()).await);
    let another = NewRoster { orgkeys_version: 2, ..world.roster(2, &[one]) };
    assert_refused!(org.publish_roster(another).await, StorageError::StaleVersion);
    let unknown_group = NewRoster {
        orgkeys_version: 2,
        groups: vec![(GroupKind::Team, 2, TEAM)],
        ..world.roster(3, &[one])
    };
    assert_refused!(org.publish_roster(unknown_group).await, StorageError::NotFound);

    let newest = ok(org.newest_roster().await).expect("there is one");
    assert!(newest.statement == roster.statement && newest.renewal.is_none());
    ok(org.renew(2, at(9), b"renewed".to_vec()).await);
    ok(org.renew(2, at(5), b"older".to_vec()).await);
    assert_refused!(org.renew(1, at(9), b"r".to_vec()).await, StorageError::StaleRoster);
    let newest = ok(org.roster(2).await);
    assert_eq!((newest.renewal, newest.renewed_at), (Some(b"renewed".to_vec()), at(9)));
    assert_eq!(ok(org.entries_of(2).await).len(), 2);
    let hashes = [roster.entries[0].hash, world.hash()];
    assert_eq!(ok(org.entries(&hashes).await).len(), 1);
    assert_eq!(ok(org.entries(&hashes).await)[0].1, b"entry");
}

pub(super) async fn rosters_that_records_name(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let org = &world.store.org;
    let opening = |version, now| {
        let (mut opening, _) = world.opening(0, now);
        opening.record.head.roster_version = version;
        let store = world.store.clone();
        async move { store.cases.open(Opening { now, ..opening }).await }
    };
    assert_refused!(opening(2, START).await, StorageError::StaleRoster);
    ok(opening(1, START).await);
    ok(org.publish_roster(NewRoster { now: at(100), ..world.roster(2, &[one, two]) }).await);
    ok(opening(2, at(101)).await);
    ok(opening(1, at(100 + 599)).await);
    assert_refused!(opening(1, at(100 + 600)).await, StorageError::StaleRoster);
    let strict = NewRoster { strict: true, now: at(200), ..world.roster(3, &[one]) };
    ok(org.publish_roster(strict).await);
    assert_refused!(opening(2, at(201)).await, StorageError::StaleRoster);

    // A record in the wrong place is refused whatever it names.
    let (mut opening, _) = world.opening(0, START);
    opening.record.head.lane = Lane::Notes;
    assert_refused!(world.store.cases.open(opening).await, StorageError::StaleEpoch);
}

pub(super) async fn groups_and_boxes(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let org = &world.store.org;
    let again = world.group(GroupKind::Team, world.kid(), &[one]);
    assert_refused!(org.publish_group(again.clone()).await, StorageError::StaleVersion);
    let mut second = again;
    second.generation = 2;
    second.boxes[0].generation = 2;
    ok(org.publish_group(second.clone()).await);
    ok(org.publish_group(second.clone()).await);
    assert_eq!(ok(org.groups().await).len(), 3);
    let boxes = ok(org.boxes_for(one.kem).await);
    assert_eq!(boxes.len(), 3);
    assert!(boxes.iter().all(|sealed| sealed.bytes == b"half"));
    let candidate = ok(world.store.staff.candidate(one.id).await);
    assert!(candidate.holds.contains(&TEAM) && candidate.holds.contains(&second.kid));
    assert!(!ok(world.store.staff.candidate(two.id).await).holds.contains(&second.kid));

    let missing = crate::org::GroupBox { rkid: two.kem, ..second.boxes[0].clone() };
    ok(org.put_boxes(vec![missing.clone(), missing.clone()]).await);
    let other = crate::org::GroupBox { bytes: b"other".to_vec(), ..missing.clone() };
    ok(org.put_boxes(vec![other]).await);
    let stands = ok(org.boxes_for(two.kem).await);
    assert!(stands.iter().all(|sealed| sealed.bytes == b"half"), "the first stays");
    let holder = Holder { kind: GroupKind::Team, generation: 2, rkid: two.kem };
    assert!(ok(org.holders().await).contains(&holder));
    let audited = ok(world.store.audit.head().await).0;
    assert!(ok(org.drop_box(holder, two.id, at(1)).await));
    assert!(!ok(org.drop_box(holder, two.id, at(1)).await), "once");
    assert_eq!(ok(world.store.audit.head().await).0, audited + 1);
    assert!(!ok(org.holders().await).contains(&holder));
    let unknown = crate::org::GroupBox { generation: 9, ..missing };
    assert_refused!(org.put_boxes(vec![unknown]).await, StorageError::NotFound);
}
