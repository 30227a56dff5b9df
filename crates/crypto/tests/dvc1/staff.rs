//! Staff and organisation: statements, rosters, groups, enrolment, sign-in, vault, code, root.

use crypto::ceremony::{NotASeed, RootSeed};
use crypto::code::{CaseCode, CodeError, CodeParams};
use crypto::enrol::{EnrolError, Enrolment, Invite};
use crypto::group::{GroupError, GroupHalf, GroupRecord};
use crypto::hash::h;
use crypto::kem::KemKey;
use crypto::opaque::{
    ClientLogin, ClientRegistration, OpaqueError, Registration, ServerLogin, ServerSetup,
};
use crypto::roster::{
    Group, GroupKind, KnownRoster, Renewal, Roster, Standing, holds_until, standing,
};
use crypto::statement::{FormerRoot, NewRoot, OrgKeys, Statement, StatementError};
use crypto::vault::VaultKey;
use crypto::{Hash, Secret};

use crate::support::world::{group_key, id, opener, roster_texts, secret, signer};

const DAY: u64 = 86_400_000;

fn orgkeys() -> OrgKeys {
    OrgKeys {
        org_id: id("org"),
        version: 1,
        roster_keys: vec![signer("roster key").public()],
        code_params: vec![CodeParams::FIRST],
        org_salt: id("salt"),
        recovery_pk: opener("recovery").public(),
        opaque_pk: [7; 32],
        former: vec![FormerRoot { root_pk: [1; 32], version: 3, hash: [2; 32] }],
    }
}

fn roster(version: u64, prev: Hash, generation: u32) -> Roster {
    let group = |kind| Group { kind, generation, kem_pk: group_key(kind, generation).public() };
    Roster {
        org_id: id("org"),
        version,
        orgkeys_version: 1,
        prev,
        issued: 1000,
        staff: vec![],
        groups: vec![group(GroupKind::Team), group(GroupKind::Escalation)],
    }
}

#[test]
fn orgkeys_are_read_as_signed_and_by_root_alone() {
    let (root, org) = (signer("root"), id("org"));
    let statement = Statement::sign(&root, &orgkeys()).unwrap();
    let json = serde_json::to_string(&statement).unwrap();
    let statement: Statement = serde_json::from_str(&json).unwrap();
    assert_eq!(statement.verify::<OrgKeys>(&root.public(), &org).unwrap(), orgkeys());
    let other = statement.verify::<OrgKeys>(&signer("thief").public(), &org);
    assert_eq!(other, Err(StatementError::S1Signature));
    let elsewhere = statement.verify::<OrgKeys>(&root.public(), &id("elsewhere"));
    assert_eq!(elsewhere, Err(StatementError::S3Org));
    let mut changed = statement.clone();
    changed.payload.push(b' ');
    let changed = changed.verify::<OrgKeys>(&root.public(), &org);
    assert_eq!(changed, Err(StatementError::S1Signature));
    let as_roster = statement.verify::<Roster>(&root.public(), &org);
    assert_eq!(as_roster, Err(StatementError::S1Signature), "a statement has one use");
    let odd = Statement::sign_bytes(&root, "orgkeys", b"{}".to_vec());
    assert_eq!(odd.verify::<OrgKeys>(&root.public(), &org), Err(StatementError::S2Payload));
}

#[test]
fn a_new_root_is_pinned_only_on_the_old_ones_word() {
    let (old, new, org) = (signer("root"), signer("new root").public(), id("org"));
    let word = NewRoot { org_id: org, root_pk: new };
    let by_old = Statement::sign(&old, &word).unwrap();
    assert_eq!(OrgKeys::accept_new_root(&org, &old.public(), &by_old), Ok(new));
    let by_new = Statement::sign(&signer("new root"), &word).unwrap();
    let refused = OrgKeys::accept_new_root(&org, &old.public(), &by_new);
    assert_eq!(refused, Err(StatementError::S1Signature));
}

#[test]
fn orgkeys_follow_one_another_and_keep_their_salt() {
    let next = OrgKeys { version: 2, ..orgkeys() };
    assert_eq!(next.follows(&orgkeys()), Ok(()));
    let skips = OrgKeys { version: 3, ..orgkeys() };
    assert_eq!(skips.follows(&orgkeys()), Err(StatementError::S5Version));
    let salted = OrgKeys { org_salt: [0; 16], ..next };
    assert_eq!(salted.follows(&orgkeys()), Err(StatementError::S7Falls));
}

#[test]
fn rosters_form_a_chain_that_never_falls() {
    let key = signer("roster key");
    let verify = |roster: &Roster, before: Option<(&Roster, &Hash)>| {
        let statement = Statement::sign(&key, roster).unwrap();
        Roster::verify(&statement, &orgkeys(), before)
    };
    let first = roster(1, [0; 32], 2);
    let hash = Statement::sign(&key, &first).unwrap().hash();
    let before = Some((&first, &hash));
    assert_eq!(verify(&first, None), Ok(first.clone()));
    assert!(verify(&roster(2, hash, 2), before).is_ok());
    assert!(verify(&roster(2, hash, 3), before).is_ok());
    assert_eq!(verify(&roster(3, hash, 2), before), Err(StatementError::S5Version));
    assert_eq!(verify(&roster(2, [1; 32], 2), before), Err(StatementError::S6Prev));
    assert_eq!(verify(&roster(2, hash, 1), before), Err(StatementError::S7Falls));
    let other_keys = Roster { orgkeys_version: 2, ..roster(2, hash, 2) };
    assert_eq!(verify(&other_keys, before), Err(StatementError::S4Signer));
    let by_thief = Statement::sign(&signer("thief"), &first).unwrap();
    assert_eq!(Roster::open(&by_thief, &orgkeys()), Err(StatementError::S4Signer));
}

#[test]
fn a_page_takes_a_later_roster_and_never_an_older_or_another_one() {
    let (first, hash) = (roster(3, [0; 32], 2), [3; 32]);
    let takes = |next: &Roster, own: Hash| next.replaces(&own, (&first, &hash));
    assert_eq!(takes(&first, hash), Ok(()));
    assert_eq!(takes(&first, [4; 32]), Err(StatementError::S6Prev), "another version 3");
    assert_eq!(takes(&roster(4, hash, 2), [4; 32]), Ok(()));
    assert_eq!(takes(&roster(4, [0; 32], 2), [4; 32]), Err(StatementError::S6Prev));
    assert_eq!(takes(&roster(9, [0; 32], 3), [9; 32]), Ok(()));
    assert_eq!(takes(&roster(9, [0; 32], 1), [9; 32]), Err(StatementError::S7Falls));
    assert_eq!(takes(&roster(2, [0; 32], 2), [2; 32]), Err(StatementError::S5Version));
}

#[test]
fn a_former_roots_orgkeys_count_up_to_its_last() {
    let (old, new) = (signer("root"), signer("new root"));
    let sign = |version| {
        let keys = OrgKeys { version, former: vec![], ..orgkeys() };
        Statement::sign(&old, &keys).unwrap()
    };
    let hash = sign(2).hash();
    let former = vec![FormerRoot { root_pk: old.public(), version: 2, hash }];
    let newest = OrgKeys { version: 3, former, ..orgkeys() };
    let verify = |statement: &Statement| newest.verify_older(&new.public(), statement);
    assert_eq!(verify(&sign(1)).unwrap().version, 1);
    assert_eq!(verify(&sign(2)).unwrap().version, 2);
    assert_eq!(verify(&sign(3)), Err(StatementError::S4Signer), "the old root signs on");
    let by_new = Statement::sign(&new, &OrgKeys { version: 2, ..orgkeys() }).unwrap();
    assert_eq!(verify(&by_new).unwrap().version, 2);
    let by_thief = Statement::sign(&signer("thief"), &orgkeys()).unwrap();
    assert_eq!(verify(&by_thief), Err(StatementError::S4Signer));
}

#[test]
fn an_entry_counts_only_if_the_roster_lists_its_bytes() {
    let (payload, entries) = roster_texts().remove(0);
    let roster: Roster = serde_json::from_str(&payload).unwrap();
    let all = entries.iter().map(String::as_bytes);
    let known = KnownRoster::new(roster.clone(), all).unwrap();
    assert_eq!(known.active().count(), 6, "Erna's time is up");
    let forged = entries[0].replace("counselor", "supervisor");
    let refused = KnownRoster::new(roster, [forged.as_bytes()]);
    assert_eq!(refused, Err(StatementError::S8Entry));
}

#[test]
fn a_renewal_comes_from_a_roster_key_or_a_supervisor() {
    let (payload, entries) = roster_texts().remove(0);
    let hash = h(payload.as_bytes());
    let roster = serde_json::from_str(&payload).unwrap();
    let known = KnownRoster::new(roster, entries.iter().map(String::as_bytes)).unwrap();
    let keys = [signer("roster key").public()];
    let renewal = Renewal { org_id: id("org"), roster_version: 1, hash, issued: 5 };
    let by = |name: &str, renewal: &Renewal| {
        let statement = Statement::sign(&signer(name), renewal).unwrap();
        Renewal::verify(&statement, &known, &hash, &keys)
    };
    assert_eq!(by("roster key", &renewal), Ok(renewal.clone()));
    assert_eq!(by("sari", &renewal), Ok(renewal.clone()));
    assert_eq!(by("anna", &renewal), Err(StatementError::S4Signer));
    let other = Renewal { roster_version: 2, ..renewal.clone() };
    assert_eq!(by("sari", &other), Err(StatementError::S5Version));
    let other = Renewal { hash: [0; 32], ..renewal };
    assert_eq!(by("sari", &other), Err(StatementError::S6Prev));
}

#[test]
fn a_roster_holds_seven_days_from_its_renewal_sixty_in_all_and_lapses_for_fourteen() {
    assert_eq!(holds_until(0, None), 7 * DAY);
    assert_eq!(holds_until(0, Some(10 * DAY)), 17 * DAY);
    assert_eq!(holds_until(0, Some(58 * DAY)), 60 * DAY);
    assert_eq!(holds_until(20 * DAY, Some(DAY)), 27 * DAY, "an older renewal does not shorten");
    let at = |now| standing(now, 0, None);
    assert_eq!(at(0), Standing::Holds);
    assert_eq!(at(4 * DAY - 1), Standing::Holds);
    assert_eq!(at(4 * DAY), Standing::EndsSoon);
    assert_eq!(at(7 * DAY - 1), Standing::EndsSoon);
    assert_eq!(at(7 * DAY), Standing::Lapsed);
    assert_eq!(at(21 * DAY - 1), Standing::Lapsed);
    assert_eq!(at(21 * DAY), Standing::Expired);
}

#[test]
fn a_group_half_opens_for_its_member_and_only_if_it_is_the_rosters() {
    let half = GroupHalf { org_id: id("org"), kind: GroupKind::Escalation, generation: 1 };
    let (key, sari) = (group_key(GroupKind::Escalation, 1), opener("sari"));
    let sealed = half.seal(&key, &sari.public(), &secret("ikm")).unwrap();
    let opened = half.open(&sari, &key.public(), &sealed).unwrap();
    assert_eq!(opened.public(), key.public());
    let fails = |half: GroupHalf, who: &KemKey, pk| half.open(who, pk, &sealed).unwrap_err();
    let pk = key.public();
    assert_eq!(fails(half, &opener("tuti"), &pk), GroupError::G3Box);
    assert_eq!(fails(GroupHalf { generation: 2, ..half }, &sari, &pk), GroupError::G3Box);
    let team = GroupHalf { kind: GroupKind::Team, ..half };
    assert_eq!(fails(team, &sari, &pk), GroupError::G3Box);
    assert_eq!(fails(half, &sari, &opener("thief").public()), GroupError::G3Box);
    let weak = half.seal(&key, &[0; 32], &secret("ikm")).unwrap_err();
    assert_eq!(weak, GroupError::G5LowOrder);
}

#[test]
fn a_half_that_is_not_the_groups_is_an_alarm() {
    // Somebody boxes another half under the group's name.
    let (pk, sari) = (group_key(GroupKind::Team, 1).public(), opener("sari"));
    let (org, generation) = (id("org"), 1_u32.to_be_bytes());
    let info = crypto::encode::c("grp/seal", &[&org, b"team", &generation, &sari.kid()]);
    let sealed = crypto::kem::seal(&sari.public(), &info, &pk, &[9; 32], &secret("ikm")).unwrap();
    let half = GroupHalf { org_id: org, kind: GroupKind::Team, generation: 1 };
    assert_eq!(half.open(&sari, &pk, &sealed).unwrap_err(), GroupError::G4OtherHalf);
}

#[test]
fn a_group_record_is_its_makers() {
    let record = GroupRecord {
        org_id: id("org"),
        kind: GroupKind::Escalation,
        generation: 2,
        kem_pk: group_key(GroupKind::Escalation, 2).public(),
        roster_version: 4,
    };
    let (bytes, sari) = (record.to_bytes(), signer("sari"));
    let sig = record.sign(&sari);
    assert_eq!(GroupRecord::verify(&bytes, &sig, &sari.public()), Ok(record));
    let by_tuti = GroupRecord::verify(&bytes, &sig, &signer("tuti").public());
    assert_eq!(by_tuti, Err(GroupError::G2Signature));
    let cut = GroupRecord::verify(&bytes[1..], &sig, &sari.public());
    assert_eq!(cut, Err(GroupError::G1Encoding));
}

#[test]
fn an_enrolment_is_bound_to_its_invite() {
    let invite = Invite::new(Secret::new(id("invite")));
    let text = invite.to_text();
    assert_eq!(text.len(), 26);
    let typed = Invite::parse(&format!(" {}-{} ", &text[..13].to_lowercase(), &text[13..]));
    assert_eq!(typed.unwrap().id(), invite.id());
    for odd in ["", "A", &text[1..], &format!("{text}A"), &text.replace(&text[..1], "1")] {
        assert!(Invite::parse(odd).is_err(), "{odd}");
    }
    let (org, staff) = (id("org"), id("anna"));
    let kem_pk = opener("anna").public();
    let enrolment = Enrolment::new(&invite, &org, &staff, &signer("anna"), &kem_pk);
    let keys = enrolment.check(&invite, &org).unwrap();
    assert_eq!((keys.staff_id, keys.sig_pk), (staff, signer("anna").public()));
    let other = Invite::new(Secret::new([1; 16]));
    assert_eq!(enrolment.check(&other, &org), Err(EnrolError::E3Mac));
    assert_eq!(enrolment.check(&invite, &id("elsewhere")), Err(EnrolError::E4Org));
    // A server that swaps the keys can sign for itself, but has no invite.
    let swapped = Enrolment::new(&other, &org, &staff, &signer("thief"), &kem_pk);
    assert!(swapped.check_public(&org).is_ok());
    assert_eq!(swapped.check(&invite, &org), Err(EnrolError::E3Mac));
    let mut changed = enrolment.clone();
    *changed.record.last_mut().unwrap() ^= 1;
    assert_eq!(changed.check_public(&org), Err(EnrolError::E2Signature));
    changed.record.push(0);
    assert_eq!(changed.check_public(&org), Err(EnrolError::E1Encoding));
}

/// Registers a passphrase; returns the record and the export key.
fn registered(setup: &ServerSetup, passphrase: &str) -> (Registration, Secret<64>) {
    let credential = setup.credential_id("anna@example.org");
    let (state, request) = ClientRegistration::start(passphrase, &secret("1")).unwrap();
    let answer = setup.registration_start(&request, &credential).unwrap();
    let (upload, export_key) =
        state.finish(passphrase, &answer, &setup.public_key(), &secret("2")).unwrap();
    (Registration::finish(&upload).unwrap(), export_key)
}

#[test]
fn anna_signs_in_and_opens_her_vault() {
    let setup = ServerSetup::new(&secret("setup"));
    let setup = ServerSetup::from_bytes(&setup.to_bytes()).unwrap();
    let (record, export_key) = registered(&setup, "kuda hijau makan rumput");
    let record = Registration::from_bytes(record.as_bytes()).unwrap();
    let (org, staff) = (id("org"), id("anna"));
    let blob = VaultKey::new(&export_key, &org, &staff).seal(1, &[5; 12], b"keys");

    let credential = setup.credential_id("anna@example.org");
    let sign_in = |passphrase: &str, record: Option<&Registration>, pinned| {
        let (state, request) = ClientLogin::start(passphrase, &secret("3")).unwrap();
        let (answer, login) =
            setup.login_start(record, &request, &credential, &secret("4")).unwrap();
        let login = ServerLogin::from_bytes(&login.to_bytes()).unwrap();
        let done = state.finish(passphrase, &answer, pinned, &secret("5"))?;
        let session_key = login.finish(&done.finalization)?;
        assert_eq!(session_key.expose(), done.session_key.expose());
        Ok(done)
    };
    let pinned = setup.public_key();
    let done = sign_in("kuda hijau makan rumput", Some(&record), &pinned).unwrap();
    let vault = VaultKey::new(&done.export_key, &org, &staff);
    assert_eq!(vault.open(1, &blob).unwrap(), b"keys");
    assert!(vault.open(2, &blob).is_err(), "an older vault is no newer one");

    let fails = |answer: Result<_, OpaqueError>| answer.map(|_| ()).unwrap_err();
    assert_eq!(fails(sign_in("kuda hijau", Some(&record), &pinned)), OpaqueError::O2SignIn);
    let unknown = sign_in("kuda hijau makan rumput", None, &pinned);
    assert_eq!(fails(unknown), OpaqueError::O2SignIn, "an unknown address behaves alike");
    let other = sign_in("kuda hijau makan rumput", Some(&record), &[1; 32]);
    assert_eq!(fails(other), OpaqueError::O3ServerKey);
    let odd = setup.registration_start(b"no request", &credential).unwrap_err();
    assert_eq!(odd, OpaqueError::O1Malformed);
}

#[test]
fn a_case_code_catches_what_people_mistype() {
    let code = CaseCode::draw(4_821_093_755_621_180_337).unwrap();
    assert_eq!(code.digits(), b"48210937556211803378");
    assert_eq!(code.grouped().as_str(), "4821 0937 5562 1180 3378");
    assert_eq!(CaseCode::draw(5).unwrap().digits()[..18], *b"000000000000000000");
    assert!(CaseCode::draw(10_u64.pow(19)).is_none(), "draw again");
    assert!(CaseCode::draw(10_u64.pow(19) - 1).is_some());
    let digits = *code.digits();
    for at in 0..20 {
        let typed = |digits: &[u8]| CaseCode::parse(std::str::from_utf8(digits).unwrap()).map(drop);
        for digit in (b'0'..=b'9').filter(|digit| *digit != digits[at]) {
            let mut wrong = digits;
            wrong[at] = digit;
            assert_eq!(typed(&wrong), Err(CodeError::CheckDigit));
        }
        if at < 19 && digits[at] != digits[at + 1] {
            let mut swapped = digits;
            swapped.swap(at, at + 1);
            assert_eq!(typed(&swapped), Err(CodeError::CheckDigit));
        }
    }
    for odd in ["", "4821", "4821 0937 5562 1180 337x", "482109375562118033780"] {
        assert_eq!(CaseCode::parse(odd).map(drop), Err(CodeError::NotTwentyDigits));
    }
}

#[test]
fn the_root_comes_back_from_its_words() {
    let root = RootSeed::new(secret("root seed"));
    let words = root.words();
    assert_eq!(words.split(' ').count(), 24);
    let again = RootSeed::parse(&format!("  {}\n", words.to_uppercase())).unwrap();
    let org = id("org");
    assert_eq!(again.root_key(&org).public(), root.root_key(&org).public());
    assert_eq!(again.recovery_key(&org).public(), root.recovery_key(&org).public());
    assert_ne!(root.root_key(&id("elsewhere")).public(), root.root_key(&org).public());
    let mut swapped: Vec<&str> = words.split(' ').collect();
    swapped.swap(0, 1);
    assert_eq!(RootSeed::parse(&swapped.join(" ")).map(drop), Err(NotASeed));
    assert_eq!(RootSeed::parse(&swapped[..12].join(" ")).map(drop), Err(NotASeed));
}

#[test]
fn secrets_are_never_printed() {
    let code = CaseCode::draw(4_821_093_755_621_180_337).unwrap();
    let invite = Invite::new(Secret::new([0xab; 16]));
    let root = RootSeed::new(Secret::new([0xab; 32]));
    let key = Secret::new([0xab; 32]);
    let setup = ServerSetup::new(&key);
    let printed = format!(
        "{code:?} {invite:?} {root:?} {key:?} {:?} {:?} {setup:?}",
        KemKey::new(key.clone()),
        crypto::sign::SigningKey::from_seed(&key),
    );
    for trace in ["4821", "171", "ab", "AB"] {
        assert!(!printed.contains(trace), "{printed}");
    }
}
