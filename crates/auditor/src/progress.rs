//! A line on stderr, at most once a second, while an audit runs.

use std::time::{Duration, Instant};

use lojal_chain::CommittedBlock;

/// Shortest time between two lines.
const INTERVAL: Duration = Duration::from_secs(1);

/// The progress of an audit, for a person who waits for it.
pub struct Progress {
    shown: bool,
    last_line: Instant,
    transactions: u128,
}

impl Progress {
    /// Begins an audit; says nothing at all unless `shown`.
    pub fn new(shown: bool) -> Self {
        Self { shown, last_line: Instant::now(), transactions: 0 }
    }
    /// Counts a verified block.
    pub fn block(&mut self, block: &CommittedBlock) {
        self.transactions = self.transactions.saturating_add(block.transactions.len() as u128);
        let elapsed = self.last_line.elapsed();
        if !self.shown || elapsed < INTERVAL {
            return;
        }
        let per_second = self.transactions.saturating_mul(1000) / elapsed.as_millis().max(1);
        lojal_print::note(format!("height {}: {per_second} transactions/s", block.header.height));
        self.last_line = Instant::now();
        self.transactions = 0;
    }
}
