//! Signing as a client does, for whoever acts on a development network.

use lojal_types::{Address, Bounded, ChainId, KeyPair, Operation, SignedTransaction, Transaction};

/// The time for which what is signed is valid.
const VALID_MS: u64 = 60_000;

/// A transaction of 1 to 100 operations by an account, which is valid from now on.
pub fn sign(chain: &ChainId, (sender, key): (Address, &KeyPair), operations: Vec<Operation>) -> SignedTransaction {
    let transaction = Transaction {
        chain: chain.tag(),
        sender,
        valid_until_ms: lojal_consensus::clock::now().plus_ms(VALID_MS),
        nonce: rand::random(),
        operations: Bounded::new(operations).expect("a step has 1 to 100 operations"),
    };
    transaction.sign(chain, key)
}
