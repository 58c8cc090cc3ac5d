//! The generator behind every choice of a run: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
//! generators", 2014), because its numbers stay the same whatever the versions of libraries.

use std::ops::RangeInclusive;

/// A generator of random numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator with a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator of its own for each purpose, so that a change of one leaves the others' numbers alone.
    pub fn of(seed: u64, purpose: &str) -> Self {
        let mut random = Self::new(seed);
        for byte in purpose.bytes() {
            random.0 ^= u64::from(byte);
            random.0 = random.number();
        }
        random
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number().checked_rem(end).unwrap_or(0)
    }

    /// A number in a range.
    pub fn within(&mut self, range: RangeInclusive<u64>) -> u64 {
        let width = range.end().saturating_sub(*range.start());
        range.start().saturating_add(self.below(width.saturating_add(1)))
    }

    /// True so many times in a thousand.
    pub fn permille(&mut self, permille: u64) -> bool {
        self.below(1_000) < permille
    }

    /// An index into a list of this length.
    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// Bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.number().to_le_bytes()[0]).collect()
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
    fn the_numbers_are_those_of_the_paper() {
        let mut random = Random::new(1_234_567);
        assert_eq!(random.number(), 6_457_827_717_110_365_317);
        assert_eq!(random.number(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn choices_stay_in_their_ranges() {
        let mut random = Random::of(1, "test");
        for _ in 0..1_000 {
            assert!((3..=5).contains(&random.within(3..=5)));
            assert!(random.below(7) < 7);
        }
        assert_eq!(random.below(0), 0);
        assert!(!random.permille(0) && random.permille(1_000));
        assert_eq!(random.some_of(4, 9), [0, 1, 2, 3]);
        assert_eq!(random.some_of(4, 2).len(), 2);
    }

    #[test]
    fn every_purpose_has_numbers_of_its_own() {
        assert_ne!(Random::of(1, "network").number(), Random::of(1, "workload").number());
        assert_ne!(Random::of(1, "network").number(), Random::of(2, "network").number());
    }
}
