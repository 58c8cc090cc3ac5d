//! The state of a chain in pieces.

use lojal_chain::replay::Replay;
use lojal_tests::targets::Snapshot;
use lojal_types::{BlockId, Certificate, Hash};
use serde::{Deserialize, Serialize};

use super::chain::{BlockOutput, Input as Chain, build as chain_of};
use super::economy::economy;
use super::genesis::{Lines, genesis};
use super::golden::{canonical_hex, check};
use super::samples::named;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    genesis: Lines,
    /// The blocks of the chain of this name in chain.json.
    chain: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    block: BlockId,
    manifest_borsh: String,
    manifest_hash: Hash,
    /// The bytes of each chunk.
    chunks: Vec<String>,
    /// The bytes of each part of the ids.
    recent: Vec<String>,
}

fn build(input: &Input) -> Output {
    let chain: Chain = economy();
    assert_eq!(input.genesis, chain.genesis, "the chain's own document");
    let mut replay = Replay::new(&genesis(&chain.genesis));
    let mut apply = |block: &BlockOutput| {
        let bytes = hex::decode(&block.block_borsh).expect("hex");
        let certificate = hex::decode(&block.certificate_borsh).expect("hex");
        let certificate: Certificate = borsh::from_slice(&certificate).expect("a certificate");
        replay.apply(&bytes, certificate).expect("the chain is valid")
    };
    let blocks: Vec<_> = chain_of(&chain).blocks.iter().map(&mut apply).collect();
    let snapshot = Snapshot::of(replay.state(), &blocks);
    Output {
        block: snapshot.manifest.header.id(),
        manifest_borsh: canonical_hex(&snapshot.manifest),
        manifest_hash: snapshot.manifest.hash(),
        chunks: snapshot.chunks.iter().map(hex::encode).collect(),
        recent: snapshot.recent.iter().map(hex::encode).collect(),
    }
}

#[test]
fn a_state_is_cut_into_these_pieces() {
    let about = "The last state of a chain of chain.json -> the manifest of its snapshot in canonical bytes, its hash \
                 lojal/snapshot/v1 | chain id | manifest, and the bytes of its chunks and of the parts of its ids, in \
                 the order of the manifest";
    let input = Input { genesis: economy().genesis, chain: "the whole economy".to_owned() };
    check("snapshots.json", about, vec![named("the whole economy", input)], build);
}
