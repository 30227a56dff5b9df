//! Which staff lists the server refuses, and by which rule.

use actors::StaffMember;
use crypto::Secret;
use crypto::roster::{Group, GroupKind, Role, Roster, StaffEntry};
use crypto::sign::SigningKey;
use crypto::statement::Statement;
use protocol::{Blob, ErrorCode, Kid, OrgKeysPut, RosterPut};
use server::ceremony::{self, CeremonyRequest};

use crate::teduh::{Organisation, Teduh, refused, root_seed, rule};

/// The next roster after the newest that the admin has seen, changed by the story.
pub(crate) fn next(
    admin: &StaffMember,
    change: impl FnOnce(&mut Roster, &[StaffEntry]),
) -> (Roster, Vec<Blob>) {
    let organisation = admin.organisation().unwrap();
    let before = &organisation.roster().unwrap().roster;
    let (version, prev) = organisation.roster_head();
    let by_hash = |hash: &crypto::Hash| {
        let entries = &admin.seen().unwrap().entries;
        let bytes = entries.iter().find(|bytes| crypto::hash::h(&bytes.0) == *hash).unwrap();
        serde_json::from_slice::<StaffEntry>(&bytes.0).unwrap()
    };
    let entries: Vec<StaffEntry> = before.staff.iter().map(by_hash).collect();
    let mut roster = Roster { version: version + 1, prev, ..before.clone() };
    change(&mut roster, &entries);
    (roster, Vec::new())
}

pub(crate) async fn put(
    admin: &StaffMember,
    (roster, entries): &(Roster, Vec<Blob>),
) -> actors::Result<()> {
    put_signed(admin, admin.roster_key().unwrap(), roster, entries).await
}

async fn put_signed(
    admin: &StaffMember,
    key: &SigningKey,
    roster: &Roster,
    entries: &[Blob],
) -> actors::Result<()> {
    let statement = Statement::sign(key, roster).unwrap();
    let body = RosterPut {
        roster: protocol::Statement {
            p: Blob(statement.payload),
            kid: Kid(statement.kid),
            sig: Blob(statement.sig.to_vec()),
        },
        entries: entries.to_vec(),
    };
    let http = &admin.browser.http;
    http.tell_as(admin.token(), reqwest::Method::PUT, "/api/staff/roster", &body).await
}

/// A roster with one entry replaced by a changed one.
fn with_entry(
    admin: &StaffMember,
    alias: u32,
    change: impl FnOnce(&mut StaffEntry),
) -> (Roster, Vec<Blob>) {
    let mut posted = Vec::new();
    let (roster, _) = next(admin, |roster, entries| {
        let place = entries.iter().position(|entry| entry.alias == alias).unwrap();
        let mut entry = entries[place].clone();
        change(&mut entry);
        let bytes = entry.to_bytes().unwrap();
        roster.staff[place] = crypto::hash::h(&bytes);
        posted.push(Blob(bytes));
    });
    (roster, posted)
}

#[tokio::test]
async fn a_roster_by_another_key_or_out_of_its_chain_is_refused() {
    let org = Organisation::start().await;
    let (roster, entries) = next(&org.admin, |_, _| {});
    let stranger = SigningKey::from_seed(&Secret::new([9; 32]));
    let foreign = put_signed(&org.admin, &stranger, &roster, &entries).await;
    assert_eq!(rule(foreign), "S4");
    let skipping = next(&org.admin, |roster, _| roster.version += 1);
    assert_eq!(refused(put(&org.admin, &skipping).await), ErrorCode::Conflict);
    let elsewhere = next(&org.admin, |roster, _| roster.prev = [1; 32]);
    assert_eq!(rule(put(&org.admin, &elsewhere).await), "S6");
    let older_keys = next(&org.admin, |roster, _| roster.orgkeys_version = 0);
    assert_eq!(rule(put(&org.admin, &older_keys).await), "S4");
    let ahead = next(&org.admin, |roster, _| roster.issued += 2 * 3_600_000);
    assert_eq!(rule(put(&org.admin, &ahead).await), "P7");
    let right = next(&org.admin, |_, _| {});
    put(&org.admin, &right).await.unwrap();
    put(&org.admin, &right).await.expect("the same again, after a lost answer");
}

#[tokio::test]
async fn a_roster_names_nobody_who_did_not_enrol_like_this() {
    let org = Organisation::start().await;
    let unknown = next(&org.admin, |roster, _| roster.staff.push([1; 32]));
    assert_eq!(rule(put(&org.admin, &unknown).await), "S8");
    let swapped_key = with_entry(&org.admin, 3, |entry| entry.kem_pk = [1; 32]);
    assert_eq!(rule(put(&org.admin, &swapped_key).await), "P1");
    let made_up = with_entry(&org.admin, 3, |entry| entry.staff_id = [1; 16]);
    assert_eq!(rule(put(&org.admin, &made_up).await), "P1");
    let no_role = with_entry(&org.admin, 3, |entry| entry.roles.clear());
    assert_eq!(rule(put(&org.admin, &no_role).await), "P1");
    let same_number = with_entry(&org.admin, 3, |entry| entry.alias = 2);
    assert_eq!(rule(put(&org.admin, &same_number).await), "P2");
}

#[tokio::test]
async fn a_new_person_has_the_roles_of_the_invite() {
    let mut org = Organisation::start().await;
    let invite = org.admin.invite(&[protocol::Role::Counselor]).await.unwrap();
    org.teduh.enrol(&invite, "rini@aman.example", Some(org.root)).await;
    org.admin.fetch_org().await.unwrap();
    let q = org.admin.seen().unwrap().waiting[0].q.0.clone();
    let waiting = &org.admin.seen().unwrap().waiting[0];
    // C("rec/enrol", org_id, staff_id, sig_pk, kem_pk): the keys are the last two fields.
    let key = |from_end: usize| q[q.len() - from_end..][..32].try_into().unwrap();
    let (mut roster, _) = next(&org.admin, |_, _| {});
    let entry = StaffEntry {
        staff_id: waiting.staff_id.0,
        alias: 4,
        roles: vec![Role::Counselor, Role::Supervisor],
        sig_pk: key(66),
        kem_pk: key(32),
        not_before: roster.issued,
        not_after: roster.issued + 1000,
    };
    let bytes = entry.to_bytes().unwrap();
    roster.staff.push(crypto::hash::h(&bytes));
    assert_eq!(rule(put(&org.admin, &(roster, vec![Blob(bytes)])).await), "P1");
    assert_eq!(org.admin.sign_roster().await.unwrap(), 3);
}

#[tokio::test]
async fn a_generation_needs_its_record_and_never_blocks_a_roster_that_does_not_name_it() {
    let mut org = Organisation::start().await;
    let group = Group { kind: GroupKind::Team, generation: 2, kem_pk: [9; 32] };
    let unrecorded = next(&org.admin, |roster, _| roster.groups.push(group.clone()));
    assert_eq!(rule(put(&org.admin, &unrecorded).await), "P3");
    org.supervisor.refresh().await.unwrap();
    org.supervisor.fetch_org().await.unwrap();
    org.supervisor.make_groups().await.unwrap();
    let other_key = next(&org.admin, |roster, _| roster.groups.push(group));
    assert_eq!(rule(put(&org.admin, &other_key).await), "P3");
    put(&org.admin, &next(&org.admin, |_, _| {})).await.expect("generation 2 is left alone");

    // The next maker counts on from what is stored, and what was left alone stays so.
    assert_eq!(org.admin.sign_roster().await.unwrap(), 4);
    org.supervisor.fetch_org().await.unwrap();
    org.supervisor.make_groups().await.expect("the number is free");
    assert_eq!(org.admin.sign_roster().await.unwrap(), 5);
    let roster = &org.admin.organisation().unwrap().roster().unwrap().roster;
    let generations: Vec<_> = roster.groups.iter().map(|group| group.generation).collect();
    assert_eq!(generations, [1, 1, 3, 3]);
}

#[tokio::test]
async fn groups_of_a_supervisor_who_was_never_signed_do_not_keep_the_next_one_from_making_them() {
    let teduh = Teduh::start().await;
    let mut admin = teduh.first_admin().await;
    let orgkeys = crate::teduh::ceremony(&admin);
    admin.load_orgkeys(&orgkeys).await.unwrap();
    admin.sign_roster().await.unwrap();
    let root = Some(orgkeys.root_pk.0);
    let invite = admin.invite(&[protocol::Role::Supervisor]).await.unwrap();
    let gone = teduh.enrol(&invite, "gone@aman.example", root).await;
    let mut gone = teduh.sign_in(&gone).await;
    gone.settle().await.unwrap();
    let staff = domain::StaffId::new(gone.staff_id());
    let by = domain::audit::Actor::Cli("root".to_owned());
    server::departed::disable(&teduh.app, staff, by).await.unwrap();

    let invite = admin.invite(&[protocol::Role::Supervisor]).await.unwrap();
    let dewi = teduh.enrol(&invite, "dewi@aman.example", root).await;
    let mut dewi = teduh.sign_in(&dewi).await;
    dewi.settle().await.unwrap();
    dewi.settle().await.expect("hers wait to be signed; nothing more is made");
    admin.refresh().await.unwrap();
    assert_eq!(admin.sign_roster().await.unwrap(), 2);
    dewi.settle().await.unwrap();
    for kind in [GroupKind::Team, GroupKind::Escalation] {
        assert!(dewi.half(kind, 2).is_some() && dewi.half(kind, 3).is_none());
    }
    assert_eq!(dewi.seen().unwrap().groups.len(), 4);
}

#[tokio::test]
async fn a_generation_by_somebody_who_is_no_supervisor_any_more_is_refused() {
    let mut org = Organisation::start().await;
    org.supervisor.refresh().await.unwrap();
    org.supervisor.fetch_org().await.unwrap();
    org.supervisor.make_groups().await.unwrap();
    org.admin.fetch_org().await.unwrap();
    let made = org.admin.seen().unwrap().groups.clone();
    let made =
        made.iter().find(|group| group.kind == protocol::GroupKind::Team && group.generation == 2);
    let record = &made.unwrap().record.0;
    // C("rec/group", .., kem_pk, u64 roster_version)
    let kem_pk = record[record.len() - 42..][..32].try_into().unwrap();
    let (mut roster, entries) =
        with_entry(&org.admin, 2, |entry| entry.roles = vec![Role::Counselor]);
    roster.groups.push(Group { kind: GroupKind::Team, generation: 2, kem_pk });
    assert_eq!(rule(put(&org.admin, &(roster, entries)).await), "P4");
}

#[tokio::test]
async fn the_last_supervisor_with_the_escalation_half_stays() {
    let org = Organisation::start().await;
    let without = next(&org.admin, |roster, entries| {
        let dewi = entries.iter().position(|entry| entry.alias == 2).unwrap();
        roster.staff.remove(dewi);
    });
    assert_eq!(rule(put(&org.admin, &without).await), "P6");
}

#[tokio::test]
async fn orgkeys_come_from_one_root_and_name_this_server() {
    let org = Organisation::start().await;
    let admin = &org.admin;
    let http = &admin.browser.http;
    let put = async |body: &OrgKeysPut| {
        http.tell_as(admin.token(), reqwest::Method::PUT, "/api/staff/orgkeys", body).await
    };
    let wanted = admin.ceremony_request().unwrap();
    let request = CeremonyRequest {
        org_id: wanted.org_id,
        roster_keys: vec![wanted.roster_pk],
        opaque_pk: wanted.opaque_pk,
    };
    let first = ceremony::first(&request, &root_seed(), [5; 16]).unwrap();
    put(&first).await.expect("the same again changes nothing");
    let other_root = crypto::ceremony::RootSeed::new(Secret::new([8; 32]));
    let other = ceremony::first(&request, &other_root, [5; 16]).unwrap();
    let usurper = ceremony::next(&request, &other_root, &other).unwrap();
    assert_eq!(rule(put(&usurper).await), "P8");
    let forged = OrgKeysPut { root_pk: first.root_pk, ..usurper };
    assert_eq!(rule(put(&forged).await), "S1");
    let other_server = CeremonyRequest { opaque_pk: [1; 32], ..request.clone() };
    let other_server = ceremony::next(&other_server, &root_seed(), &first).unwrap();
    assert_eq!(rule(put(&other_server).await), "P9");
    put(&ceremony::next(&request, &root_seed(), &first).unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_half_is_boxed_by_its_holder_for_a_fitting_member_and_never_again() {
    use protocol::GroupKind::{Escalation, Team};
    let mut org = Organisation::start().await;
    org.supervisor.refresh().await.unwrap();
    let http = org.teduh.browser().http;
    let own = |member: &StaffMember, kind| protocol::GroupBox {
        kind,
        generation: 1,
        rkid: Kid(member.kem_key().kid()),
        enc: Blob(vec![1; 32]),
        ct: Blob(vec![1; 48]),
    };
    let post = async |by: &StaffMember, sealed: protocol::GroupBox| {
        let path = "/api/staff/group-boxes";
        http.tell_as(by.token(), reqwest::Method::POST, path, &vec![sealed]).await
    };
    let by_nobody = post(&org.counselor, own(&org.counselor, Escalation)).await;
    assert_eq!(refused(by_nobody), ErrorCode::Forbidden);
    let not_fitting = post(&org.supervisor, own(&org.counselor, Escalation)).await;
    assert_eq!(rule(not_fitting), "P10");
    let of_admin = post(&org.supervisor, own(&org.admin, Team)).await;
    assert_eq!(rule(of_admin), "P10");
    post(&org.supervisor, own(&org.counselor, Team)).await.expect("accepted, and not kept");
    org.counselor.unlock().await.unwrap();
    org.counselor.fetch_org().await.expect("the box that stood still opens");
}
