//! Sequences of transactions over blocks, chosen by arbitrary bytes, on a ledger with a past.

mod brand_motions;
mod campaigns;
mod governance;
mod market;
mod operations;
mod programme;
mod values;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lojal_chain::replay::{check_commit, commit, execute_bytes};
use lojal_chain::{ExecutedBlock, execute_block, propose};
use lojal_ledger::conservation::balance_sheet;
use lojal_ledger::key::{AccountKey, RecentKey, StateKey};
use lojal_ledger::recent::{RecentIds, RecentMinute, minute_of};
use lojal_ledger::record::Account;
use lojal_ledger::{DryRun, Records, Shelves, State, StateTree, Stop};
use lojal_types::{
    Activity, Bounded, Certificate, ChainId, Code, CommitSignature, Guardian, Operation, Outcome, Receipt, TimeMs,
    Transaction, TransactionId, VerifiedTransaction,
};

use self::operations::operation;
use self::world::World;
use super::source::Source;

const BLOCKS_MAX: usize = 8;
const TRANSACTIONS_MAX: usize = 4;
const OPERATIONS_MAX: usize = 4;

/// Blocks of transactions that the bytes choose: every kind of operation, by members, households and operators or by
/// strangers, with good and bad amounts, references, keys and times, and over months. After every block
///
/// - points are conserved, over the whole state as an auditor sees it;
/// - the root is the one of the entries, put together anew, and a proof of an entry leads to it;
/// - the remembered ids of transactions are those that the root commits to;
/// - proposer and verifier have executed the same, and a transaction becomes what was foretold of it;
/// - nothing is executed twice;
/// - a block with one byte changed, or with a certificate that doesn't hold, is refused and leaves the state as it was.
pub fn execute(data: &[u8]) {
    drop(applied_operations(data));
}

/// As [`execute`]; returns the names of the operations that were applied.
pub fn applied_operations(data: &[u8]) -> BTreeSet<&'static str> {
    let mut applied = BTreeSet::new();
    let mut source = Source::new(data);
    let mut world = World::after(operations::past);
    let mut earlier = Vec::new();
    for _ in 0..BLOCKS_MAX {
        if source.is_empty() {
            break;
        }
        let time = world.later(&mut source);
        let mut candidates = earlier.last().cloned().into_iter().collect::<Vec<Arc<VerifiedTransaction>>>();
        for _ in 0..=source.below(TRANSACTIONS_MAX) {
            candidates.push(Arc::new(transaction(&mut source, &mut world, time)));
        }
        let block = build(&world.state, time, candidates.clone());
        is_as_foretold(&world.state, &block, time);
        hostile_bytes(&mut source, &world.state, &block);
        let included = block.transactions().to_vec();
        let receipts = commit_it(&mut world, block);
        for (transaction, _) in included.iter().zip(receipts).filter(|(_, one)| one.outcome == Outcome::Applied) {
            applied.extend(transaction.transaction().operations.iter().map(Operation::name));
        }
        adds_up(&world.state);
        is_never_executed_again(&world.state, &included);
        world.learn(&included);
        earlier.extend(included);
        are_remembered(&world);
    }
    applied
}

fn transaction(source: &mut Source<'_>, world: &mut World, time: TimeMs) -> VerifiedTransaction {
    let sender = world.account(source);
    let mut operations: Vec<Operation> = Vec::new();
    for _ in 0..=source.below(OPERATIONS_MAX) {
        operations.push(operation(source, world, sender));
    }
    let chain = world.chain();
    let transaction = Transaction {
        chain: chain.tag(),
        sender,
        valid_until_ms: world.until(source, time),
        nonce: world.nonce(source),
        operations: Bounded::new(operations).expect("1 to 100"),
    };
    let key = world.key_of(source, sender);
    transaction.sign(&chain, &key).verify(&chain).expect("just signed")
}

/// The proposer's block, which the other validators must find valid and the same.
fn build(state: &State, time: TimeMs, candidates: Vec<Arc<VerifiedTransaction>>) -> ExecutedBlock {
    let count = candidates.len();
    let proposal = propose(state, world::validator().address(), time, candidates).expect("points are conserved");
    let block = proposal.block;
    assert_eq!(block.transactions().len() + proposal.refused.len(), count, "a transaction is neither in nor refused");
    let verified = execute_bytes(state, block.bytes()).unwrap_or_else(|error| panic!("a proposal is refused: {error}"));
    assert_eq!(verified.id(), block.id(), "the verifier has another block");
    verified
}

/// Asserts that what a node tells a client about a transaction is what becomes of it, if nothing comes between; and
/// that one that fails changes nothing.
fn is_as_foretold(state: &State, block: &ExecutedBlock, time: TimeMs) {
    let Some(first) = block.transactions().first() else { return };
    let (with, receipts) = after(state, time, Some(first.clone()));
    let expected = match receipts[0].outcome {
        Outcome::Applied => Ok(()),
        Outcome::Failed { code, .. } => Err(Stop::Failed(code)),
    };
    assert_eq!(
        DryRun::new(state, time).validate(first),
        expected,
        "a transaction became something else than was foretold"
    );
    if expected.is_err() {
        let (without, _) = after(state, time, None);
        let sender = first.transaction().sender;
        let apart = |one| Account { used: None, activity: Activity::default(), ..one };
        let apart_from_use = |state: &State| state.view().account(sender).expect("in memory").map(apart);
        assert_eq!(apart_from_use(&with), apart_from_use(&without), "a failed transaction has changed its account");
        StateTree::diff(without.view().tree(), with.view().tree(), |_, key, _| {
            let is_sender = AccountKey::decode(key).is_some_and(|AccountKey(address)| address == sender);
            assert!(is_sender || world::is_of_recent_transactions(key), "a failed transaction has changed the state");
        })
        .expect("in memory");
    }
}

/// The state after a block of one transaction or none, and the receipts.
fn after(state: &State, time: TimeMs, only: Option<Arc<VerifiedTransaction>>) -> (State, Vec<Receipt>) {
    let block = propose(state, world::validator().address(), time, only).expect("points are conserved").block;
    let certificate = certificate(&state.view().chain_id(), &block);
    let mut after = state.clone();
    let committed = commit(&mut after, block, certificate).expect("a good block");
    (after, committed.receipts)
}

/// The block as somebody on the way would change it, and a certificate that doesn't hold.
fn hostile_bytes(source: &mut Source<'_>, state: &State, block: &ExecutedBlock) {
    let (root, tip) = (state.view().state_root(), state.view().tip());
    let mut bytes = block.bytes().to_vec();
    let at = source.u32() as usize % bytes.len();
    let change = source.byte().max(1);
    bytes[at] ^= change;
    if let Ok(other) = execute_bytes(state, &bytes) {
        // The time is the proposer's to choose, and so is the proposer's signature over it all.
        let is_time = block.transactions().is_empty() || other.header().time_ms != block.header().time_ms;
        assert!(is_time && other.id() != block.id(), "byte {at} of a block says nothing");
    }
    let good = certificate(&state.view().chain_id(), block);
    let mut forged = good.clone();
    forged.round ^= u32::from(change);
    let mut signatures = forged.signatures.to_vec();
    signatures.push(signatures[0]);
    let twice = Certificate { signatures: Bounded::new(signatures).expect("two"), ..good };
    let bad = if change & 1 == 1 { forged } else { twice };
    let mut copy = state.clone();
    let again = execute_block(state, block.header().clone(), block.transactions().to_vec());
    let committed = commit(&mut copy, again.expect("it was valid before"), bad);
    assert!(committed.is_err(), "a forged certificate holds");
    assert_eq!((copy.view().state_root(), copy.view().tip()), (root, tip), "a refused block changes the state");
    assert!(copy.recent() == state.recent(), "a refused block's transactions are remembered");
    assert_eq!((state.view().state_root(), state.view().tip()), (root, tip), "a refused block changes the state");
}

fn certificate(chain: &ChainId, block: &ExecutedBlock) -> Certificate {
    let key = world::validator();
    let nobody = CommitSignature { validator: key.address(), signature: key.sign(b"") };
    let (height, block) = (block.header().height, block.id());
    let mut certificate = Certificate { height, round: 0, block, signatures: Bounded::new(vec![nobody]).expect("one") };
    let signature = key.sign(&certificate.vote_of(key.address()).signing_bytes(chain));
    certificate.signatures = Bounded::new(vec![CommitSignature { signature, ..nobody }]).expect("one");
    certificate
}

fn commit_it(world: &mut World, block: ExecutedBlock) -> Vec<Receipt> {
    let certificate = certificate(&world.chain(), &block);
    let (id, root) = (block.id(), block.header().state_root);
    let ready = check_commit(&world.state, block, certificate).unwrap_or_else(|error| panic!("{error}"));
    let committed = ready.apply(&mut world.state).expect("the state that it was executed on");
    assert_eq!((world.state.view().tip().block, world.state.view().state_root()), (id, root), "another state");
    committed.receipts
}

fn in_memory(tree: &StateTree) -> impl Iterator<Item = (&[u8], &[u8])> {
    tree.iter().map(|entry| entry.expect("in memory"))
}

fn adds_up(state: &State) {
    let view = state.view();
    balance_sheet(view).unwrap_or_else(|error| panic!("{error}"));
    let tree = StateTree::from_entries(in_memory(view.tree()));
    assert_eq!(tree.root(), view.tree().root(), "the root is not that of the entries");
    let shelves: BTreeMap<_, _> =
        view.shelves().iter().map(|(month, shelf)| (month, StateTree::from_entries(in_memory(shelf)))).collect();
    for shelf in shelves.values() {
        let (key, value) = in_memory(shelf).next().expect("a shelf is begun by a reference");
        let proof = view.prove_on_shelf(key).expect("in memory").expect("the key of a shelf");
        proof.verify(&tree.root(), key, Some(value)).unwrap_or_else(|error| panic!("{error}"));
        assert!(proof.verify(&tree.root(), key, None).is_err(), "a proof shows what is so and what isn't");
    }
    let restored = Shelves::restore(&tree, view.tip().time_ms, shelves);
    assert!(restored.is_ok(), "the shelves are not those of the state: {restored:?}");
    if let Some((key, value)) = in_memory(view.tree()).next() {
        let proof = view.tree().prove(key).expect("in memory");
        proof.verify(&tree.root(), key, Some(value)).unwrap_or_else(|error| panic!("{error}"));
    }
    for account in world::accounts() {
        for brand in view.brand_ids().iter().copied() {
            let lots = view.lots(account, brand).expect("in memory");
            assert!(lots.is_sorted_by(|one, other| one.expiry < other.expiry), "lots out of order");
            assert!(lots.iter().all(|lot| !lot.amount.is_zero()), "an empty lot");
            assert!(
                view.holds(account, brand).expect("in memory").iter().all(|hold| !hold.lots.is_empty()),
                "an empty hold"
            );
        }
        let guardians =
            view.account(account).expect("in memory").map(|one| one.guardians.guardians).unwrap_or_default();
        let nobody = guardians.iter().filter_map(Guardian::account).find(|guardian| guardian.is_household());
        assert_eq!(nobody, None, "a guardian who can't sign");
    }
}

/// Asserts that what is remembered of all transactions so far is what the root commits to.
fn are_remembered(world: &World) {
    let state = &world.state;
    let mut minutes = BTreeMap::<u64, Vec<TransactionId>>::new();
    for transaction in &world.included {
        minutes.entry(minute_of(transaction.transaction())).or_default().push(transaction.id());
    }
    minutes.retain(|minute, _| state.view().get(&RecentKey(*minute)).expect("in memory").is_some());
    let minutes: Vec<RecentMinute> = minutes.into_iter().map(|(minute, ids)| RecentMinute { minute, ids }).collect();
    let restored =
        RecentIds::restore(&minutes, state.view().tree(), state.view().tip().time_ms, &state.view().chain_id());
    assert!(restored.is_ok_and(|restored| restored == *state.recent()), "other ids than those that happened");
}

fn is_never_executed_again(state: &State, included: &[Arc<VerifiedTransaction>]) {
    for transaction in included {
        let again = DryRun::new(state, state.view().tip().time_ms).validate(transaction);
        let is_refused = matches!(again, Err(Stop::Failed(Code::DuplicateTransaction | Code::TransactionExpired)));
        assert!(is_refused, "{:?} can happen again: {again:?}", transaction.id());
    }
}
