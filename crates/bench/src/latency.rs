//! Latencies and their percentiles.

use serde::Serialize;

/// The latencies of transactions, each counted as often as there were of it.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<(u64, u32)>);

/// The percentiles of latencies, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Percentiles {
    /// Half took at most this.
    pub p50_ms: f64,
    /// 90 of 100.
    pub p90_ms: f64,
    /// 99 of 100.
    pub p99_ms: f64,
    /// 999 of 1000.
    pub p999_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

impl Latencies {
    /// Adds `count` transactions that took `us` microseconds.
    pub fn add(&mut self, us: u64, count: u32) {
        self.0.push((us, count));
    }
    /// The percentiles; all 0 of nothing. A percentile is the smallest latency that so many per cent don't exceed.
    pub fn percentiles(mut self) -> Percentiles {
        self.0.sort_unstable();
        let total: u64 = self.0.iter().map(|(_, count)| u64::from(*count)).sum();
        let at = |part: f64| {
            let rank = ((total as f64 * part).ceil() as u64).max(1);
            let mut seen = 0;
            let found = self.0.iter().find(|(_, count)| {
                seen += u64::from(*count);
                seen >= rank
            });
            found.map_or(0.0, |(us, _)| *us as f64 / 1000.0)
        };
        Percentiles { p50_ms: at(0.5), p90_ms: at(0.9), p99_ms: at(0.99), p999_ms: at(0.999), max_ms: at(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_count_every_transaction() {
        let mut latencies = Latencies::default();
        for ms in 1..=100 {
            latencies.add(ms * 1000, 10);
        }
        let found = latencies.percentiles();
        let expected = Percentiles { p50_ms: 50.0, p90_ms: 90.0, p99_ms: 99.0, p999_ms: 100.0, max_ms: 100.0 };
        assert_eq!(found, expected);
    }

    #[test]
    fn one_latency_is_every_percentile_and_none_is_zero() {
        assert_eq!(Latencies::default().percentiles(), Percentiles::default());
        let mut one = Latencies::default();
        one.add(1500, 3);
        let found = one.percentiles();
        assert_eq!((found.p50_ms, found.p999_ms), (1.5, 1.5));
    }
}
