//! Receipts that are kept, with all that proves them.

use lojal_chain::{LightState, SavedReceipt, TransactionProof};
use lojal_types::{Block, Bounded, Certificate, Header, Height, Outcome, TimeMs, TransactionId};
use serde::{Deserialize, Serialize};

use super::chain::{build, three_blocks};
use super::genesis::genesis;
use super::golden::{canonical_hex, check};
use super::light::after_three_changes;
use super::samples::{START_MS, named, time};
use super::votes::certify;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    /// The vector of chain.json whose block has the transaction.
    chain: String,
    /// Places, counted from 0.
    block: usize,
    transaction: usize,
    /// True for the same transaction and receipt in a block after the three changes of light.json.
    after_three_changes: bool,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    borsh: String,
    /// The lines of the file.
    file: Vec<String>,
    transaction: TransactionId,
    outcome: Outcome,
    height: Height,
    time_ms: TimeMs,
}

fn output(input: &Input) -> Output {
    assert_eq!(input.chain, "three blocks");
    let chain = three_blocks();
    let built = build(&chain);
    let stored = &built.blocks[input.block];
    let decode = |text: &String| hex::decode(text).expect("written as hex");
    let mut block = Block::decode(&decode(&stored.block_borsh)).expect("a block");
    let mut certificate: Certificate = borsh::from_slice(&decode(&stored.certificate_borsh)).expect("a certificate");
    let genesis = genesis(&chain.genesis);
    let mut changes = Bounded::default();
    if input.after_three_changes {
        let (all, light, keys) = after_three_changes();
        block.header = later(&block.header, &light);
        certificate = certify(&keys, &genesis.chain_id(), block.header.height, 0, block.header.id());
        changes = Bounded::new(all).expect("three");
    }
    let proof = TransactionProof::new(&block, certificate, &stored.receipts, input.transaction).expect("it is there");
    let saved = SavedReceipt { changes, proof };
    saved.check(&genesis).expect("it holds");
    let text = saved.to_string();
    assert_eq!(text.parse(), Ok(saved.clone()));
    assert!(text.ends_with('\n'));
    Output {
        borsh: canonical_hex(&saved),
        file: text.lines().map(str::to_owned).collect(),
        transaction: saved.proof.receipt.transaction,
        outcome: saved.proof.receipt.outcome,
        height: saved.proof.header.height,
        time_ms: saved.proof.header.time_ms,
    }
}

/// The header of a block with the same lists that other validators decide.
fn later(header: &Header, light: &LightState) -> Header {
    let hash = light.validators().hash(&header.chain_id);
    let height = Height::new(700);
    Header {
        height,
        time_ms: time(START_MS + height.get()),
        validators_hash: hash,
        next_validators_hash: hash,
        ..header.clone()
    }
}

#[test]
fn saved_receipts_hold_by_genesis_alone() {
    let of = |block, transaction, after_three_changes| Input {
        chain: "three blocks".to_owned(),
        block,
        transaction,
        after_three_changes,
    };
    let samples = vec![
        named("the first transaction", of(0, 0, false)),
        named("one that failed, of five", of(1, 2, false)),
        named("the last of five", of(1, 4, false)),
        named("after three changes of the validators", of(1, 1, true)),
    ];
    let about = "Transactions of a chain of chain.json as saved receipts: canonical bytes, and the lines of the file; \
                 the last one in a block with the same lists, at height 700 and time START + 700, which the validators \
                 after the changes of light.json decide";
    check("saved_receipts.json", about, samples, output);
}
