//! A map that can take back what a transaction has done to it.

use std::collections::BTreeMap;
use std::collections::btree_map::{Iter, Range};
use std::ops::RangeInclusive;

/// The end of a transaction's changes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// It is final.
    Keep,
    /// It is as if it had never been.
    TakeBack,
}

/// A map with the entries that were replaced since it was last kept.
#[derive(Clone, Debug)]
pub(crate) struct Table<K, V> {
    entries: BTreeMap<K, V>,
    replaced: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), replaced: Vec::new() }
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    pub(crate) fn contains(&self, key: &K) -> bool {
        self.entries.contains_key(key)
    }

    pub(crate) fn set(&mut self, key: K, value: V) {
        let before = self.entries.insert(key.clone(), value);
        self.replaced.push((key, before));
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let before = self.entries.remove(key)?;
        self.replaced.push((key.clone(), Some(before.clone())));
        Some(before)
    }

    /// Sets an entry, and tells whether it is a new one.
    pub(crate) fn set_new(&mut self, key: K, value: V) -> bool {
        let is_new = !self.contains(&key);
        self.set(key, value);
        is_new
    }

    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        self.entries.iter()
    }

    pub(crate) fn range(&self, keys: RangeInclusive<K>) -> Range<'_, K, V> {
        self.entries.range(keys)
    }

    /// Ends what was done since the last end.
    pub(crate) fn end(&mut self, how: End) {
        match how {
            End::Keep => self.replaced.clear(),
            End::TakeBack => self.take_back(),
        }
    }

    fn take_back(&mut self) {
        for (key, before) in self.replaced.drain(..).rev() {
            match before {
                Some(value) => self.entries.insert(key, value),
                None => self.entries.remove(&key),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_since_the_last_keep_is_taken_back() {
        let mut table = Table::default();
        table.set(1, 10);
        table.set(2, 20);
        table.end(End::Keep);
        table.set(1, 11);
        table.set(1, 12);
        assert_eq!(table.remove(&2), Some(20));
        assert_eq!(table.remove(&2), None);
        assert!(table.set_new(3, 30));
        assert!(!table.set_new(1, 13));
        table.end(End::TakeBack);
        assert_eq!(table.iter().collect::<Vec<_>>(), [(&1, &10), (&2, &20)]);
        assert_eq!(table.range(2..=9).count(), 1);
    }
}
