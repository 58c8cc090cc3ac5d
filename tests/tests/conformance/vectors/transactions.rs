//! Transactions, unsigned and signed.

use lojal_types::{
    AddressText, Bounded, ChainId, NetworkKind, PublicKey, Signature, SignedTransaction, Transaction, TransactionId,
};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check};
use super::samples::{NETWORK, START_MS, chain_id, key, named, seed, time};
use super::{operations, samples};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    chain_id: ChainId,
    network: NetworkKind,
    /// The secret of the key that signs.
    seed: String,
    transaction: Transaction<AddressText>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    transaction_borsh: String,
    id: TransactionId,
    signing_bytes: String,
    public_key: PublicKey,
    signature: Signature,
    signed_borsh: String,
}

/// The form that is hashed and signed.
pub(super) fn bytes_form(transaction: &Transaction<AddressText>, network: NetworkKind) -> Transaction {
    let (public_key, signature) = (PublicKey::new([0; 32]), Signature::new([0; 64]));
    let signed = SignedTransaction { transaction: transaction.clone(), public_key, signature };
    signed.to_canonical(network).expect("the vectors name addresses of their own network").transaction
}

fn build(input: &Input) -> Output {
    let transaction = bytes_form(&input.transaction, input.network);
    let id = transaction.id(&input.chain_id);
    let signed = transaction.clone().sign(&input.chain_id, &key(&input.seed));
    assert_eq!(SignedTransaction::decode(&signed.encode()), Ok(signed.clone()));
    assert_eq!(signed.clone().to_text(input.network).transaction, input.transaction, "bytes -> text");
    let json = serde_json::to_string(&signed.clone().to_text(input.network)).expect("has a JSON form");
    let parsed: SignedTransaction<AddressText> = serde_json::from_str(&json).expect("what was written");
    assert_eq!(parsed.to_canonical(input.network), Ok(signed.clone()), "bytes -> JSON -> bytes");
    let verified = signed.clone().verify(&input.chain_id).expect("a transaction that was just signed");
    assert_eq!((verified.id(), verified.signed()), (id, &signed));
    Output {
        transaction_borsh: canonical_hex(&transaction),
        id,
        signing_bytes: hex::encode(Transaction::signing_bytes(&id, &input.chain_id)),
        public_key: signed.public_key,
        signature: signed.signature,
        signed_borsh: canonical_hex(&signed),
    }
}

fn samples() -> Vec<(String, Input)> {
    let transaction = |nonce, operations| Transaction {
        chain: chain_id().tag(),
        sender: samples::account(4),
        valid_until_ms: time(START_MS + 600_000),
        nonce,
        operations: Bounded::new(operations).expect("1 to 100 operations"),
    };
    let input = |transaction| Input { chain_id: chain_id(), network: NETWORK, seed: seed(4), transaction };
    let all: Vec<_> = operations::samples().into_iter().map(|(_, operation)| operation).collect();
    let hundred = all.iter().cycle().take(100).cloned().collect();
    let mut vectors = vec![
        named("every kind of operation", input(transaction(7, all))),
        named("as many operations as fit", input(transaction(u64::MAX, hundred))),
    ];
    vectors.extend(
        operations::samples().into_iter().map(|(name, operation)| (name, input(transaction(1, vec![operation])))),
    );
    vectors
}

#[test]
fn transactions_have_their_bytes_ids_and_signatures() {
    let about =
        "A transaction: id = SHA-256(lojal/tx/v1 | chain id | bytes); signed are lojal/tx-signature/v1 | chain id | id";
    check("transactions.json", about, samples(), build);
}
