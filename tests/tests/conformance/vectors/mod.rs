//! Golden vectors (protocol, Staying compatible): files of readable inputs and the bytes that they must give. See
//! `tests/vectors/README.md` for how to read, use and renew them.

mod activity;
mod blocks;
mod chain;
mod codes;
mod compose;
mod economy;
mod genesis;
mod golden;
mod governance;
mod households;
mod keys;
mod light;
mod loyalty;
mod market;
mod merkle;
mod names;
mod operations;
mod read_tokens;
mod receipts_saved;
mod refused;
mod requests;
mod samples;
mod sets;
mod signatures;
mod snapshots;
mod state;
mod transactions;
mod tree;
mod validators;
mod values;
mod versions;
mod votes;

pub(crate) use golden::{HOW_TO_WRITE, variant_numbers, writing};
pub(crate) use state::declared_state_keys;
