//! Choices that look random and are the same in every run.

/// A stream of choices from a seed, so that two runs do the same.
pub struct Random(lojal_random::Random);

impl Random {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(lojal_random::Random::new(seed))
    }
    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.number()
    }
    /// Evenly from 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
    /// Evenly from 0 to below `end`, which is at least 1.
    pub fn below(&mut self, end: usize) -> usize {
        self.skewed(end, 1)
    }
    /// From 0 to below `end`: the power `skew` of an even choice. 1 is even; with 3 the first hundredth of all gets a
    /// fifth of the choices. The baseline's pgbench script has the same formula.
    pub fn skewed(&mut self, end: usize, skew: i32) -> usize {
        ((self.unit().powi(skew) * end as f64) as usize).min(end - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_stay_in_range_and_skew_prefers_the_first() {
        let mut random = Random::new(1);
        let mut share = |skew| (0..10_000).filter(|_| random.skewed(1_000, skew) < 10).count();
        let (even, skewed) = (share(1), share(3));
        assert!((50..150).contains(&even), "{even}");
        assert!((1_900..2_400).contains(&skewed), "{skewed}");
        assert!((0..1_000).all(|_| random.below(3) < 3));
        assert_eq!(random.below(1), 0);
    }
}
