//! Validator sets.

use lojal_types::{AddressText, ChainId, Hash, Height, Validator, ValidatorSet};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check};
use super::samples::{NETWORK, chain_id, key, named, parse, seed};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    chain_id: ChainId,
    /// In any order.
    validators: Vec<Validator>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    /// By falling power, then by address.
    canonical_order: Vec<AddressText>,
    borsh: String,
    hash: Hash,
    total_power: u64,
    quorum_power_min: u64,
    /// The proposers in rounds 0, 1, 2, 3 of height 258.
    proposers: Vec<AddressText>,
}

/// A validator with keys of the secrets `number` and 128 + `number`.
pub(super) fn validator(number: u8, power: u64) -> Validator {
    Validator {
        name: parse(&format!("validator {number}")),
        public_key: key(&seed(number)).public_key(),
        network_key: key(&seed(0x80 + number)).public_key(),
        power,
    }
}

fn build(input: &Input) -> Output {
    let set = ValidatorSet::new(input.validators.clone()).expect("the validators keep the rules");
    let total_power = set.total_power();
    let quorum_power_min = total_power * 2 / 3 + 1;
    assert!(set.is_quorum(quorum_power_min) && !set.is_quorum(quorum_power_min - 1));
    let proposer = |round| set.proposer(Height::new(258), round).address().to_text(NETWORK);
    Output {
        canonical_order: set.validators().iter().map(|one| one.address().to_text(NETWORK)).collect(),
        borsh: canonical_hex(&set),
        hash: set.hash(&input.chain_id),
        total_power,
        quorum_power_min,
        proposers: (0..4).map(proposer).collect(),
    }
}

#[test]
fn validator_sets_have_their_order_bytes_and_hash() {
    let input = |validators| Input { chain_id: chain_id(), validators };
    let samples = vec![
        named("one validator", input(vec![validator(1, 1)])),
        named("equal powers", input((1..=4).map(|number| validator(number, 1)).collect())),
        named(
            "different powers",
            input(vec![validator(1, 3), validator(2, 1 << 40), validator(3, 5), validator(4, 3)]),
        ),
    ];
    let about =
        "Validators in any order -> canonical order, bytes, and SHA-256(lojal/validators/v1 | chain id | bytes)";
    check("validators.json", about, samples, build);
}
