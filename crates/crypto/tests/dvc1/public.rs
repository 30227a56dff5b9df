//! Public vectors: RFC 9180, RFC 9106 and Wycheproof.

use std::path::Path;

use crypto::hash::{hkdf, hmac, hmac_is};
use crypto::kem::{self, KemKey};
use crypto::{Secret, gcm, sign};
use serde_json::Value;
use wycheproof::TestResult;

use crate::support::run::{bytes, fixed};

#[test]
fn rfc_9180_our_suite() {
    let path = "../../tests/vectors/rfc9180_x25519_aes256gcm_base.json";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for vector in file.as_array().unwrap() {
        let receiver = KemKey::derive(&bytes(&vector["ikmR"]));
        assert_eq!(receiver.public(), fixed(&vector["pkRm"]));
        let ephemeral = KemKey::derive(&bytes(&vector["ikmE"]));
        assert_eq!(ephemeral.public(), fixed(&vector["pkEm"]));
        // The library keeps scalars clamped, so private keys are compared by what they give.
        for (private, public) in [("skRm", "pkRm"), ("skEm", "pkEm")] {
            let key = KemKey::new(Secret::new(fixed(&vector[private])));
            assert_eq!(key.public(), fixed(&vector[public]));
        }
        let (info, first) = (bytes(&vector["info"]), &vector["encryptions"][0]);
        let (aad, plain) = (bytes(&first["aad"]), bytes(&first["pt"]));
        let ikm_e = Secret::new(fixed(&vector["ikmE"]));
        let sealed = kem::seal(&receiver.public(), &info, &aad, &plain, &ikm_e).unwrap();
        assert_eq!(sealed.enc, fixed(&vector["enc"]));
        assert_eq!(sealed.ct, bytes(&first["ct"]));
        assert_eq!(kem::open(&receiver, &sealed.enc, &info, &aad, &sealed.ct).unwrap(), plain);
        // One shot is the first encryption of a context; the others share its key.
        let (key, n) = (fixed(&vector["key"]), vector["encryptions"].as_array().unwrap());
        for other in n {
            let made = gcm::seal(
                &key,
                &fixed(&other["nonce"]),
                &bytes(&other["aad"]),
                &bytes(&other["pt"]),
            );
            assert_eq!(made, bytes(&other["ct"]));
        }
    }
}

#[test]
fn rfc_9106_argon2id() {
    let params = argon2::ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(argon2::AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    let (kind, version) = (argon2::Algorithm::Argon2id, argon2::Version::V0x13);
    let argon = argon2::Argon2::new_with_secret(&[3; 8], kind, version, params).unwrap();
    let mut tag = [0; 32];
    argon.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
    let expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";
    assert_eq!(hex::encode(tag), expected);
}

#[test]
fn wycheproof_ed25519_is_verified_strictly() {
    use wycheproof::eddsa::{TestName, TestSet};
    let set = TestSet::load(TestName::Ed25519).unwrap();
    for group in &set.test_groups {
        let key = group.key.pk.as_ref().try_into().unwrap();
        for test in &group.tests {
            let good = sign::verify(&key, &test.msg, &test.sig).is_ok();
            assert_eq!(good, test.result == TestResult::Valid, "{test:?}");
        }
    }
}

#[test]
fn wycheproof_aes_256_gcm() {
    use wycheproof::aead::{TestName, TestSet};
    let (set, mut run) = (TestSet::load(TestName::AesGcm).unwrap(), 0);
    let ours = |group: &&wycheproof::aead::TestGroup| {
        (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 128)
    };
    for test in set.test_groups.iter().filter(ours).flat_map(|group| &group.tests) {
        run += 1;
        let key = test.key.as_ref().try_into().unwrap();
        let nonce = test.nonce.as_ref().try_into().unwrap();
        let sealed = [test.ct.as_ref(), test.tag.as_ref()].concat();
        let opened = gcm::open(&key, &nonce, &test.aad, &sealed);
        if test.result.must_fail() {
            assert!(opened.is_err(), "{test:?}");
        } else {
            assert_eq!(opened.unwrap(), test.pt.as_ref());
            assert_eq!(gcm::seal(&key, &nonce, &test.aad, &test.pt), sealed);
        }
    }
    assert!(run > 50);
}

#[test]
fn wycheproof_hmac_sha256() {
    use wycheproof::mac::{TestName, TestSet};
    let set = TestSet::load(TestName::HmacSha256).unwrap();
    for group in set.test_groups.iter().filter(|group| group.tag_size == 256) {
        for test in &group.tests {
            let good = hmac_is(&test.key, &test.msg, &test.tag);
            assert_eq!(good, !test.result.must_fail(), "{test:?}");
            if good {
                assert_eq!(hmac(&test.key, &test.msg), test.tag.as_ref());
            }
        }
    }
}

#[test]
fn wycheproof_hkdf_sha256() {
    use wycheproof::hkdf::{TestName, TestSet};
    let set = TestSet::load(TestName::HkdfSha256).unwrap();
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        // The length is part of the type: one that is too large does not compile.
        if test.result.must_fail() {
            assert!(test.size > 8160);
            continue;
        }
        let made: Secret<8160> = hkdf(&test.ikm, &test.salt, &test.info);
        // HKDF's shorter outputs are the beginnings of its longest.
        assert_eq!(&made.expose()[..test.size], test.okm.as_ref(), "{test:?}");
    }
}

#[test]
fn wycheproof_x25519() {
    use wycheproof::xdh::{TestFlag, TestName, TestSet};
    let set = TestSet::load(TestName::X25519).unwrap();
    let mut weak = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let public: [u8; 32] = test.public_key.as_ref().try_into().unwrap();
        let private = test.private_key.as_ref().try_into().unwrap();
        let shared = x25519_dalek::x25519(private, public);
        assert_eq!(shared, test.shared_secret.as_ref(), "{test:?}");
        // Nothing is ever sealed to a key that gives everyone the same secret.
        let sealed = kem::seal(&public, b"", b"", b"", &Secret::new([7; 32]));
        let is_weak = test.flags.contains(&TestFlag::ZeroSharedSecret);
        assert_eq!(sealed.is_err(), is_weak, "{test:?}");
        weak += usize::from(is_weak);
    }
    assert!(weak > 0);
}
