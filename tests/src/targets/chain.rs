//! A real chain that hostile bytes are played on: "the whole economy" of the golden vectors, with every kind of
//! operation in it.

use std::sync::LazyLock;

use lojal_chain::{CommittedBlock, Replay};
use lojal_ledger::State;
use lojal_store::archive::{self, ArchivedBlock};
use lojal_types::{Certificate, Genesis};
use serde::Deserialize;

use super::vector::vector;

const VECTORS: &str = include_str!("../../vectors/chain.json");
const NAME: &str = "the whole economy";

#[derive(Deserialize)]
struct Output {
    blocks: Vec<Block>,
}

#[derive(Deserialize)]
struct Block {
    block_borsh: String,
    certificate_borsh: String,
}

/// The chain.
pub struct Chain {
    /// The genesis document as TOML.
    pub genesis_toml: String,
    /// The same, checked.
    pub genesis: Genesis,
    /// The blocks with their certificates.
    pub blocks: Vec<ArchivedBlock>,
    /// The same blocks as committed ones, in the same order.
    pub committed: Vec<CommittedBlock>,
    /// The states: at genesis, and after each block.
    pub states: Vec<State>,
}

/// The chain, made once.
pub fn chain() -> &'static Chain {
    static CHAIN: LazyLock<Chain> = LazyLock::new(Chain::read);
    &CHAIN
}

impl Chain {
    fn read() -> Self {
        let (genesis_toml, output) = vector::<Output>(VECTORS, NAME);
        let genesis = Genesis::from_toml(&genesis_toml).expect("a genesis document that keeps the rules");
        let mut replay = Replay::new(&genesis);
        let (mut states, mut blocks, mut committed) = (vec![replay.state().clone()], Vec::new(), Vec::new());
        for block in output.blocks {
            let bytes = hex::decode(block.block_borsh).expect("hex");
            let certificate = hex::decode(block.certificate_borsh).expect("hex");
            let certificate: Certificate = borsh::from_slice(&certificate).expect("a certificate");
            committed.push(replay.apply(&bytes, certificate.clone()).expect("the chain is valid"));
            states.push(replay.state().clone());
            blocks.push(ArchivedBlock { bytes: bytes.into(), certificate });
        }
        Self { genesis_toml, genesis, blocks, committed, states }
    }

    /// The state after the last block.
    pub fn last(&self) -> &State {
        self.states.last().expect("there is the state at genesis")
    }

    /// The chain as an exported file, which is also a segment of a block log.
    pub fn archive(&self) -> Vec<u8> {
        let mut bytes = archive::header(self.genesis.chain_id(), lojal_types::Height::GENESIS.next());
        for block in &self.blocks {
            bytes.extend(archive::decided_block(&block.bytes, &block.certificate));
        }
        bytes
    }
}
