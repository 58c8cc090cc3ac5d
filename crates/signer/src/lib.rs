//! A validator's signatures: no validator signs two different votes of one kind, or two proposals, for one round,
//! whatever becomes of its data directory.
//!
//! - [`Statement`]: a vote or proposal, from which the bytes to sign are built here.
//! - [`Guard`]: the key, and the file outside of the data directory that remembers what was signed with it: written and
//!   synced before a signature leaves. Its rules are in `memory`, its bytes in `record`.
//! - [`server`] and [`Client`]: the same in a process of its own, over a Unix socket; `frames` has the messages.

mod client;
mod error;
mod frames;
mod guard;
pub mod limits;
mod memory;
mod record;
pub mod server;
mod statement;
#[cfg(test)]
mod testing;

pub use client::{Client, ClientError, Exchange};
pub use error::GuardError;
pub use frames::{Reply, Request};
pub use guard::{Adoption, Floor, Guard, Standing};
pub use memory::Answer;
pub use record::{Record, read as read_records};
pub use statement::{ProposalContent, Signed, Slot, Statement};
