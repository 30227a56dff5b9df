use super::*;

const HERE: Place<'static> = Place { table: "messages", row_key: &[7; 16], column: "envelope" };

#[test]
fn a_sealed_value_opens_in_its_place_only() {
    let key = ShredKey::draw().unwrap();
    let sealed = key.seal(HERE, b"hello").unwrap();
    assert_eq!(sealed.len(), 1 + NONCE + 5 + 16);
    assert_eq!(key.open(HERE, &sealed).unwrap(), b"hello");
    for elsewhere in [
        Place { table: "records", ..HERE },
        Place { row_key: &[8; 16], ..HERE },
        Place { column: "body", ..HERE },
    ] {
        assert_eq!(key.open(elsewhere, &sealed), Err(SealingError::DoesNotOpen));
    }
}

#[test]
fn a_shredded_key_leaves_nothing_that_opens() {
    let sealed = ShredKey::draw().unwrap().seal(HERE, b"hello").unwrap();
    assert_eq!(ShredKey::draw().unwrap().open(HERE, &sealed), Err(SealingError::DoesNotOpen));
}

#[test]
fn after_a_rotation_old_values_open_and_new_ones_name_the_new_key() {
    let old = KeyRing::new([(1, [1; 32])]).unwrap();
    let sealed = old.seal(HERE, b"hello").unwrap();
    let ring = KeyRing::new([(2, [2; 32]), (1, [1; 32])]).unwrap();
    assert_eq!(ring.open(HERE, &sealed).unwrap(), b"hello");
    assert_eq!(ring.seal(HERE, b"hello").unwrap().first(), Some(&2));
    let later = KeyRing::new([(2, [2; 32])]).unwrap();
    assert_eq!(later.open(HERE, &sealed), Err(SealingError::UnknownKey(1)));
}

#[test]
fn every_flipped_byte_is_refused() {
    let key = ShredKey::draw().unwrap();
    let sealed = key.seal(HERE, b"hello").unwrap();
    for index in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[index] ^= 1;
        assert_eq!(key.open(HERE, &changed), Err(SealingError::DoesNotOpen));
    }
    assert_eq!(key.open(HERE, &sealed[..5]), Err(SealingError::DoesNotOpen));
}

#[test]
fn a_ring_without_keys_or_with_a_doubled_number_is_refused() {
    for keys in [vec![], vec![(0, [1; 32])], vec![(1, [1; 32]), (1, [2; 32])]] {
        assert_eq!(KeyRing::new(keys).err(), Some(SealingError::BadRing));
    }
}
