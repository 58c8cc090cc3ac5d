//! The counterpart that tests and the simulator compare the real thing with: an independent and naive second
//! implementation of the ledger's rules, random histories for both, and a checker of what clients of a network saw.
//!
//! - [`Model`]: the rules once more. It knows the types and nothing of the ledger.
//! - [`Facts`]: all that a ledger shows, to compare the model with the real one.
//! - [`genesis`], [`network`] and [`Workload`]: a network, and random transactions of all kinds in it.
//! - [`Random`]: numbers from a seed.
//! - [`linearizability`]: whether the answers that clients got can be those of one ledger.

mod facts;
pub mod linearizability;
mod model;
mod table;
mod workload;
mod world;

pub use facts::Facts;
pub use lojal_random::Random;
pub use model::{BEFORE_THE_LEDGER, Model};
pub use workload::Workload;
pub use world::{genesis, network, with_version};
