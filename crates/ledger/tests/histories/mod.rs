//! The shape of random histories.

pub(super) const BLOCKS_MAX: u64 = 40;
pub(super) const TRANSACTIONS_MAX: u64 = 16;

const SECOND_MS: u64 = 1_000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

/// The distances between blocks in time: mostly a little, and now and then over the ends of months and years.
pub(super) const STEPS_MS: [u64; 16] = [
    1,
    SECOND_MS,
    SECOND_MS,
    5 * SECOND_MS,
    MINUTE_MS,
    MINUTE_MS,
    MINUTE_MS,
    MINUTE_MS,
    40 * MINUTE_MS,
    40 * MINUTE_MS,
    DAY_MS,
    DAY_MS,
    3 * DAY_MS,
    20 * DAY_MS,
    45 * DAY_MS,
    400 * DAY_MS,
];
