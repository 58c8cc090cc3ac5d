//! The state transition: what a block of verified transactions does to the state, and nothing else.
//!
//! - [`state`]: what the ledger remembers, and its beginning.
//! - [`execute`]: a block's transactions, one after the other, into an [`Execution`] that the caller applies when the
//!   block is decided.
//! - [`Simulation`]: what one transaction would do.
//! - [`admission`]: what a transaction must satisfy before it can be in a block at all.
//! - [`Concerned`]: the accounts that a block's transactions concern.
//! - [`Usage`]: what transactions take of their sender's allowance for a day.
//! - [`operations`]: the rules of every operation, one file per group.
//! - [`conservation`]: that no point appears or vanishes, checked after every block.
//! - [`governance`]: what a version of the state shows of those who run the network, and of their motions.
//! - [`view`]: what wallets and brands ask a version of the state.
//! - [`shelves`]: the trees of references, one per month, dropped whole.
//! - [`tree`]: the map from keys to values behind one root hash.
//!
//! This crate is pure: no I/O, no clock, no randomness. Time comes from block headers. What is not in memory is
//! [`Missing`]: the caller brings the pages, and asks again.

mod activity;
pub mod admission;
mod ahead;
mod allowance;
pub mod answers;
mod closings;
pub mod conservation;
mod dry_run;
pub mod execute;
mod execution;
mod expiry;
#[cfg(test)]
mod fixture;
mod founding;
mod freed;
mod fundamentals;
pub mod governance;
mod half_id;
mod hold_ends;
pub mod holders;
pub mod key;
mod lots;
mod motions;
pub mod operations;
mod overlay;
mod pending;
mod proven;
pub mod recent;
pub mod record;
mod records;
pub mod shelves;
mod simulation;
pub mod standing;
pub mod state;
mod stop;
pub mod sums;
pub mod tree;
mod unfinished;
pub mod view;

pub use activity::Concerned;
pub use allowance::Usage;
pub use conservation::ConservationError;
pub use dry_run::DryRun;
pub use execute::{Beside, BlockExecutor, Claim};
pub use execution::Execution;
pub use half_id::HalfId;
pub use proven::{NotProven, ProvenRecords};
pub use records::{HouseholdView, Records};
pub use shelves::Shelves;
pub use simulation::Simulation;
pub use standing::LevelNow;
pub use state::{State, Tip, View};
pub use stop::{Stop, decided};
pub use tree::{Missing, StateTree};
pub use unfinished::Unfinished;
