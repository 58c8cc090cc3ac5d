//! The receipts of a prepared network: a year of them, each known by its number alone, so that a network that was
//! begun goes on as it would have.

use std::ops::Range;

use lojal_types::TimeMs;
use lojal_types::limits::BLOCK_OPERATIONS_MAX;
use serde::Serialize;

use crate::cluster::BRANDS;
use crate::random::Random;
use crate::workload::START_POINTS;

/// The days that the receipts are spread over.
pub const DAYS: u32 = 365;
const DAY_MS: u64 = 24 * 3_600_000;
/// A receipt that isn't an account's first of a brand is rewarded with 1 to this many points.
const POINTS_MAX: usize = 100;

/// The size of a prepared network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Extent {
    /// Accounts, each with points of all brands.
    pub accounts: usize,
    /// Receipts, an account's first of each brand included.
    pub receipts: usize,
}

/// The receipts of a network that starts at a time.
#[derive(Clone, Copy, Debug)]
pub struct Receipts {
    extent: Extent,
    start: TimeMs,
}

/// One receipt: what a brand gives to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The member's place.
    pub member: usize,
    /// The brand's place.
    pub brand: usize,
    /// Points.
    pub points: u64,
}

impl Receipts {
    /// Of a network of this extent: at least one receipt for each account and brand.
    pub fn new(extent: Extent, start: TimeMs) -> Self {
        Self { extent, start }
    }
    /// The extent of the network.
    pub fn extent(&self) -> Extent {
        self.extent
    }
    /// The blocks that they fill: a few a day, or as many as it takes.
    pub fn blocks(&self) -> usize {
        self.extent.receipts.div_ceil(self.per_block())
    }
    fn per_block(&self) -> usize {
        self.extent.receipts.div_ceil(DAYS as usize).clamp(1, BLOCK_OPERATIONS_MAX)
    }
    /// The numbers of those in a block, by the block's place: 0 is the first after genesis.
    pub fn of_block(&self, block: usize) -> Range<usize> {
        let first = block * self.per_block();
        first..self.extent.receipts.min(first + self.per_block())
    }
    /// The time of a block, by its place. The last one is a year after genesis.
    pub fn time_of(&self, block: usize) -> TimeMs {
        let (block, blocks) = (block as u64 + 1, self.blocks() as u64);
        self.start.plus_ms(u64::from(DAYS) * DAY_MS * block / blocks)
    }
    /// A receipt by its number. First everybody gets what to start with, then members are drawn evenly.
    pub fn get(&self, number: usize) -> Receipt {
        if number < BRANDS.len() * self.extent.accounts {
            return Receipt { member: number / BRANDS.len(), brand: number % BRANDS.len(), points: START_POINTS };
        }
        let mut random = Random::new(number as u64);
        let (member, brand) = (random.below(self.extent.accounts), random.below(BRANDS.len()));
        Receipt { member, brand, points: 1 + random.below(POINTS_MAX) as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_every_receipt_once_and_last_a_year() {
        let start = TimeMs::default();
        for receipts in [6, 365, 1_000, 7_300_000, 7_300_001, 50_000_000] {
            let receipts = Receipts::new(Extent { accounts: 3, receipts }, start);
            let blocks = receipts.blocks();
            let mut next = 0;
            for block in 0..blocks {
                let range = receipts.of_block(block);
                assert!(range.start == next && !range.is_empty() && range.len() <= BLOCK_OPERATIONS_MAX);
                assert!(block == 0 || receipts.time_of(block - 1) < receipts.time_of(block));
                next = range.end;
            }
            assert_eq!(next, receipts.extent().receipts);
            assert_eq!(receipts.time_of(blocks - 1), start.plus_ms(u64::from(DAYS) * DAY_MS));
        }
    }

    #[test]
    fn everybody_starts_with_points_of_all_brands_and_then_anybody_gets_more() {
        let receipts = Receipts::new(Extent { accounts: 10, receipts: 1_000 }, TimeMs::default());
        let mut started = [[false; 2]; 10];
        let mut more = [[0; 2]; 10];
        for number in 0..1_000 {
            let Receipt { member, brand, points } = receipts.get(number);
            if number < 20 {
                assert!(points == START_POINTS && !std::mem::replace(&mut started[member][brand], true));
            } else {
                assert!((1..=POINTS_MAX as u64).contains(&points));
                more[member][brand] += 1;
            }
        }
        assert!(more.iter().flatten().all(|count| (20..80).contains(count)), "{more:?}");
    }
}
