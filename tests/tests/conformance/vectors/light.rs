//! The way from one set of validators to the next.

use lojal_chain::{LightState, Pin, SetChange};
use lojal_types::{BlockId, Hash, Header, Height, KeyPair, Validator, ValidatorSet};
use serde::{Deserialize, Serialize};

use super::blocks::{header, header_bytes_form};
use super::genesis::{Lines, genesis, two_brands};
use super::golden::{canonical_hex, check};
use super::samples::{START_MS, key, named, seed, time};
use super::validators::validator;
use super::votes::certify;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    genesis: Lines,
    changes: Vec<ChangeInput>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct ChangeInput {
    height: Height,
    /// The secrets of the validators whose precommits make the certificate, in round 0.
    certificate_seeds: Vec<String>,
    /// The validators that decide the next block.
    next: Vec<Validator>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    changes: Vec<ChangeOutput>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct ChangeOutput {
    borsh: String,
    block: BlockId,
    /// The pin of the block: where a light client can begin.
    pin_borsh: String,
    /// The validators that are trusted after it.
    validators_hash: Hash,
}

/// The changes, and where they lead.
fn follow(input: &Input) -> (Vec<SetChange>, Vec<ChangeOutput>, LightState) {
    let genesis = genesis(&input.genesis);
    let chain = genesis.chain_id();
    let mut state = LightState::genesis(&genesis);
    let mut change = |one: &ChangeInput| {
        let next = ValidatorSet::new(one.next.clone()).expect("a set");
        let header = Header {
            chain_id: chain,
            height: one.height,
            time_ms: time(START_MS + one.height.get()),
            parent: state.pin().block,
            validators_hash: state.validators().hash(&chain),
            next_validators_hash: next.hash(&chain),
            ..header_bytes_form(&header(Hash::new([0x22; 32])))
        };
        let keys: Vec<KeyPair> = one.certificate_seeds.iter().map(|seed| key(seed)).collect();
        let block = header.id();
        let certificate = certify(&keys, &chain, one.height, 0, block);
        let change = SetChange { header, certificate, next };
        state.advance(&change).expect("the validators before it have decided it");
        let pin = Pin { height: one.height, block };
        let pinned = LightState::from_pin(chain, pin, &change.header, change.next.clone());
        assert_eq!(pinned.as_ref(), Ok(&state), "the pin leads to the same");
        let validators_hash = state.validators().hash(&chain);
        let output =
            ChangeOutput { borsh: canonical_hex(&change), block, pin_borsh: canonical_hex(&pin), validators_hash };
        (change, output)
    };
    let (changes, outputs) = input.changes.iter().map(&mut change).unzip();
    (changes, outputs, state)
}

fn build(input: &Input) -> Output {
    Output { changes: follow(input).1 }
}

/// The three changes, the state of a light client after them, and the secrets of the validators that decide from then
/// on.
pub(super) fn after_three_changes() -> (Vec<SetChange>, LightState, Vec<KeyPair>) {
    let (changes, _, state) = follow(&three_changes());
    (changes, state, vec![key(&seed(7))])
}

fn three_changes() -> Input {
    let change = |height, signers: &[u8], next: Vec<Validator>| ChangeInput {
        height: Height::new(height),
        certificate_seeds: signers.iter().map(|number| seed(*number)).collect(),
        next,
    };
    let of = |numbers: &[u8]| numbers.iter().map(|number| validator(*number, 1)).collect::<Vec<_>>();
    let changes = vec![
        change(10, &[4, 3, 2], of(&[2, 3, 4, 5])),
        change(11, &[2, 3, 4, 5], vec![validator(5, 3), validator(6, 1)]),
        change(500, &[5, 6], of(&[7])),
    ];
    Input { genesis: two_brands(), changes }
}

#[test]
fn changes_of_the_validators_lead_on_from_genesis() {
    let about = "Changes of the validators from genesis on: headers as in headers.json, with these fields: chain id, \
                 height, time (START + height), parent (the block before it here), \
                 both hashes -> canonical bytes of { header, certificate, next }";
    let samples = vec![
        named("no change", Input { genesis: two_brands(), changes: vec![] }),
        named("three changes", three_changes()),
    ];
    check("light.json", about, samples, build);
}
