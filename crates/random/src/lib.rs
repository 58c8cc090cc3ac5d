//! Numbers that look random and follow from a seed, the same on every machine: SplitMix64 (Steele, Lea and Flood, "Fast
//! splittable pseudorandom number generators", 2014). No library's next version changes them, so a seed stays a run.
//!
//! For tests, simulations and benchmarks. Nothing secret may come from it.

use std::ops::{Range, RangeInclusive};

/// A stream of numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream of its own for each purpose, so that a change of one leaves the others' numbers alone.
    pub fn of(seed: u64, purpose: &str) -> Self {
        let seed_of = |seed: u64, byte: u8| Self(seed ^ u64::from(byte)).number();
        Self(purpose.bytes().fold(seed, seed_of))
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        self.number().to_le_bytes()[0]
    }

    /// Bytes of a given number.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.byte()).collect()
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number().checked_rem(end).unwrap_or(0)
    }

    /// At least the start and less than the end; the start of an empty range.
    pub fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.below(range.end.saturating_sub(range.start))
    }

    /// At least the start and at most the end; the start of an empty range.
    pub fn between(&mut self, range: RangeInclusive<u64>) -> u64 {
        let width = range.end().saturating_sub(*range.start());
        range.start().saturating_add(self.below(width.saturating_add(1)))
    }

    /// True once in two times.
    pub fn coin(&mut self) -> bool {
        self.number() & 1 == 1
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// True so many times in a thousand.
    pub fn permille(&mut self, permille: u64) -> bool {
        self.below(1_000) < permille
    }

    /// A place in a list of this length; 0 if it is empty.
    pub fn index(&mut self, length: usize) -> usize {
        let length = u64::try_from(length).expect("lengths fit");
        usize::try_from(self.below(length)).expect("less than the length")
    }

    /// One of several, if there are any.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { from.get(self.index(from.len())).cloned() }
    }

    /// `count` different numbers below `end`, in rising order; all if there are not as many.
    pub fn some_of(&mut self, end: usize, count: usize) -> Vec<usize> {
        let mut left: Vec<usize> = (0..end).collect();
        while left.len() > count {
            let gone = self.index(left.len());
            left.remove(gone);
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_published_numbers() {
        let mut random = Random::new(1_234_567);
        let numbers: Vec<u64> = (0..3).map(|_| random.number()).collect();
        assert_eq!(numbers, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn choices_stay_in_their_ranges() {
        let mut random = Random::of(1, "test");
        for _ in 0..1_000 {
            assert!((3..7).contains(&random.within(3..7)));
            assert!((3..=5).contains(&random.between(3..=5)));
            assert!(random.below(7) < 7 && random.index(3) < 3);
        }
        assert_eq!((random.within(5..5), random.below(0), random.index(0), random.pick::<u8>(&[])), (5, 0, 0, None));
        assert!(!random.permille(0) && random.permille(1_000) && random.once_in(1));
        assert_eq!(random.some_of(4, 9), [0, 1, 2, 3]);
        assert_eq!((random.some_of(4, 2).len(), random.bytes(5).len()), (2, 5));
    }

    #[test]
    fn every_purpose_has_numbers_of_its_own() {
        assert_ne!(Random::of(1, "network").number(), Random::of(1, "workload").number());
        assert_ne!(Random::of(1, "network").number(), Random::of(2, "network").number());
    }
}
