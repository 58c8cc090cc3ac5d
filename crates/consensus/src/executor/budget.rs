//! The size that a block of this node may have: what every validator can execute well within a round's waits.
//!
//! A block that takes longer to execute than the others wait for it costs the round, and the next proposer's block is
//! no smaller: under load, consensus would fall behind for good. So a proposer counts what work costs it of late, fills
//! a block for a fixed time, and halves that when rounds fail all the same: by a slow network, or slower validators.

use std::time::Duration;

use crate::limits::{BLOCK_EXECUTION_TIME, BLOCK_WORK_MIN, ROUND_HALVINGS_MAX, WORK_TIME_START};

/// The cost of a unit of work as measured, and how often rounds have failed of late.
pub(super) struct Budget {
    work_ns: u64,
    halvings: u32,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { work_ns: nanoseconds(WORK_TIME_START), halvings: 0 }
    }

    /// The amount of work that the next block may be (see [`work_of`](crate::mempool::work_of)).
    pub(super) fn work(&self) -> usize {
        let count = (nanoseconds(BLOCK_EXECUTION_TIME) >> self.halvings) / self.work_ns.max(1);
        usize::try_from(count).unwrap_or(usize::MAX).max(BLOCK_WORK_MIN)
    }

    /// A block was executed. One of little work tells little about what that costs.
    pub(super) fn record_execution(&mut self, work: usize, took: Duration) {
        if work >= BLOCK_WORK_MIN {
            let cost = nanoseconds(took) / work as u64;
            self.work_ns = (self.work_ns.saturating_mul(3).saturating_add(cost)) / 4;
        }
    }

    /// A round ended without a decision.
    pub(super) fn record_failed_round(&mut self) {
        self.halvings = ROUND_HALVINGS_MAX.min(self.halvings + 1);
    }

    /// A height was decided in a round; the first is what everything is made for.
    pub(super) fn record_decision(&mut self, round: u32) {
        if round == 0 {
            self.halvings = self.halvings.saturating_sub(1);
        }
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_holds_what_can_be_executed_in_the_time_for_it() {
        let mut budget = Budget::new();
        let unit = Duration::from_micros(100);
        (0..100).for_each(|_| budget.record_execution(1_000, unit * 1_000));
        let expected = (BLOCK_EXECUTION_TIME.as_micros() / unit.as_micros()) as usize;
        assert!(budget.work().abs_diff(expected) <= 1, "{}", budget.work());
    }

    #[test]
    fn a_block_of_little_work_says_nothing() {
        let mut budget = Budget::new();
        let before = budget.work();
        budget.record_execution(BLOCK_WORK_MIN - 1, Duration::from_secs(10));
        assert_eq!(budget.work(), before);
    }

    #[test]
    fn failed_rounds_halve_it_down_to_a_minimum_and_decisions_in_the_first_round_bring_it_back() {
        let mut budget = Budget::new();
        let before = budget.work();
        budget.record_failed_round();
        assert_eq!(budget.work(), before / 2);
        (0..100).for_each(|_| budget.record_failed_round());
        assert_eq!(budget.work(), BLOCK_WORK_MIN.max(before >> ROUND_HALVINGS_MAX));
        budget.record_decision(1);
        assert_eq!(budget.halvings, ROUND_HALVINGS_MAX);
        (0..ROUND_HALVINGS_MAX).for_each(|_| budget.record_decision(0));
        assert_eq!(budget.work(), before);
    }
}
