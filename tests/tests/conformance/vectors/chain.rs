//! A short chain from its genesis document: block by block, executed, certified, and replayed from its bytes.

use std::sync::Arc;

use lojal_chain::replay::commit;
use lojal_chain::{Replay, propose};
use lojal_ledger::{State, StateTree};
use lojal_types::{
    AddressText, BlockId, Bounded, Certificate, ChainId, Code, Hash, Header, Issue, KeyPair, Operation, Outcome,
    Points, Receipt, Redeem, Reverse, RotateKey, TimeMs, Transaction, Transfer, VerifiedTransaction,
};
use serde::{Deserialize, Serialize};

use super::genesis::{Lines, genesis, two_brands};
use super::golden::{canonical_hex, check};
use super::samples::{NETWORK, START_MS, account, key, named, parse, seed, time};
use super::transactions::bytes_form;
use super::votes::certify;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    genesis: Lines,
    blocks: Vec<BlockInput>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct BlockInput {
    time_ms: TimeMs,
    proposer_seed: String,
    /// The secrets of the validators whose precommits make the certificate, in round 0.
    certificate_seeds: Vec<String>,
    transactions: Vec<TransactionInput>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct TransactionInput {
    seed: String,
    sender: AddressText,
    valid_until_ms: TimeMs,
    nonce: u64,
    operations: Vec<Operation<AddressText>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    chain_id: ChainId,
    genesis_state_root: Hash,
    blocks: Vec<BlockOutput>,
    /// Every key and value of the last state, in hex, by key.
    last_state: Vec<(String, String)>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct BlockOutput {
    id: BlockId,
    header: Header<AddressText>,
    receipts: Vec<Receipt>,
    block_borsh: String,
    certificate_borsh: String,
}

fn sign(input: &TransactionInput, chain: &ChainId) -> Arc<VerifiedTransaction> {
    let transaction = Transaction {
        chain: chain.tag(),
        sender: input.sender,
        valid_until_ms: input.valid_until_ms,
        nonce: input.nonce,
        operations: Bounded::new(input.operations.clone()).expect("1 to 100 operations"),
    };
    let signed = bytes_form(&transaction, NETWORK).sign(chain, &key(&input.seed));
    Arc::new(signed.verify(chain).expect("just signed for this chain"))
}

/// Builds the next block, certifies it and applies it.
fn extend(state: &mut State, input: &BlockInput) -> BlockOutput {
    let chain = state.view().chain_id();
    let candidates = input.transactions.iter().map(|one| sign(one, &chain));
    let proposer = key(&input.proposer_seed).address();
    let proposal = propose(state, proposer, input.time_ms, candidates).expect("points are conserved");
    assert_eq!(proposal.refused, [], "every transaction of the vector can be in its block");
    let keys: Vec<KeyPair> = input.certificate_seeds.iter().map(|seed| key(seed)).collect();
    let certificate = certify(&keys, &chain, proposal.block.header().height, 0, proposal.block.id());
    let committed = commit(state, proposal.block, certificate).expect("the vector's validators are a quorum");
    BlockOutput {
        id: committed.id,
        header: committed.header.text(NETWORK),
        receipts: committed.receipts,
        block_borsh: hex::encode(&committed.bytes),
        certificate_borsh: canonical_hex(&committed.certificate),
    }
}

fn build(input: &Input) -> Output {
    let genesis = genesis(&input.genesis);
    let mut state = State::genesis(&genesis);
    let genesis_state_root = state.view().state_root();
    let blocks: Vec<BlockOutput> = input.blocks.iter().map(|block| extend(&mut state, block)).collect();
    let mut replay = Replay::new(&genesis);
    for block in &blocks {
        replay_block(&mut replay, block);
    }
    assert_eq!(replay.state().view().state_root(), state.view().state_root());
    lojal_ledger::conservation::balance_sheet(state.view()).expect("points are conserved");
    let last_state = entries(state.view().tree());
    Output { chain_id: genesis.chain_id(), genesis_state_root, blocks, last_state }
}

fn replay_block(replay: &mut Replay, block: &BlockOutput) {
    let bytes = hex::decode(&block.block_borsh).expect("written as hex above");
    let certificate = hex::decode(&block.certificate_borsh).expect("written as hex above");
    let certificate: Certificate = borsh::from_slice(&certificate).expect("the bytes of a certificate");
    let replayed = replay.apply(&bytes, certificate).expect("a block from its bytes is as valid as from its proposer");
    assert_eq!((replayed.id, replayed.receipts), (block.id, block.receipts.clone()));
}

fn entries(tree: &StateTree) -> Vec<(String, String)> {
    let mut entries: Vec<_> = tree.iter().map(|(key, value)| (hex::encode(key), hex::encode(value))).collect();
    entries.sort_unstable();
    let decode = |text: &String| hex::decode(text).expect("written as hex above");
    let rebuilt = StateTree::from_entries(entries.iter().map(|(key, value)| (decode(key), decode(value))));
    assert_eq!(rebuilt.root(), tree.root(), "the entries are the whole state");
    entries
}

const TILL: u8 = 11;
const RETURNS: u8 = 12;
const ANNA: u8 = 4;
const BO: u8 = 5;
/// The key that Anna's account has after she replaced it.
const ANNA_LATER: u8 = 6;

fn transaction(
    key: u8,
    sender: u8,
    at_ms: u64,
    nonce: u64,
    operations: Vec<Operation<AddressText>>,
) -> TransactionInput {
    let valid_until_ms = time(at_ms + 600_000);
    TransactionInput { seed: seed(key), sender: account(sender), valid_until_ms, nonce, operations }
}

fn issue(brand: &str, to: u8, amount: u64, receipt: &str) -> Operation<AddressText> {
    let (brand, reference) = (parse(brand), parse(&hex::encode(receipt)));
    Operation::Issue(Issue { brand, to: account(to), amount: Points::new(amount), reference })
}

fn redeem(brand: &str, from: u8, amount: u64, request: Option<&str>) -> Operation<AddressText> {
    let reference = request.map(|text| parse(&hex::encode(text)));
    Operation::Redeem(Redeem { brand: parse(brand), from: account(from), amount: Points::new(amount), reference })
}

fn transfer(brand: &str, from: u8, to: u8, amount: u64) -> Operation<AddressText> {
    let (from, to) = (account(from), account(to));
    Operation::Transfer(Transfer { brand: parse(brand), from, to, amount: Points::new(amount) })
}

fn block(at_ms: u64, proposer: u8, transactions: Vec<TransactionInput>) -> BlockInput {
    let certificate_seeds = [4, 3, 2].map(seed).to_vec();
    BlockInput { time_ms: time(at_ms), proposer_seed: seed(proposer), certificate_seeds, transactions }
}

/// November: points are issued, moved, spent, reversed; some operations fail. January: what was left has expired.
fn three_blocks() -> Input {
    let (first_ms, second_ms) = (START_MS + 1000, START_MS + 14_999);
    let third_ms = START_MS + 15_000 + 31 * 24 * 60 * 60 * 1000;
    let issues = vec![
        issue("nordmat", ANNA, 500, "receipt 1"),
        issue("nordmat", BO, 300, "receipt 2"),
        issue("fjallen", ANNA, 1000, "receipt 1"),
    ];
    let reversal = Operation::Reverse(Reverse {
        brand: parse("nordmat"),
        from: account(ANNA),
        amount: Points::new(100),
        issue_reference: parse(&hex::encode("receipt 1")),
        reference: parse(&hex::encode("return 1")),
    });
    let rotation = Operation::RotateKey(RotateKey { new_key: key(&seed(ANNA_LATER)).public_key() });
    let forbidden = vec![transfer("nordmat", ANNA, BO, 10), transfer("fjallen", ANNA, BO, 1)];
    let first = vec![
        transaction(TILL, TILL, first_ms, 1, issues),
        transaction(RETURNS, RETURNS, first_ms, 2, vec![issue("nordmat", BO, 50, "receipt 3")]),
    ];
    let second = vec![
        transaction(ANNA, ANNA, second_ms, 3, vec![transfer("nordmat", ANNA, BO, 75)]),
        transaction(ANNA, ANNA, second_ms, 4, vec![redeem("nordmat", ANNA, 100, Some("request 1"))]),
        transaction(ANNA, ANNA, second_ms, 5, forbidden),
        transaction(RETURNS, RETURNS, second_ms, 6, vec![reversal]),
        transaction(ANNA, ANNA, second_ms, u64::MAX, vec![rotation]),
    ];
    let third = vec![
        transaction(ANNA_LATER, ANNA, third_ms, 7, vec![transfer("nordmat", ANNA, BO, 10)]),
        transaction(ANNA_LATER, ANNA, third_ms, 8, vec![redeem("fjallen", ANNA, 250, None)]),
        transaction(TILL, TILL, third_ms, 9, vec![issue("nordmat", ANNA, 20, "receipt 4")]),
    ];
    let blocks = vec![block(first_ms, 1, first), block(second_ms, 2, second), block(third_ms, 3, third)];
    Input { genesis: two_brands(), blocks }
}

#[test]
fn a_short_chain_has_its_ids_roots_and_receipts() {
    let empty = Input { genesis: two_brands(), blocks: vec![block(START_MS + 1, 4, vec![])] };
    let samples = vec![named("one block without transactions", empty), named("three blocks", three_blocks())];
    let about =
        "Blocks built on a genesis document: headers with every root, receipts, bytes, certificates, the last state";
    check("chain.json", about, samples, build);
}

#[test]
fn the_sample_chain_shows_success_failure_and_expiry() {
    let output = build(&three_blocks());
    let outcomes: Vec<Outcome> =
        output.blocks.iter().flat_map(|b| &b.receipts).map(|receipt| receipt.outcome).collect();
    let failed = |operation, code| Outcome::Failed { operation, code };
    let applied = Outcome::Applied;
    let expected = [
        vec![applied, applied],
        vec![applied, applied, failed(1, Code::PolicyForbidsTransfer), applied, applied],
        vec![failed(0, Code::PointsExpired), applied, applied],
    ];
    assert_eq!(outcomes, expected.concat());
}
