//! The ring of keys that sign checkpoints: the newest signs, all of them verify.

use crypto::Secret;
use crypto::audit::checkpoint;
use crypto::sign::{self, SigningKey};
use domain::Kid;
use storage::audit::{Checkpoint, Point};

use crate::secrets::Secrets;

/// The audit keys of a service, newest first.
pub struct AuditKeys {
    org: crypto::Id,
    keys: Vec<SigningKey>,
}

impl AuditKeys {
    /// The keys in the service's secrets.
    pub fn of(secrets: &Secrets) -> Self {
        let key =
            |key: &crate::secrets::RingKey| SigningKey::from_seed(&Secret::new(*key.expose()));
        Self { org: secrets.org_id, keys: secrets.audit.iter().map(key).collect() }
    }

    /// Signs a point of the chain with the newest key; none in a ring without a key, which no
    /// service starts with.
    pub fn sign(&self, Point { n, a }: Point) -> Option<Checkpoint> {
        let key = self.keys.first()?;
        let sig = key.sign(&checkpoint(&self.org, n, a.as_bytes()));
        Some(Checkpoint { n, a, kid: Kid::new(key.kid()), sig })
    }

    /// Whether one of these keys signed it.
    pub fn signed(&self, signed: &Checkpoint) -> bool {
        let text = checkpoint(&self.org, signed.n, signed.a.as_bytes());
        let named = self.keys.iter().find(|key| key.kid() == *signed.kid.as_bytes());
        named.is_some_and(|key| sign::verify(&key.public(), &text, &signed.sig).is_ok())
    }

    /// The public halves.
    pub fn public(&self) -> Vec<crypto::PublicKey> {
        self.keys.iter().map(SigningKey::public).collect()
    }
}

#[cfg(test)]
mod tests {
    use domain::Hash;

    use super::*;

    #[test]
    fn old_keys_verify_and_the_newest_signs() {
        let before = Secrets::draw().unwrap();
        let point = Point { n: 7, a: Hash::new([9; 32]) };
        let signed = AuditKeys::of(&before).sign(point).unwrap();
        assert!(AuditKeys::of(&before).signed(&signed));

        let drawn = Secrets::draw().unwrap().audit;
        let ring = [drawn, before.audit.clone()].concat();
        let rotated = AuditKeys::of(&Secrets { audit: ring, ..before.clone() });
        assert!(rotated.signed(&signed), "by the older one of the ring");
        let newer = rotated.sign(point).unwrap();
        assert!(rotated.signed(&newer) && newer.kid != signed.kid);
        assert!(!AuditKeys::of(&before).signed(&newer), "by a key that it does not have");
    }

    #[test]
    fn another_point_and_another_organisation_are_not_signed() {
        let secrets = Secrets::draw().unwrap();
        let keys = AuditKeys::of(&secrets);
        let signed = keys.sign(Point { n: 7, a: Hash::new([9; 32]) }).unwrap();
        assert!(!keys.signed(&Checkpoint { n: 8, ..signed.clone() }));
        assert!(!keys.signed(&Checkpoint { a: Hash::new([8; 32]), ..signed.clone() }));
        assert!(!keys.signed(&Checkpoint { sig: [0; 64], ..signed.clone() }));
        let other = AuditKeys::of(&Secrets { org_id: [1; 16], ..secrets });
        assert!(!other.signed(&signed));
    }
}
