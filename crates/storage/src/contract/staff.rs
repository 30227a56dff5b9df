//! Staff members and their sign-ins.

use domain::SignInId;
use domain::audit::Actor;

use super::world::{DAY, START, World, at};
use super::{Fixture, assert_refused, ok};
use crate::StorageError;
use crate::signins::{FactorUse, NewSignIn, Refresh};
use crate::staff::Standing;

pub(super) async fn from_invite_to_member(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let staff = &world.store.staff;
    let invite = world.invite();
    ok(staff.invite(invite.clone(), Actor::Staff(one.id), START).await);
    assert!(ok(staff.find_invite(invite.iid_hash, at(1)).await) == invite);
    assert_refused!(staff.find_invite(invite.iid_hash, at(3 * DAY)).await, StorageError::Expired);
    assert_refused!(staff.find_invite(world.hash(), at(1)).await, StorageError::NotFound);

    let (first, second) = (world.hash(), world.hash());
    let start = async |start, drawn: &[u8]| {
        ok(staff.start_enrolment(invite.iid_hash, start, drawn.to_vec(), at(1)).await)
    };
    assert!(ok(staff.enrolment_secret(invite.iid_hash, at(1)).await).is_none());
    assert_eq!(start(first, b"one").await, b"one");
    assert_eq!(start(first, b"two").await, b"one", "the same start is shown the same");
    assert_eq!(start(second, b"three").await, b"three", "another knows nothing of it");
    let secret = async || ok(staff.enrolment_secret(invite.iid_hash, at(1)).await);
    assert_eq!(secret().await.as_deref(), Some(&b"three"[..]));

    let enrolment = world.enrolment(&invite, "three");
    let id = ok(staff.enrol(enrolment.clone()).await);
    assert_eq!(ok(staff.enrol(enrolment.clone()).await), id, "a retry is answered the same");
    assert!(secret().await.is_some(), "for a retry");
    let late = staff.start_enrolment(invite.iid_hash, first, b"late".to_vec(), at(1));
    assert_refused!(late.await, StorageError::Reused);
    let other = world.enrolment(&invite, "somebody else");
    assert_refused!(staff.enrol(other).await, StorageError::Reused);
    assert_refused!(staff.find_invite(invite.iid_hash, at(1)).await, StorageError::Reused);
    let second = world.invite();
    ok(staff.invite(second.clone(), Actor::Staff(one.id), START).await);
    let same_mail = crate::staff::Enrolment {
        email_tag: enrolment.email_tag,
        ..world.enrolment(&second, "four")
    };
    assert_refused!(staff.enrol(same_mail).await, StorageError::Exists);

    let waiting = ok(staff.waiting().await);
    assert_eq!(waiting.len(), 1);
    assert!(waiting[0].q == enrolment.q && waiting[0].display_name == "three");
    let credentials = ok(staff.credentials(enrolment.email_tag).await).expect("known");
    assert!(credentials.opaque == enrolment.opaque && credentials.totp == enrolment.totp);
    assert!(ok(staff.credentials(world.hash()).await).is_none());

    let three = super::world::Person { id, sig: enrolment.sig_kid, kem: enrolment.kem_kid };
    ok(world.store.org.publish_roster(world.roster(2, &[one, three])).await);
    assert!(ok(staff.waiting().await).is_empty());
    let standing = |member: &crate::staff::Member| (member.staff, member.standing);
    let list = ok(staff.list().await);
    assert_eq!(
        list.iter().map(standing).collect::<Vec<_>>(),
        [(one.id, Standing::Member), (two.id, Standing::Former), (id, Standing::Member),]
    );
    assert_eq!(list.iter().map(|member| member.alias).collect::<Vec<_>>(), [1, 2, 3]);
}

pub(super) async fn vault_and_passphrase(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let staff = &world.store.staff;
    assert_eq!(ok(staff.vault(one.id).await).version, 1);
    assert_eq!(ok(staff.put_vault(one.id, 1, b"vault 2".to_vec()).await), 2);
    assert_refused!(staff.put_vault(one.id, 1, b"late".to_vec()).await, StorageError::StaleVersion);
    let change = |expected| {
        staff.change_passphrase(one.id, b"new".to_vec(), expected, b"vault 3".to_vec(), at(1))
    };
    assert_refused!(change(1).await, StorageError::StaleVersion);
    assert_eq!(ok(staff.credentials_of(one.id).await).opaque, b"opaque of one");
    assert_eq!(ok(change(2).await), 3);
    assert_eq!(ok(staff.credentials_of(one.id).await).opaque, b"new");
    assert_eq!(ok(staff.vault(one.id).await).blob, b"vault 3");
}

fn refresh(world: &World) -> Refresh {
    let hash = world.hash();
    Refresh { token: *hash.as_bytes(), hash }
}

pub(super) async fn refresh_tokens_rotate(fixture: &mut dyn Fixture) {
    let (world, one, _) = World::new(fixture.store()).await;
    let sign_ins = &world.store.sign_ins;
    let [first, second, third, stray] = std::array::from_fn(|_| refresh(&world));
    let new = NewSignIn {
        sid: SignInId::new([1; 16]),
        staff: one.id,
        refresh: first.clone(),
        expires_at: at(12 * 60 * 60),
        now: START,
    };
    ok(sign_ins.sign_in(new.clone()).await);
    let rotate = |from: &Refresh, to: &Refresh, now| sign_ins.rotate(from.hash, to.clone(), now);
    assert_eq!(ok(rotate(&first, &second, at(1)).await).1, second.token);
    // Two tabs at once: the slower gets the same successor.
    assert_eq!(ok(rotate(&first, &stray, at(10)).await).1, second.token);
    ok(sign_ins.confirm(new.sid, at(20)).await);
    let (signed_in, token) = ok(rotate(&second, &third, at(21)).await);
    assert_eq!((token, signed_in.factor_at), (third.token, at(20)));
    assert_refused!(rotate(&world_unknown(&world), &stray, at(22)).await, StorageError::NotFound);
    assert_refused!(rotate(&first, &stray, at(22)).await, StorageError::Reused);
    assert_refused!(rotate(&third, &stray, at(23)).await, StorageError::NotFound);
    assert_refused!(sign_ins.get(new.sid, at(23)).await, StorageError::NotFound);
    assert_eq!(ok(sign_ins.revoked_since(at(22)).await), [new.sid]);

    let later = NewSignIn { sid: SignInId::new([2; 16]), refresh: stray, ..new };
    ok(sign_ins.sign_in(later.clone()).await);
    ok(world.store.staff.disable(one.id, Actor::Cli("root".into()), at(30)).await);
    assert_refused!(sign_ins.get(later.sid, at(30)).await, StorageError::NotFound);
    let after = NewSignIn { sid: SignInId::new([3; 16]), refresh: refresh(&world), ..later };
    assert_refused!(sign_ins.sign_in(after).await, StorageError::Disabled);
    ok(world.store.jobs.expire(at(DAY)).await);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM refresh_tokens").await, 0);
}

fn world_unknown(world: &World) -> Refresh {
    refresh(world)
}

pub(super) async fn steps_once(fixture: &mut dyn Fixture) {
    let (world, one, two) = World::new(fixture.store()).await;
    let step = 1_700_000_000 / 30;
    let used = |who, what| world.store.sign_ins.use_step(who, step, what);
    ok(used(one.id, FactorUse::SignIn).await);
    assert_refused!(used(one.id, FactorUse::SignIn).await, StorageError::Reused);
    ok(used(one.id, FactorUse::Confirmation).await);
    ok(used(two.id, FactorUse::SignIn).await);
    ok(world.store.jobs.expire(at(DAY)).await);
    assert_eq!(fixture.count("SELECT COUNT(*) FROM totp_steps").await, 0);
}
