//! A short chain from its genesis document: block by block, executed, certified, and replayed from its bytes.

use std::collections::BTreeSet;
use std::sync::Arc;

use lojal_chain::replay::commit;
use lojal_chain::{Replay, propose};
use lojal_ledger::{State, StateTree, View};
use lojal_types::{
    Address, AddressText, BlockId, Bounded, Certificate, ChainId, Code, Hash, Header, KeyPair, Month, OfferId,
    Operation, Outcome, Receipt, TimeMs, Transaction, VerifiedTransaction, offer_id,
};
use serde::{Deserialize, Serialize};

use super::compose::{Written, issue, redeem, refer, reverse, rotate_key, transfer};
use super::economy::{economy, outcomes};
use super::genesis::{Lines, genesis, two_brands};
use super::golden::{canonical_hex, check, variant_numbers};
use super::loyalty::{loyalty, loyalty_outcomes};
use super::market::{market, market_outcomes};
use super::samples::{NETWORK, START_MS, account, key, named, seed, time};
use super::transactions::bytes_form;
use super::votes::certify;
use super::{operations, state};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) genesis: Lines,
    pub(super) blocks: Vec<BlockInput>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct BlockInput {
    time_ms: TimeMs,
    proposer_seed: String,
    /// The secrets of the validators whose precommits make the certificate, in round 0.
    pub(super) certificate_seeds: Vec<String>,
    transactions: Vec<TransactionInput>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct TransactionInput {
    seed: String,
    sender: AddressText,
    valid_until_ms: TimeMs,
    nonce: u64,
    operations: Vec<Written>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Output {
    chain_id: ChainId,
    genesis_state_root: Hash,
    pub(super) blocks: Vec<BlockOutput>,
    /// Every key and value of the last state, in hex, by key.
    last_state: Vec<(String, String)>,
    /// The shelves that it commits to.
    last_shelves: Vec<ShelfOutput>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct ShelfOutput {
    month: Month,
    records: Vec<(String, String)>,
    /// The canonical bytes of a proof of the first of them against the state root.
    proof_of_first: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct BlockOutput {
    id: BlockId,
    header: Header<AddressText>,
    pub(super) receipts: Vec<Receipt>,
    pub(super) block_borsh: String,
    pub(super) certificate_borsh: String,
}

pub(super) fn unsigned(input: &TransactionInput, chain: &ChainId) -> Transaction {
    let transaction = Transaction {
        chain: chain.tag(),
        sender: input.sender,
        valid_until_ms: input.valid_until_ms,
        nonce: input.nonce,
        operations: Bounded::new(input.operations.clone()).expect("1 to 100 operations"),
    };
    bytes_form(&transaction, NETWORK)
}

fn sign(input: &TransactionInput, chain: &ChainId) -> Arc<VerifiedTransaction> {
    let signed = unsigned(input, chain).sign(chain, &key(&input.seed));
    Arc::new(signed.verify(chain).expect("just signed for this chain"))
}

/// The id of a document's network.
pub(super) fn chain_id_of(document: &Lines) -> ChainId {
    genesis(document).chain_id()
}

/// The household that the first operation of a transaction creates.
pub(super) fn household_of(document: &Lines, founding: &TransactionInput) -> AddressText {
    let chain = genesis(document).chain_id();
    Address::of_household(&chain, &unsigned(founding, &chain).id(&chain), 0).to_text(NETWORK)
}

/// The name of the offer that the first operation of a transaction makes.
pub(super) fn offer_of(document: &Lines, making: &TransactionInput) -> OfferId {
    let chain = genesis(document).chain_id();
    offer_id(&chain, &unsigned(making, &chain).id(&chain), 0)
}

/// Builds the next block, certifies it and applies it.
pub(super) fn extend(state: &mut State, input: &BlockInput) -> BlockOutput {
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
        header: committed.header.to_text(NETWORK),
        receipts: committed.receipts,
        block_borsh: hex::encode(&committed.bytes),
        certificate_borsh: canonical_hex(&committed.certificate),
    }
}

pub(super) fn build(input: &Input) -> Output {
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
    let last_shelves = state.view().shelves().iter().map(|(month, _)| shelf(state.view(), month)).collect();
    Output { chain_id: genesis.chain_id(), genesis_state_root, blocks, last_state, last_shelves }
}

fn shelf(view: &View, month: Month) -> ShelfOutput {
    let records = entries(view.shelves().get(month).expect("one of them"));
    let decode = |text: &String| hex::decode(text).expect("written as hex above");
    let (key, value) = records.first().expect("a shelf is begun by a reference");
    let (key, value) = (decode(key), decode(value));
    let proof = view.prove_on_shelf(&key).expect("in memory").expect("the key of a shelf");
    assert_eq!(proof.verify(&view.tree().root(), &key, Some(&value)), Ok(()));
    ShelfOutput { month, records, proof_of_first: canonical_hex(&proof) }
}

fn replay_block(replay: &mut Replay, block: &BlockOutput) {
    let bytes = hex::decode(&block.block_borsh).expect("written as hex above");
    let certificate = hex::decode(&block.certificate_borsh).expect("written as hex above");
    let certificate: Certificate = borsh::from_slice(&certificate).expect("the bytes of a certificate");
    let replayed = replay.apply(&bytes, certificate).expect("a block from its bytes is as valid as from its proposer");
    assert_eq!((replayed.id, replayed.receipts), (block.id, block.receipts.clone()));
}

fn entries(tree: &StateTree) -> Vec<(String, String)> {
    let in_memory = tree.iter().map(|entry| entry.expect("in memory"));
    let mut entries: Vec<_> = in_memory.map(|(key, value)| (hex::encode(key), hex::encode(value))).collect();
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

pub(super) fn transaction(key: u8, sender: u8, at_ms: u64, nonce: u64, operations: Vec<Written>) -> TransactionInput {
    let valid_until_ms = time(at_ms + 600_000);
    TransactionInput { seed: seed(key), sender: account(sender), valid_until_ms, nonce, operations }
}

/// The chain with the references of requests in the place of their words.
pub(super) fn referring(mut input: Input) -> Input {
    let chain = chain_id_of(&input.genesis);
    let transactions = input.blocks.iter_mut().flat_map(|block| &mut block.transactions);
    let mut operations: Vec<&mut Written> = transactions.flat_map(|one| &mut one.operations).collect();
    refer(&chain, &mut operations);
    input
}

pub(super) fn block(at_ms: u64, proposer: u8, transactions: Vec<TransactionInput>) -> BlockInput {
    let certificate_seeds = [4, 3, 2].map(seed).to_vec();
    BlockInput { time_ms: time(at_ms), proposer_seed: seed(proposer), certificate_seeds, transactions }
}

/// November: points are issued, moved, spent, reversed; some operations fail. January: what was left has expired.
pub(super) fn three_blocks() -> Input {
    let (first_ms, second_ms) = (START_MS + 1000, START_MS + 14_999);
    let third_ms = START_MS + 15_000 + 31 * 24 * 60 * 60 * 1000;
    let (anna, bo) = (account(ANNA), account(BO));
    let issues = vec![
        issue("nordmat", anna, 500, "receipt 1"),
        issue("nordmat", bo, 300, "receipt 2"),
        issue("fjallen", anna, 1000, "receipt 1"),
    ];
    let reversal = reverse("nordmat", anna, (100, 100), "receipt 1", "return 1");
    let forbidden = vec![transfer("nordmat", anna, bo, 10), transfer("fjallen", anna, bo, 1)];
    let first = vec![
        transaction(TILL, TILL, first_ms, 1, issues),
        transaction(RETURNS, RETURNS, first_ms, 2, vec![issue("nordmat", bo, 50, "receipt 3")]),
    ];
    let second = vec![
        transaction(ANNA, ANNA, second_ms, 3, vec![transfer("nordmat", anna, bo, 75)]),
        transaction(ANNA, ANNA, second_ms, 4, vec![redeem("nordmat", anna, 100, Some("request 1"))]),
        transaction(ANNA, ANNA, second_ms, 5, forbidden),
        transaction(RETURNS, RETURNS, second_ms, 6, vec![reversal]),
        transaction(ANNA, ANNA, second_ms, u64::MAX, vec![rotate_key(ANNA_LATER)]),
    ];
    let third = vec![
        transaction(ANNA_LATER, ANNA, third_ms, 7, vec![transfer("nordmat", anna, bo, 10)]),
        transaction(ANNA_LATER, ANNA, third_ms, 8, vec![redeem("fjallen", anna, 250, None)]),
        transaction(TILL, TILL, third_ms, 9, vec![issue("nordmat", anna, 20, "receipt 4")]),
    ];
    let blocks = vec![block(first_ms, 1, first), block(second_ms, 2, second), block(third_ms, 3, third)];
    referring(Input { genesis: two_brands(), blocks })
}

#[test]
fn a_short_chain_has_its_ids_roots_and_receipts() {
    let empty = Input { genesis: two_brands(), blocks: vec![block(START_MS + 1, 4, vec![])] };
    let samples = vec![
        named("one block without transactions", empty),
        named("three blocks", three_blocks()),
        named("levels of version 2", loyalty()),
        named("a market of version 2", market()),
        named("the whole economy", economy()),
    ];
    let about =
        "Blocks built on a genesis document: headers with every root, receipts, bytes, certificates, the last state";
    check("chain.json", about, samples, build);
}

fn outcomes_of(output: &Output) -> Vec<Outcome> {
    output.blocks.iter().flat_map(|block| &block.receipts).map(|receipt| receipt.outcome).collect()
}

#[test]
fn the_sample_chain_shows_success_failure_and_expiry() {
    let failed = |operation, code| Outcome::Failed { operation, code };
    let applied = Outcome::Applied;
    let expected = [
        vec![applied, applied],
        vec![applied, applied, failed(1, Code::PolicyForbidsTransfer), applied, applied],
        vec![failed(0, Code::PointsExpired), applied, applied],
    ];
    assert_eq!(outcomes_of(&build(&three_blocks())), expected.concat());
}

#[test]
fn the_economy_the_programme_and_the_market_go_as_told() {
    let told = [(economy(), outcomes()), (loyalty(), loyalty_outcomes()), (market(), market_outcomes())];
    for (input, outcomes) in told {
        let found = outcomes_of(&build(&input));
        let transactions: Vec<&TransactionInput> = input.blocks.iter().flat_map(|block| &block.transactions).collect();
        for ((found, told), transaction) in found.iter().zip(outcomes).zip(&transactions) {
            assert_eq!(*found, told, "left is what became of {transaction:?}");
        }
        assert_eq!(found.len(), transactions.len());
    }
}

#[test]
fn every_kind_of_operation_succeeds_in_a_chain() {
    let mut shown = BTreeSet::new();
    for input in [three_blocks(), economy(), loyalty(), market()] {
        let outcomes = outcomes_of(&build(&input));
        let transactions = input.blocks.iter().flat_map(|block| &block.transactions);
        let applied = transactions.zip(outcomes).filter(|(_, outcome)| *outcome == Outcome::Applied);
        let operations = applied.flat_map(|(transaction, _)| &transaction.operations);
        shown.extend(operations.map(operations::kind_of));
    }
    let missing: Vec<u8> = variant_numbers::<Operation>().difference(&shown).copied().collect();
    // Version 1 has nothing to activate.
    assert_eq!(
        missing,
        [51],
        "no chain shows an operation of these kinds that succeeds: add transactions to \
         tests/conformance/vectors/economy.rs"
    );
}

#[test]
fn every_kind_of_state_key_is_in_a_last_state() {
    let first_byte = |(key, _): &(String, String)| hex::decode(key).expect("written as hex above")[0];
    let outputs = [three_blocks(), economy(), loyalty()].map(|input| build(&input));
    let of_shelves = outputs.iter().flat_map(|output| &output.last_shelves).flat_map(|shelf| &shelf.records);
    let shown = outputs.iter().flat_map(|output| &output.last_state).chain(of_shelves);
    let shown: BTreeSet<u8> = shown.map(first_byte).collect();
    let missing: Vec<_> = state::kinds().into_iter().filter(|(kind, _)| !shown.contains(kind)).collect();
    assert_eq!(
        missing,
        [],
        "no chain ends with keys of these kinds: add transactions to tests/conformance/vectors/economy.rs"
    );
}
