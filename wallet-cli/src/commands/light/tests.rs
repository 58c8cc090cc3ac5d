use lojal_types::{
    Address, Bounded, Certificate, ChainId, CommitSignature, Hash, Header, KeyPair, Signature, Validator,
};

use super::*;

/// A set of validators: the name, the number that its keys are made of, and the power of each.
fn set(list: &[(&str, u8, u64)]) -> ValidatorSet {
    let key = |seed: u8| KeyPair::from_seed(&[seed; 32]).public_key();
    let one = |(name, keys, power): &(&str, u8, u64)| Validator {
        name: name.parse().expect("a name"),
        public_key: key(*keys),
        network_key: key(100 + keys),
        power: *power,
    };
    ValidatorSet::new(list.iter().map(one).collect()).expect("keys and names of their own")
}

fn change(next: ValidatorSet) -> SetChange {
    let none = Hash::new([0; 32]);
    let header = Header {
        version: 1,
        chain_id: ChainId::new([1; 32]),
        height: Height::new(812),
        time_ms: TimeMs::new(1_796_083_185_000).expect("in range"),
        parent: BlockId::new([0; 32]),
        transactions_root: none,
        receipts_root: none,
        state_root: none,
        validators_hash: none,
        next_validators_hash: none,
        proposer: Address::new([0; 20]),
    };
    let blank = CommitSignature { validator: Address::new([0; 20]), signature: Signature::new([0; 64]) };
    let signatures = Bounded::new(vec![blank]).expect("one");
    let certificate = Certificate { height: header.height, round: 0, block: header.id(), signatures };
    SetChange { header, certificate, next }
}

/// The words of a change, with names that nothing turns around between isolates (UAX #9).
fn told_of(change: &Change) -> Vec<String> {
    in_words(change).iter().map(|words| words.replace('\u{2068}', "<").replace('\u{2069}', ">")).collect()
}

#[test]
fn a_change_is_told_by_who_came_and_went_and_who_has_other_keys_or_another_power() {
    let old = set(&[("alpha", 1, 5), ("beta", 2, 1), ("gamma", 3, 1), ("delta", 4, 1)]);
    let next = change(set(&[("alpha", 1, 7), ("beta", 12, 1), ("gamma", 3, 1), ("epsilon", 5, 2)]));
    let told = between(&old, &next);
    assert_eq!((told.height, told.block), (Height::new(812), next.header.id()));
    assert_eq!(
        told_of(&told),
        [
            "<epsilon> came, with power 2",
            "<delta> went, with power 1",
            "<alpha> has power 7 after 5",
            "<beta> has other keys"
        ]
    );
    let json = serde_json::to_value(&told).expect("plain data");
    assert_eq!(json["came"], serde_json::json!([{ "name": "epsilon", "power": 2 }]));
    assert_eq!(json["power"], serde_json::json!([{ "name": "alpha", "from": 5, "to": 7 }]));
    assert_eq!(json["keys"], serde_json::json!(["beta"]));
}

#[test]
fn whoever_has_new_keys_and_another_power_is_told_of_both() {
    let told = between(&set(&[("alpha", 1, 5)]), &change(set(&[("alpha", 2, 6)])));
    assert_eq!(told_of(&told), ["<alpha> has power 6 after 5", "<alpha> has other keys"]);
}
