//! The addresses of households.

use lojal_types::{Address, AddressText, ChainId, TransactionId};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check};
use super::samples::{NETWORK, chain_id, household, named};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    chain_id: ChainId,
    transaction: TransactionId,
    /// The place of the operation that creates it in the transaction, counted from 0.
    operation: u8,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    address: String,
    address_on_test: AddressText,
}

fn build(input: &Input) -> Output {
    let address = Address::of_household(&input.chain_id, &input.transaction, input.operation);
    Output { address: canonical_hex(&address), address_on_test: address.to_text(NETWORK) }
}

#[test]
fn households_have_the_address_of_what_created_them() {
    let input = |transaction, operation| Input {
        chain_id: chain_id(),
        transaction: TransactionId::new(transaction),
        operation,
    };
    let of_samples = input([0x99; 32], 0);
    assert_eq!(build(&of_samples).address_on_test, household(), "the one in other vectors");
    let samples = vec![
        named("by the first operation", of_samples),
        named("by the last operation", input([0x99; 32], 99)),
        named("by another transaction", input([0x9a; 32], 0)),
    ];
    let about =
        "SHA-256(lojal/household/v1 | chain id | transaction id | operation's number, one byte) -> first 20 bytes";
    check("households.json", about, samples, build);
}
