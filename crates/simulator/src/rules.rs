//! Histories of the ledger's rules alone: blocks hours, months and years apart, executed by the ledger and followed by
//! the naive model, without a network around them.

#[path = "../../ledger/tests/blocks/mod.rs"]
mod blocks;
#[path = "../../ledger/tests/follow/mod.rs"]
mod follow;
#[path = "../../ledger/tests/histories/mod.rs"]
mod histories;

use crate::oracles::shown;

/// Follows a history; answers with the first thing in which ledger and model differ.
pub fn difference(seed: u64) -> Option<String> {
    follow::follow(seed, false).err()
}
