//! Trust from genesis: what makes a block valid, what makes it final, and the way from one to the next.
//!
//! - [`block`]: checks a block against the state before it, by executing it; builds a block from waiting transactions.
//! - [`certificate`]: more than two thirds of the voting power signed for a block.
//! - [`inclusion`]: a transaction of a block, shown to whoever has none of its blocks.
//! - [`light`]: headers and certificates alone, by way of the blocks that change the validators.
//! - [`snapshot`]: the whole state of a block in pieces that can be checked.
//! - [`replay`]: blocks and certificates, one after the other, from genesis or from a state that is already trusted.
//!
//! A block goes through types that say what is known of it: [`Block`](lojal_types::Block) (bytes from anybody),
//! [`SignedBlock`] (its signatures hold), [`ExecutedBlock`] (valid on top of a state), [`FinalBlock`] (certified),
//! [`CommittedBlock`] (final, and applied).
//!
//! This crate is pure: no I/O, no clock, no randomness.

pub mod block;
pub mod certificate;
#[cfg(test)]
mod fixture;
pub mod inclusion;
pub mod light;
pub mod replay;
pub mod snapshot;

pub use block::{
    BlockBuilder, BlockCheck, ExecutedBlock, InvalidBlock, Proposal, ProposeError, execute_block, propose,
};
pub use certificate::{CertificateError, verify_certificate};
pub use inclusion::{InclusionError, ReceiptTextError, SavedReceipt, TransactionProof};
pub use light::{LightError, LightState, Pin, PinTextError, SetChange, TrustedHeader};
pub use replay::{CommitError, CommittedBlock, FinalBlock, Replay, ReplayError, SignedBlock, check_signatures};
