//! The parts of all key hashes of which a file has every page.

use borsh::{BorshDeserialize, BorshSerialize};

/// The first of all key hashes, and what comes after the last one: they are a ring.
pub(super) const START: [u8; 32] = [0; 32];

/// A part of the ring of all key hashes: from one on up to another, perhaps past the start; or all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Span {
    pub(super) from: [u8; 32],
    pub(super) to: [u8; 32],
    /// Without this, a span that ends where it begins is empty.
    pub(super) is_all: bool,
}

impl Span {
    pub(super) const ALL: Self = Self { from: START, to: START, is_all: true };

    fn contains(&self, place: &[u8; 32]) -> bool {
        let (from, to) = (&self.from, &self.to);
        self.is_all || if from <= to { from <= place && place < to } else { from <= place || place < to }
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

    /// The places from 0 to 7 that are in a span.
    fn places(span: &Span) -> Vec<u8> {
        (0..8).filter(|number| span.contains(&[*number; 32])).collect()
    }

    /// `length` places from `from` on, on a ring of eight.
    fn span(from: u8, length: u8) -> Span {
        Span { from: [from; 32], to: [(from + length) % 8; 32], is_all: length == 8 }
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
