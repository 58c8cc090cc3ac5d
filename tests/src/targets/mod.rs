//! The targets that hostile bytes are fed to: one function each, shared by the fuzzer (`fuzz/`) and by the ordinary
//! tests, which play the fuzzer's corpus and mutations of it (`tests/conformance/robustness/corpus.rs`). A target
//! panics when what it asserts of any bytes whatever doesn't hold.

mod chain;
mod data;
mod decoders;
mod documents;
mod engine;
mod execute;
mod http;
mod light;
mod messages;
mod signer;
mod snapshot;
mod source;
mod store;
mod vector;
mod wallet;

pub use chain::{Chain, chain};
pub use data::data_message;
pub use decoders::{Decoder, all as decoders};
pub use documents::{genesis, json, text};
pub use engine::{engine_message, parts};
pub use execute::{applied_operations, execute};
pub use http::http_request;
pub use light::{LightChain, light_chain, set_changes};
pub use messages::{block, canonical, certificate, header, proof, read_token, signed_transaction};
pub use signer::{GUARD_CHAIN, guard_file, guard_key, guard_of, guarded_vote, signer_message};
pub use snapshot::{Snapshot, snapshot, snapshot_pieces};
pub use store::{archive, block_log, index_entries, index_redo, pages};
pub use wallet::{amounts, backup_words, good_key_file, key_file, payment_text, wallet_home};

/// A target, by the name that its fuzzer and its corpus have too.
pub struct Target {
    /// The name.
    pub name: &'static str,
    /// Takes any bytes, and panics when an assertion about them fails.
    pub run: fn(&[u8]),
    /// The number of mutations of each entry of the corpus that an ordinary test plays: a few hundred, fewer where one
    /// costs a store, a gateway or many signatures.
    pub mutations: usize,
}

const fn target(name: &'static str, run: fn(&[u8]), mutations: usize) -> Target {
    Target { name, run, mutations }
}

/// All targets.
pub const TARGETS: [Target; 29] = [
    target("amounts", amounts, 300),
    target("archive", archive, 30),
    target("backup_words", backup_words, 100),
    target("block", block, 100),
    target("block_log", block_log, 2),
    target("canonical", canonical, 200),
    target("certificate", certificate, 200),
    target("data_message", data_message, 200),
    target("engine_message", engine_message, 300),
    target("execute", execute, 10),
    target("genesis", genesis, 100),
    target("guard_file", guard_file, 100),
    target("header", header, 300),
    target("http_request", http_request, 20),
    target("index_entries", index_entries, 2),
    target("index_redo", index_redo, 2),
    target("json", json, 200),
    target("key_file", key_file, 300),
    target("pages", pages, 200),
    target("parts", parts, 200),
    target("payment_text", payment_text, 200),
    target("proof", proof, 300),
    target("read_token", read_token, 300),
    target("set_changes", set_changes, 60),
    target("signed_transaction", signed_transaction, 200),
    target("signer_message", signer_message, 60),
    target("snapshot_pieces", snapshot_pieces, 30),
    target("text", text, 300),
    target("wallet_home", wallet_home, 50),
];
