//! Consensus by Malachite's engine, and all that it needs of us.
//!
//! - [`context`], [`codec`], [`signing`], [`certificates`]: our types as the engine wants them.
//! - `bridge`: the engine's network actor over our own swarm; `forgery`: what it keeps from the engine; `serving`: who
//!   answers those that catch up.
//! - [`mempool`]: transactions that wait for a block.
//! - [`executor`]: the thread that executes and commits; it alone writes the state and the block log.
//! - `app`: the loop that answers the engine; [`parts`]: proposals in pieces; `pace`: when the next height starts;
//!   [`progress`]: how far the others are.
//! - `membership`: who may be on the network, by what the ledger says.
//! - [`data`]: what nodes ask each other beside blocks, and `answers` to it.
//! - `seeking`: how a node that was away finds back; `outlook`: what it has learned so; `condition`: what its gateway
//!   says of it.
//! - `forwarding`: how transactions come from a node without a vote to one that has one; [`submissions`]: how they are
//!   taken there.
//! - `beside`: the tasks beside the engine.
//! - [`joining`]: how a node takes the state of a late block from its peers instead of all blocks.
//! - `mending`: what becomes of blocks that have rotted.
//! - `life`: says that this node is ready for what a motion asks of it.
//! - `voice`: who holds the key and signs; `silence`: how long a validator signs nothing.
//! - `engine`: Malachite's engine, which signs or only follows.
//! - `versions`: when this program is too old to go on.
//! - [`node`]: puts it all together.
//!
//! A transaction comes in through the mempool, is proposed by [`executor`], published by `app` in [`parts`], checked by
//! every other validator's [`executor`] before it votes, decided by the engine, and committed by [`executor`] again.

mod announcement;
mod answers;
mod app;
mod backfilling;
mod beside;
mod bridge;
pub mod certificates;
pub mod clock;
pub mod codec;
mod condition;
pub mod context;
pub mod data;
mod engine;
mod enquiries;
pub mod executor;
mod far_behind;
#[cfg(test)]
mod fixture;
mod forgery;
mod forwarding;
pub mod joining;
mod life;
pub mod limits;
mod membership;
pub mod mempool;
mod mending;
pub mod metrics;
pub mod node;
mod outlook;
mod pace;
pub mod parts;
mod peer_ids;
pub mod progress;
mod readiness;
mod relay;
mod roster;
mod seeking;
mod serving;
pub mod signing;
mod silence;
pub mod submissions;
mod successor;
mod versions;
mod voice;
mod workers;

pub use answers::answer;
pub use app::AppError;
pub use clock::Clock;
pub use condition::Condition;
pub use engine::{EngineError, MakeWal, Wal};
pub use enquiries::Enquiries;
pub use executor::ExecutorFault;
pub use far_behind::FarBehind;
pub use life::{Life, NoSign};
pub use mempool::{Mempool, Outbox, SharedState};
pub use metrics::Metrics;
pub use node::{ConsensusError, Interposer, ValidatorParts, run, share};
pub use roster::{Addresses, Member, Role, Roster};
pub use successor::Successor;
pub use versions::{TooOld, unknown_ahead};
pub use voice::{Voice, VoiceError};
pub use workers::Workers;
