//! Keys without memory of their own.

use super::StateKey;

const WORDS: usize = 8;
/// Most bytes of a key; the byte after them has the length.
const BYTES_MAX: usize = 8 * WORDS - 1;

/// The canonical bytes of a key as big-endian words, filled up with zeros, with their number in the last byte: in the
/// order of the bytes, compared word by word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PackedKey([u64; WORDS]);

impl PackedKey {
    /// What [`StateKey::encode`] gives.
    pub(crate) fn of<K: StateKey>(key: &K) -> Self {
        let mut bytes = [0; BYTES_MAX + 1];
        bytes[0] = K::KIND;
        let mut rest = &mut bytes[1..BYTES_MAX];
        key.serialize(&mut rest).expect("addresses, brand ids and references make keys of at most 60 bytes");
        let unused = u8::try_from(rest.len()).expect("at most 62");
        bytes[BYTES_MAX] = BYTES_MAX as u8 - unused;
        let (words, _) = bytes.as_chunks();
        let mut packed = [0; WORDS];
        for (word, bytes) in packed.iter_mut().zip(words) {
            *word = u64::from_be_bytes(*bytes);
        }
        Self(packed)
    }

    /// Calls `f` with the canonical bytes.
    pub(crate) fn with_bytes<T>(&self, f: impl FnOnce(&[u8]) -> T) -> T {
        let mut bytes = [0; BYTES_MAX + 1];
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(self.0) {
            *bytes = word.to_be_bytes();
        }
        f(&bytes[..usize::from(bytes[BYTES_MAX])])
    }
}

#[cfg(test)]
mod tests {
    use lojal_types::{Address, Reference};

    use super::PackedKey;
    use crate::key::{IssuedKey, RecentKey, SpentKey, StateKey};

    fn is_as_encoded<K: StateKey>(key: &K) {
        PackedKey::of(key).with_bytes(|bytes| assert_eq!(*bytes, *key.encode()));
    }

    #[test]
    fn the_longest_keys_fit_and_every_key_keeps_its_bytes() {
        let brand = "abcdefghijklmno".parse().expect("the longest id");
        is_as_encoded(&SpentKey { household: Address::new([255; 20]), member: Address::new([254; 20]), brand });
        is_as_encoded(&IssuedKey { brand, reference: Reference::new(vec![255; 32]).expect("the longest") });
        is_as_encoded(&RecentKey(0));
        is_as_encoded(&crate::key::ParametersKey);
    }

    #[test]
    fn packed_keys_sort_like_their_bytes() {
        let key = |last: u64| PackedKey::of(&RecentKey(last));
        assert!(key(1) < key(2));
        let brand = "nordmat".parse().expect("a valid id");
        let issued = |bytes: &[u8]| {
            PackedKey::of(&IssuedKey { brand, reference: Reference::new(bytes.to_vec()).expect("short") })
        };
        assert!(issued(&[0]) < issued(&[0, 0]));
        assert!(issued(&[0, 1]) > issued(&[0, 0]));
    }
}
