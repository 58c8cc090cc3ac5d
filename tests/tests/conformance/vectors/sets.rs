//! A chain whose validators change by vote, with the changes that lead light clients along it.

use lojal_chain::{LightState, SetChange};
use lojal_ledger::State;
use lojal_types::governance::digest_of;
use lojal_types::{
    Action, Actions, Activate, AddValidator, Approve, Block, Bounded, ChainId, MotionId, NodeProof, Operation, Propose,
    Readiness, RemoveValidator, SetPower, SignOfLife, Validator,
};
use serde::{Deserialize, Serialize};

use super::chain::{BlockInput, BlockOutput, Input, block, chain_id_of, extend, transaction};
use super::compose::Written;
use super::genesis::{genesis, two_brands};
use super::golden::{canonical_hex, check};
use super::samples::{START_MS, key, named, parse, seed, time};
use super::validators::validator;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    chain_id: ChainId,
    blocks: Vec<BlockOutput>,
    /// The canonical bytes of each change.
    changes: Vec<String>,
}

fn build(input: &Input) -> Output {
    let genesis = genesis(&input.genesis);
    let mut state = State::genesis(&genesis);
    let mut light = LightState::genesis(&genesis);
    let (mut blocks, mut changes) = (Vec::new(), Vec::new());
    for one in &input.blocks {
        let before = state.view().validators().clone();
        let built = extend(&mut state, one);
        let bytes = |text: &str| hex::decode(text).expect("written as hex");
        let header = Block::decode(&bytes(&built.block_borsh)).expect("a block").header;
        let certificate = borsh::from_slice(&bytes(&built.certificate_borsh)).expect("a certificate");
        light.check(&header, &certificate).expect("those decide it who are trusted");
        if *state.view().validators() != before {
            let change = SetChange { header, certificate, next: state.view().validators().clone() };
            light.advance(&change).expect("it leads on");
            changes.push(canonical_hex(&change));
        }
        blocks.push(built);
    }
    Output { chain_id: genesis.chain_id(), blocks, changes }
}

/// The governors of the four validators.
const GOVERNORS: [u8; 4] = [0x41, 0x42, 0x43, 0x44];

/// A fifth validator.
fn fifth(chain: &ChainId) -> (Validator, NodeProof) {
    let fifth = validator(5, 3);
    let bytes = NodeProof::signing_bytes(chain, &fifth.name, &fifth.public_key, &fifth.network_key);
    let by = |number| key(&seed(number)).sign(&bytes);
    (fifth, NodeProof { by_validator: by(5), by_network: by(0x85) })
}

/// Two motions: a validator comes, after a sign of life, and one goes; then one gets less power.
fn motions(chain: &ChainId) -> [Actions; 2] {
    let (validator, proof) = fifth(chain);
    let governor = key(&seed(0x45)).public_key();
    let add = Action::AddValidator(AddValidator { validator, governor, proof, endpoint: None });
    let remove = Action::RemoveValidator(RemoveValidator { name: parse("validator 1") });
    let lower = Action::SetPower(SetPower { name: parse("validator 3"), power: 1 });
    [Bounded::from([add, remove]), Bounded::from([lower])]
}

fn five_blocks() -> Input {
    let document = two_brands();
    let chain = chain_id_of(&document);
    let [first, second] = motions(&chain);
    let at = |number: u64| START_MS + 1000 * number;
    let by = |governor: u8, number: u64, operation: Written| {
        transaction(governor, governor, at(number), u64::from(governor), vec![operation])
    };
    let propose = |actions: &Actions| Operation::Propose(Propose { actions: actions.clone() });
    let approve = |motion: u64, actions: &Actions| {
        Operation::Approve(Approve { motion: MotionId::new(motion), digest: digest_of(&chain, actions) })
    };
    let (motion, digest, index, time_ms) = (MotionId::new(1), digest_of(&chain, &first), 0, time(at(1)));
    let bytes = Readiness { motion, digest, index, time_ms }.signing_bytes(&chain);
    let sign = SignOfLife { index, time_ms, signature: key(&seed(5)).sign(&bytes) };
    let activate = Operation::Activate(Activate { motion, signs: Bounded::from([sign]) });
    let [_, two, three, four] = GOVERNORS;
    let decided = |number: u64, (proposer, signers): (u8, &[u8]), transactions| {
        let mut one: BlockInput = block(at(number), proposer, transactions);
        one.certificate_seeds = signers.iter().map(|signer| seed(*signer)).collect();
        one
    };
    let blocks = vec![
        decided(1, (1, &[4, 3, 2]), vec![by(four, 1, propose(&first)), by(three, 1, approve(1, &first))]),
        decided(2, (2, &[4, 3]), vec![by(two, 2, activate)]),
        decided(3, (5, &[5, 4, 3]), vec![]),
        decided(
            4,
            (4, &[4, 3, 2]),
            vec![by(four, 4, propose(&second)), by(three, 4, approve(2, &second)), by(two, 4, approve(2, &second))],
        ),
        decided(5, (5, &[5, 4]), vec![]),
    ];
    Input { genesis: document, blocks }
}

#[test]
fn a_chain_whose_validators_change_has_its_blocks_and_changes() {
    let input = five_blocks();
    assert_eq!(build(&input).changes.len(), 2, "one for each motion");
    let about = "Blocks built on a genesis document, whose validators change by vote -> their bytes and certificates, \
                 and of each change the canonical bytes of { header, certificate, next }";
    check("sets.json", about, vec![named("five blocks", input)], build);
}
