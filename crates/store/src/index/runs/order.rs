//! The order of the entries in files of the state, and the parts of it that a file has whole.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_ledger::tree::hash_key;

use crate::index::keys;

/// The place of a key among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub(crate) struct Order {
    kind: u8,
    /// The hash of the key without its kind.
    pub(crate) key_hash: [u8; 32],
}

impl Order {
    /// Before every key, and after the last one: the order is a ring.
    pub(super) const START: Self = Self { kind: 0, key_hash: [0; 32] };

    /// None for the empty key, which has no kind.
    pub(super) fn of(key: &[u8]) -> Option<Self> {
        let (kind, rest) = key.split_first()?;
        Some(Self { kind: *kind, key_hash: hash_key(rest) })
    }

    /// Of an entry of the state.
    pub(super) fn of_state(key_hash: [u8; 32]) -> Self {
        Self { kind: keys::STATE, key_hash }
    }

    /// The beginning of the second half of the state.
    pub(super) fn middle() -> Self {
        let mut key_hash = [0; 32];
        key_hash[0] = 0x80;
        Self::of_state(key_hash)
    }

    pub(super) fn is_after_state(&self) -> bool {
        self.kind > keys::STATE
    }

    /// The first byte of the key.
    pub(super) fn kind(&self) -> u8 {
        self.kind
    }
}

/// A part of the ring of all keys: from a place on up to another, perhaps past the start; or all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Span {
    pub(super) from: Order,
    pub(super) to: Order,
    /// Without this, a span that ends where it begins is empty.
    pub(super) is_all: bool,
}

impl Span {
    pub(super) const ALL: Self = Self { from: Order::START, to: Order::START, is_all: true };

    pub(super) fn contains(&self, order: &Order) -> bool {
        let (from, to) = (&self.from, &self.to);
        self.is_all || if from <= to { from <= order && order < to } else { from <= order || order < to }
    }

    /// Together with the one that begins where this ends.
    pub(super) fn and(self, next: Self) -> Self {
        let is_round = !self.is_empty() && !next.is_empty() && (next.to == self.from || next.contains(&self.from));
        if self.is_all || next.is_all || is_round {
            return Self { from: next.to, to: next.to, is_all: true };
        }
        Self { from: self.from, to: next.to, is_all: false }
    }

    fn is_empty(&self) -> bool {
        !self.is_all && self.from == self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(number: u8) -> Order {
        if number == 0 { Order::START } else { Order { kind: keys::STATE, key_hash: [number; 32] } }
    }

    /// The places from 0 to 7 that are in a span.
    fn places(span: &Span) -> Vec<u8> {
        (0..8).filter(|number| span.contains(&place(*number))).collect()
    }

    /// `length` places from `from` on, on a ring of eight.
    fn span(from: u8, length: u8) -> Span {
        Span { from: place(from), to: place((from + length) % 8), is_all: length == 8 }
    }

    #[test]
    fn two_spans_after_each_other_contain_what_either_contains() {
        for (from, one, other) in (0..8).flat_map(|a| (0..9).flat_map(move |b| (0..9).map(move |c| (a, b, c)))) {
            let (first, second) = (span(from, one), span((from + one) % 8, other));
            let both = first.and(second);
            let mut expected = [places(&first), places(&second)].concat();
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(places(&both), expected, "{from} {one} {other}");
            assert_eq!(both.to, second.to);
            assert_eq!(both.is_all, one + other >= 8, "{from} {one} {other}");
        }
    }
}
