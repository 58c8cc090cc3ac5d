//! Keys without memory of their own, and where hash tables keep them.

use lojal_types::Month;
use lojal_types::hash::hash;

use super::{StateKey, shelf_of};

/// Most bytes of a key, and one more with the length.
const BYTES: usize = 64;
const BYTES_MAX: usize = BYTES - 1;
const WORDS: usize = BYTES / 8;

/// The canonical bytes of a key, filled up with zeros, with their number in the last byte.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct PackedKey([u8; BYTES]);

impl PackedKey {
    /// Packs the bytes that [`StateKey::encode`] gives.
    pub(crate) fn of<K: StateKey>(key: &K) -> Self {
        let mut bytes = [0; BYTES];
        bytes[0] = K::KIND;
        let mut rest = &mut bytes[1..BYTES_MAX];
        key.serialize(&mut rest).expect("addresses, brand ids and references make keys of at most 60 bytes");
        let unused = u8::try_from(rest.len()).expect("at most 62");
        bytes[BYTES_MAX] = BYTES_MAX as u8 - unused;
        Self(bytes)
    }

    /// The key with these canonical bytes.
    #[cfg(test)]
    pub(crate) fn from_bytes(canonical: &[u8]) -> Self {
        let mut bytes = [0; BYTES];
        bytes[..canonical.len()].copy_from_slice(canonical);
        bytes[BYTES_MAX] = canonical.len() as u8;
        Self(bytes)
    }

    /// The number of the key's kind.
    pub(crate) fn kind(&self) -> u8 {
        self.0[0]
    }

    /// The month on whose shelf the key's record lies.
    pub(crate) fn shelf(&self) -> Option<Month> {
        shelf_of(self.as_bytes())
    }

    /// The canonical bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0[..usize::from(self.0[BYTES_MAX])]
    }
}

/// A hash function for tables of one block, chosen by a state root: whoever makes up keys before that root exists has
/// no use of keys that collide. NH of UMAC (RFC 4418, section 5.2.2) over words of 64 bits, which needs no more for
/// that.
#[derive(Clone, Copy)]
pub(crate) struct TableHash([u64; WORDS]);

impl TableHash {
    /// The function that a state root chooses.
    pub(crate) fn new(root: &[u8; 32]) -> Self {
        let halves = [0, 1].map(|half| hash("lojal/table/v1", &[root, &[half]]));
        let mut chosen = [0; WORDS];
        for (word, bytes) in chosen.iter_mut().zip(halves.as_flattened().as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        Self(chosen)
    }

    /// The hash by which a table places a key.
    pub(crate) fn of(&self, key: &PackedKey) -> u32 {
        let (words, _) = key.0.as_chunks();
        let mut sum = 0_u128;
        for (words, chosen) in words.as_chunks::<2>().0.iter().zip(self.0.as_chunks::<2>().0) {
            let [first, second] = [0, 1].map(|one| u64::from_le_bytes(words[one]).wrapping_add(chosen[one]));
            sum = sum.wrapping_add(u128::from(first) * u128::from(second));
        }
        let folded = (sum >> 64) as u64 ^ sum as u64;
        (folded >> 32) as u32 ^ folded as u32
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use lojal_types::{Address, Month, Reference};

    use super::{PackedKey, TableHash};
    use crate::key::{IssuedKey, RecentKey, SpentKey, StateKey};

    fn is_as_encoded<K: StateKey>(key: &K) {
        assert_eq!(*PackedKey::of(key).as_bytes(), *key.encode());
    }

    #[test]
    fn the_longest_keys_fit_and_every_key_keeps_its_bytes() {
        let brand = "abcdefghijklmno".parse().expect("the longest id");
        is_as_encoded(&SpentKey { household: Address::new([255; 20]), member: Address::new([254; 20]) });
        let (shelf, reference) = (Month::new(u16::MAX), Reference::new(vec![255; 32]).expect("the longest"));
        is_as_encoded(&IssuedKey { shelf, brand, reference });
        is_as_encoded(&RecentKey(0));
        is_as_encoded(&crate::key::ParametersKey);
    }

    #[test]
    fn a_table_spreads_keys_that_hardly_differ_and_every_root_in_another_way() {
        let places = |root: u8| {
            let hash = TableHash::new(&[root; 32]);
            (0..4096).map(move |minute| hash.of(&PackedKey::of(&RecentKey(minute))) % 4096)
        };
        let taken: BTreeSet<u32> = places(1).collect();
        assert!(taken.len() > 2048, "of 4096 places, {} are taken", taken.len());
        let same = places(1).zip(places(2)).filter(|(one, another)| one == another).count();
        assert!(same < 64, "{same} of 4096 keys are where they were");
    }
}
