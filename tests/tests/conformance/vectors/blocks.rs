//! Receipts, headers, and blocks.

use lojal_types::block::{receipts_root, transactions_root};
use lojal_types::{
    AddressText, Block, BlockId, Bounded, Code, Hash, Header, Height, Outcome, Points, Receipt, Redeem,
    SignedTransaction, Transaction, TransactionId,
};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check, variant_numbers};
use super::samples::{NETWORK, START_MS, account, address, chain_id, key, named, parse, seed, time};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct ReceiptsOutput {
    borsh: Vec<String>,
    receipts_root: Hash,
}

fn receipts() -> Vec<(String, Vec<Receipt>)> {
    let receipt = |byte, outcome| Receipt { transaction: TransactionId::new([byte; 32]), outcome };
    let applied = receipt(1, Outcome::Applied);
    let failed = receipt(2, Outcome::Failed { operation: 0, code: Code::InsufficientPoints });
    let failed_last = receipt(3, Outcome::Failed { operation: 99, code: Code::KeyUnchanged });
    vec![
        named("of no transactions", vec![]),
        named("applied", vec![applied]),
        named("failed", vec![failed]),
        named("one of each, in order", vec![applied, failed, failed_last]),
        named("one of each, in another order", vec![failed_last, failed, applied]),
    ]
}

#[test]
fn receipts_have_their_bytes_and_root() {
    let about = "The receipts of a block: JSON -> canonical bytes of each, and their Merkle root";
    check("receipts.json", about, receipts(), |receipts| ReceiptsOutput {
        borsh: receipts.iter().map(canonical_hex).collect(),
        receipts_root: receipts_root(receipts),
    });
}

#[test]
fn every_outcome_has_a_vector() {
    let shown = receipts().into_iter().flat_map(|(_, receipts)| receipts);
    let shown = shown.map(|receipt| borsh::to_vec(&receipt.outcome).expect("writing to memory can't fail")[0]);
    let shown: std::collections::BTreeSet<u8> = shown.collect();
    assert_eq!(shown, variant_numbers::<Outcome>(), "left are the outcomes with a vector, right all: add samples");
}

/// The form that is hashed.
pub(super) fn header_bytes_form(header: &Header<AddressText>) -> Header {
    Header {
        version: header.version,
        chain_id: header.chain_id,
        height: header.height,
        time_ms: header.time_ms,
        parent: header.parent,
        transactions_root: header.transactions_root,
        receipts_root: header.receipts_root,
        state_root: header.state_root,
        validators_hash: header.validators_hash,
        next_validators_hash: header.next_validators_hash,
        proposer: address(header.proposer),
    }
}

/// A header of the vectors' chain.
pub(super) fn header(transactions_root: Hash) -> Header<AddressText> {
    Header {
        version: 1,
        chain_id: chain_id(),
        height: Height::new(258),
        time_ms: time(START_MS),
        parent: BlockId::new([0x11; 32]),
        transactions_root,
        receipts_root: Hash::new([0x33; 32]),
        state_root: Hash::new([0x44; 32]),
        validators_hash: Hash::new([0x55; 32]),
        next_validators_hash: Hash::new([0x66; 32]),
        proposer: account(1),
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct HeaderOutput {
    borsh: String,
    id: BlockId,
}

#[test]
fn headers_have_their_bytes_and_block_ids() {
    let later = Header { version: u32::MAX, height: Height::new(u64::MAX), ..header(Hash::new([0x22; 32])) };
    let samples = vec![named("a header", header(Hash::new([0x22; 32]))), named("largest numbers", later)];
    let about = "A header and the id of its block: SHA-256(lojal/block/v1 | chain id | canonical header)";
    check("headers.json", about, samples, |input| {
        let header = header_bytes_form(input);
        assert_eq!(header.clone().to_text(NETWORK), *input, "text -> bytes -> text");
        HeaderOutput { borsh: canonical_hex(&header), id: header.id() }
    });
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct BlockInput {
    header: Header<AddressText>,
    transactions: Vec<SignedTransaction<AddressText>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct BlockOutput {
    borsh: String,
    transactions_root: Hash,
}

fn transaction(nonce: u64) -> SignedTransaction {
    let redeem = Redeem { brand: parse("nordmat"), from: address(account(4)), amount: Points::new(5), request: None };
    let transaction = Transaction {
        chain: chain_id().tag(),
        sender: address(account(4)),
        valid_until_ms: time(START_MS + 1),
        nonce,
        operations: Bounded::new(vec![lojal_types::Operation::Redeem(redeem)]).expect("one operation"),
    };
    transaction.sign(&chain_id(), &key(&seed(4)))
}

fn root_of(transactions: &[SignedTransaction]) -> Hash {
    let encoded: Vec<Vec<u8>> = transactions.iter().map(SignedTransaction::encode).collect();
    transactions_root(encoded.iter().map(Vec::as_slice))
}

#[test]
fn blocks_have_their_bytes_and_transactions_root() {
    let sample = |count| {
        let transactions: Vec<SignedTransaction> = (0..count).map(transaction).collect();
        let header = header(root_of(&transactions));
        BlockInput { header, transactions: transactions.into_iter().map(|one| one.to_text(NETWORK)).collect() }
    };
    let samples = vec![named("without transactions", sample(0)), named("three transactions", sample(3))];
    let about = "A block as it travels, and the Merkle root over its signed transactions";
    check("blocks.json", about, samples, |input| {
        let on =
            |one: &SignedTransaction<AddressText>| one.clone().to_canonical(NETWORK).expect("addresses of the network");
        let transactions: Vec<SignedTransaction> = input.transactions.iter().map(on).collect();
        let transactions_root = root_of(&transactions);
        let transactions = Bounded::new(transactions).expect("a few");
        let block = Block { header: header_bytes_form(&input.header), transactions };
        let decoded = Block::decode(&block.encode()).expect("just encoded");
        assert_eq!(decoded, block);
        BlockOutput { borsh: canonical_hex(&block), transactions_root }
    });
}
