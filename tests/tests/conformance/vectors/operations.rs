//! Every kind of operation, alone.

use std::collections::BTreeSet;

use lojal_types::{
    Address, AddressText, Issue, Operation, Points, Redeem, Reference, Reverse, RotateKey, Transfer, limits::POINTS_MAX,
};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check, variant_numbers};
use super::samples::{NETWORK, account, key, named, parse, seed};

/// The operations of the vectors: at least one of every kind, and one for every field that can be left out.
///
/// A new kind of operation is added here; tests fail until it is.
pub(super) fn samples() -> Vec<(String, Operation<AddressText>)> {
    let brand = parse("nordmat");
    let reference = |text: &str| Reference::new(text.as_bytes().to_vec()).expect("1 to 32 bytes");
    let (anna, bo) = (account(4), account(5));
    let redeem = |reference| Operation::Redeem(Redeem { brand, from: anna, amount: Points::new(120), reference });
    vec![
        named(
            "issue",
            Operation::Issue(Issue { brand, to: anna, amount: Points::new(500), reference: reference("receipt 1") }),
        ),
        named(
            "issue of the most points",
            Operation::Issue(Issue {
                brand: parse("abcdefghijk-123"),
                to: bo,
                amount: Points::new(POINTS_MAX),
                reference: reference("abcdefghijklmnopqrstuvwxyz012345"),
            }),
        ),
        named("redeem", redeem(None)),
        named("redeem by request", redeem(Some(reference("request 1")))),
        named("transfer", Operation::Transfer(Transfer { brand, from: anna, to: bo, amount: Points::new(75) })),
        named(
            "reverse",
            Operation::Reverse(Reverse {
                brand,
                from: anna,
                amount: Points::new(100),
                issue_reference: reference("receipt 1"),
                reference: reference("return 1"),
            }),
        ),
        named("rotate_key", Operation::RotateKey(RotateKey { new_key: key(&seed(6)).public_key() })),
    ]
}

/// The form that is hashed and signed.
pub(super) fn bytes_form(operation: &Operation<AddressText>) -> Operation {
    operation.clone().try_map(|text| text.on(NETWORK)).expect("the vectors name addresses of their own network")
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    kind: u8,
    borsh: String,
    /// In the order in which the operation's history names them.
    accounts: Vec<AddressText>,
}

fn build(input: &Operation<AddressText>) -> Output {
    let operation = bytes_form(input);
    let to_text = |address: Address| Ok::<_, std::convert::Infallible>(address.text(NETWORK));
    let Ok(text) = operation.clone().try_map(to_text);
    assert_eq!(text, *input, "text -> bytes -> text");
    Output {
        kind: kind(&operation),
        borsh: canonical_hex(&operation),
        accounts: operation.accounts().map(|address| address.text(NETWORK)).collect(),
    }
}

fn kind(operation: &Operation) -> u8 {
    borsh::to_vec(operation).expect("writing to memory can't fail")[0]
}

#[test]
fn operations_have_their_bytes() {
    let about = "One operation, in JSON and in canonical bytes; kind is the first of them";
    check("operations.json", about, samples(), build);
}

#[test]
fn every_kind_of_operation_has_a_vector_under_its_name() {
    let mut shown = BTreeSet::new();
    for (name, operation) in samples() {
        let kind_in_json = serde_json::to_value(&operation).expect("has a JSON form")["type"].clone();
        let operation = bytes_form(&operation);
        assert_eq!(kind_in_json, operation.name(), "left is the type in JSON, right the operation's name");
        assert!(name.starts_with(operation.name()), "the sample \"{name}\" is a {}", operation.name());
        shown.insert(kind(&operation));
    }
    let missing: Vec<u8> = variant_numbers::<Operation>().difference(&shown).copied().collect();
    assert!(
        missing.is_empty(),
        "operations of the kinds {missing:?} have no vector: add samples to tests/conformance/vectors/operations.rs"
    );
}
