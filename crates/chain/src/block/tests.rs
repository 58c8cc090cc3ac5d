use std::collections::BTreeMap;

use lojal_ledger::key::{StateKey, TotalsKey};
use lojal_ledger::recent::RecentIds;
use lojal_types::block::transactions_root;
use lojal_types::{Allowance, Allowances, Block, Bounded, BrandId, ChainId, Genesis, Points, Transaction};

use super::*;
use crate::fixture::*;
use crate::replay::commit;

type Transactions = Vec<Arc<VerifiedTransaction>>;

/// The state after one block in which the member got 100 points.
fn state() -> State {
    let mut state = State::genesis(&genesis(&[1; 4], parameters()));
    let block = next_block(&state, vec![issues(&state, 1, 100)]);
    let certificate = certificate_of(&state, &block, &[0, 1, 2]);
    commit(&mut state, block, certificate).expect("a quorum signed");
    state
}

/// A valid block of three transactions on top of [`state`], one of which fails.
fn block(state: &State) -> (Header, Transactions) {
    let block = next_block(state, vec![redeem(state, 1, 10), redeem(state, 2, 1000), issues(state, 2, 1)]);
    (block.header().clone(), block.transactions().to_vec())
}

/// The reason a block is invalid after a change of its header.
fn error_after(change: impl FnOnce(&mut Header)) -> InvalidBlock {
    let state = state();
    let (mut header, transactions) = block(&state);
    change(&mut header);
    execute_block(&state, header, transactions).err().expect("the change makes the block invalid")
}

/// A block of these transactions whose header says so, whatever they are.
fn claimed(state: &State, transactions: &[Arc<VerifiedTransaction>]) -> Header {
    let (header, _) = block(state);
    Header { transactions_root: transactions_root_of(transactions), ..header }
}

#[test]
fn a_proposed_block_is_valid_for_everybody_with_the_same_id_and_bytes() {
    let state = state();
    let candidates = vec![redeem(&state, 1, 10), redeem(&state, 2, 1000), issues(&state, 2, 1)];
    let proposed = next_block(&state, candidates.clone());
    let executed =
        execute_block(&state, proposed.header().clone(), candidates.clone()).expect("the proposer executed it too");
    assert_eq!(executed.id(), proposed.id());
    assert_eq!(executed.id(), proposed.header().id());
    assert_eq!(executed.bytes(), proposed.bytes());
    assert_eq!(executed.execution.tree().root(), *proposed.header().state_root.as_bytes());
    assert_eq!(executed.execution.receipts(), proposed.execution.receipts());
    let signed = candidates.iter().map(|one| one.signed().clone()).collect();
    let block = Block { header: proposed.header().clone(), transactions: Bounded::new(signed).expect("three") };
    assert_eq!(**proposed.bytes(), block.encode());
    assert_eq!(Block::decode(proposed.bytes()).expect("canonical"), block);
}

#[test]
fn a_block_without_transactions_has_the_size_that_the_limit_counts_with() {
    let state = state();
    let empty = next_block(&state, vec![]);
    assert_eq!(empty.bytes().len(), EMPTY_BLOCK_BYTES);
    assert!(execute_block(&state, empty.header().clone(), vec![]).is_ok());
}

#[test]
fn the_header_continues_the_chain_and_commits_to_what_is_in_the_block() {
    let state = state();
    let (header, transactions) = block(&state);
    let view = state.view();
    assert_eq!((header.version, header.chain_id, header.height), (1, view.chain_id(), Height::new(2)));
    assert_eq!(header.parent, view.tip().block);
    assert_eq!(header.transactions_root, transactions_root(transactions.iter().map(|one| one.bytes())));
    assert_eq!(header.validators_hash, view.validators().hash(&view.chain_id()));
    assert_eq!(header.next_validators_hash, header.validators_hash);
    assert_ne!(header.state_root, view.state_root());
}

#[test]
fn every_wrong_link_in_a_header_is_named() {
    assert_eq!(error_after(|header| header.version = 3), InvalidBlock::Version(3));
    let other = InvalidBlock::OtherVersion { found: 2, expected: 1 };
    assert_eq!(error_after(|header| header.version = 2), other);
    assert_eq!(error_after(|header| header.chain_id = ChainId::new([9; 32])), InvalidBlock::Chain);
    for height in [0, 1, 3] {
        let found = Height::new(height);
        let expected = InvalidBlock::Height { found, expected: Height::new(2) };
        assert_eq!(error_after(|header| header.height = found), expected);
    }
    assert_eq!(error_after(|header| header.parent = BlockId::new([9; 32])), InvalidBlock::Parent);
    assert_eq!(error_after(|header| header.proposer = member()), InvalidBlock::Proposer);
}

#[test]
fn a_block_is_later_than_its_parent_by_a_millisecond_at_least() {
    let state = state();
    let parent = state.view().tip().time_ms;
    assert_eq!(error_after(|header| header.time_ms = parent), InvalidBlock::Time);
    assert_eq!(error_after(|header| header.time_ms = time(parent.get() - 1)), InvalidBlock::Time);
    let (header, _) = block(&state);
    let empty = next_block(&state, vec![]);
    let soonest = Header { time_ms: parent.plus_ms(1), ..empty.header().clone() };
    assert!(execute_block(&state, soonest, vec![]).is_ok());
    assert!(header.time_ms > parent);
}

#[test]
fn every_wrong_root_in_a_header_is_named() {
    let wrong = Hash::new([9; 32]);
    let root = InvalidBlock::Root;
    assert_eq!(error_after(|header| header.transactions_root = wrong), root("transactions_root"));
    assert_eq!(error_after(|header| header.receipts_root = wrong), root("receipts_root"));
    assert_eq!(error_after(|header| header.state_root = wrong), root("state_root"));
    assert_eq!(error_after(|header| header.validators_hash = wrong), root("validators_hash"));
    assert_eq!(error_after(|header| header.next_validators_hash = wrong), root("next_validators_hash"));
}

#[test]
fn the_time_is_part_of_what_execution_gives() {
    // The time of an issue stands in the state, and the parent's time decides which month it is.
    let later = error_after(|header| header.time_ms = header.time_ms.plus_ms(1));
    assert_eq!(later, InvalidBlock::Root("state_root"));
}

#[test]
fn any_validator_may_be_the_proposer_and_that_is_another_block() {
    let state = state();
    let (header, transactions) = block(&state);
    let other = Header { proposer: validator_key(3).address(), ..header.clone() };
    let executed = execute_block(&state, other, transactions).expect("a validator");
    assert_ne!(executed.id(), header.id());
}

#[test]
fn other_transactions_than_the_header_s_are_found() {
    let state = state();
    let (header, transactions) = block(&state);
    let reordered: Transactions = transactions.iter().rev().cloned().collect();
    let fewer = transactions[..2].to_vec();
    let more = [transactions.clone(), vec![redeem(&state, 9, 1)]].concat();
    let repeated = [transactions.clone(), vec![transactions[2].clone()]].concat();
    for others in [reordered, fewer, more, repeated, vec![]] {
        let error = execute_block(&state, header.clone(), others).err();
        assert_eq!(error, Some(InvalidBlock::Root("transactions_root")));
    }
}

#[test]
fn a_transaction_that_can_not_be_in_the_block_is_named_with_its_position_and_code() {
    let state = state();
    let (header, right) = block(&state);
    let expired = redeem_until(&state, 5, 1, header.time_ms);
    let far = redeem_until(&state, 6, 1, header.time_ms.plus_ms(3_600_001));
    let earlier = issues(&State::genesis(&genesis(&[1; 4], parameters())), 1, 100);
    for (wrong, code) in [
        (expired, Code::TransactionExpired),
        (far, Code::WindowTooLong),
        (right[2].clone(), Code::DuplicateTransaction),
        (earlier, Code::DuplicateTransaction),
    ] {
        let transactions = [right.clone(), vec![wrong]].concat();
        let error = execute_block(&state, claimed(&state, &transactions), transactions).err();
        assert_eq!(error, Some(InvalidBlock::Transaction(3, code)));
    }
}

#[test]
fn a_block_with_more_than_a_sender_may_send_in_a_day_is_invalid_and_never_proposed() {
    let operator = Allowance { bytes: 16_384, operations: 100 };
    let allowances = Allowances { operator, ..Allowances::standard() };
    let state = State::genesis(&genesis(&[1; 4], Parameters { allowances, ..parameters() }));
    let [most, beyond, last] = [(1, 99), (2, 2), (3, 1)].map(|(number, count)| issues(&state, number, count));
    let candidates = vec![most.clone(), beyond.clone(), last.clone()];
    let now = state.view().tip().time_ms.plus_ms(1000);
    let proposal = propose(&state, validator_key(0).address(), now, candidates).expect("points are conserved");
    assert_eq!(proposal.refused, [(beyond.id(), Code::AllowanceSpent)]);
    assert_eq!(proposal.block.transactions(), [most.clone(), last.clone()]);
    let transactions = vec![most, last, beyond];
    let transactions_root = transactions_root_of(&transactions);
    let header = Header { transactions_root, ..proposal.block.header().clone() };
    let error = execute_block(&state, header, transactions).err();
    assert_eq!(error, Some(InvalidBlock::Transaction(2, Code::AllowanceSpent)));
}

#[test]
fn the_same_transactions_in_another_order_are_another_block() {
    let state = state();
    let (_, transactions) = block(&state);
    let reordered: Transactions = transactions.into_iter().rev().collect();
    let error = execute_block(&state, claimed(&state, &reordered), reordered).err();
    assert_eq!(error, Some(InvalidBlock::Root("receipts_root")));
}

fn genesis_with(block_bytes_max: usize, block_transactions_max: u32) -> Genesis {
    let block_bytes_max = u32::try_from(block_bytes_max).expect("at most 4 MiB");
    genesis(&[1; 4], Parameters { block_bytes_max, block_transactions_max, ..parameters() })
}

#[test]
fn a_block_has_at_most_as_many_transactions_as_the_parameters_allow() {
    for limit in [1, 3] {
        let state = State::genesis(&genesis_with(40_000, limit));
        let candidates: Transactions = (0..5).map(|number| issues(&state, number, 1)).collect();
        let proposed = next_block(&state, candidates.clone());
        assert_eq!(proposed.transactions(), &candidates[..limit as usize], "in their order");
        assert!(execute_block(&state, proposed.header().clone(), proposed.transactions().to_vec()).is_ok());
        let one_more = candidates[..=limit as usize].to_vec();
        let error = execute_block(&state, proposed.header().clone(), one_more).err();
        assert_eq!(error, Some(InvalidBlock::TooLarge));
    }
}

#[test]
fn a_block_has_at_most_as_many_operations_as_its_work_allows() {
    let state = State::genesis(&genesis_with(4_194_304, 10_000));
    let full = BLOCK_OPERATIONS_MAX as u64 / 100;
    let candidates: Transactions = (0..=full).map(|number| issues(&state, number, 100)).collect();
    let proposed = next_block(&state, candidates.clone());
    assert_eq!(proposed.transactions(), &candidates[..full as usize]);
    assert!(execute_block(&state, proposed.header().clone(), proposed.transactions().to_vec()).is_ok());
    let error = execute_block(&state, proposed.header().clone(), candidates).err();
    assert_eq!(error, Some(InvalidBlock::TooLarge));
}

#[test]
fn a_block_has_at_most_as_many_bytes_as_the_parameters_allow() {
    const COUNT: u64 = 6;
    let candidates = |state: &State| (0..COUNT).map(|number| issues(state, number, 100)).collect::<Transactions>();
    let large = State::genesis(&genesis_with(4_194_304, 10_000));
    let length = next_block(&large, candidates(&large)).bytes().len();
    assert!(length > 32_768, "{length}: the smallest limit that genesis can set");

    let exactly = State::genesis(&genesis_with(length, 10_000));
    let all = next_block(&exactly, candidates(&exactly));
    assert_eq!((all.transactions().len(), all.bytes().len()), (6, length));
    assert!(execute_block(&exactly, all.header().clone(), all.transactions().to_vec()).is_ok());

    let one_byte_less = State::genesis(&genesis_with(length - 1, 10_000));
    let fewer = next_block(&one_byte_less, candidates(&one_byte_less));
    assert_eq!(fewer.transactions().len(), 5);
    let error = execute_block(&one_byte_less, fewer.header().clone(), candidates(&one_byte_less)).err();
    assert_eq!(error, Some(InvalidBlock::TooLarge));
}

#[test]
fn candidates_that_can_not_be_in_a_block_are_left_out_and_named_and_failures_are_not() {
    let state = state();
    let now = state.view().tip().time_ms.plus_ms(1000);
    let good = redeem(&state, 1, 10);
    let fails = redeem(&state, 2, 1000);
    let expired = redeem_until(&state, 3, 1, now);
    let far = redeem_until(&state, 4, 1, now.plus_ms(3_600_001));
    let candidates = vec![expired.clone(), good.clone(), far.clone(), good.clone(), fails.clone()];
    let proposal = propose(&state, validator_key(0).address(), now, candidates).expect("points are conserved");
    let refused = [
        (expired.id(), Code::TransactionExpired),
        (far.id(), Code::WindowTooLong),
        (good.id(), Code::DuplicateTransaction),
    ];
    assert_eq!(proposal.refused, refused);
    assert_eq!(proposal.block.transactions(), [good, fails]);
    let again = execute_block(&state, proposal.block.header().clone(), proposal.block.transactions().to_vec());
    assert_eq!(again.map(|block| block.id()), Ok(proposal.block.id()));
}

#[test]
fn a_foreign_signature_is_left_out_of_a_proposal() {
    let state = state();
    let wish: Transaction = redeem(&state, 1, 10).transaction().clone();
    let chain = state.view().chain_id();
    let foreign = wish.sign(&chain, &key(99)).verify(&chain).expect("a valid signature of somebody else");
    let now = state.view().tip().time_ms.plus_ms(1000);
    let proposal = propose(&state, validator_key(0).address(), now, [Arc::new(foreign)]).expect("conserved");
    assert_eq!(proposal.refused.iter().map(|(_, code)| *code).collect::<Vec<_>>(), [Code::WrongKey]);
}

#[test]
fn a_proposer_whose_clock_is_behind_proposes_the_earliest_valid_time() {
    let state = state();
    let parent = state.view().tip().time_ms;
    for (now, expected) in [(0, 1), (parent.get(), 1), (parent.get() + 1, 1), (parent.get() + 2, 2)] {
        let proposal = propose(&state, validator_key(0).address(), time(now), []).expect("conserved");
        assert_eq!(proposal.block.header().time_ms, parent.plus_ms(expected));
    }
}

#[test]
fn a_block_may_be_two_seconds_ahead_of_the_clock_and_not_a_millisecond_more() {
    let (header, _) = block(&state());
    let now = |ahead_ms: u64| time(header.time_ms.get() - ahead_ms);
    assert_eq!(check_clock(&header, now(0)), Ok(()));
    assert_eq!(check_clock(&header, now(2000)), Ok(()));
    assert_eq!(check_clock(&header, now(2001)), Err(InvalidBlock::Drift(2001)));
    assert_eq!(check_clock(&header, header.time_ms.plus_ms(1_000_000)), Ok(()), "an old block is just old");
}

#[test]
fn broken_conservation_stops_execution_and_proposing() {
    let state = state();
    let (header, transactions) = block(&state);
    let brand: BrandId = "nordmat".parse().expect("a valid id");
    let mut totals = state.view().totals(brand).expect("in memory").expect("every brand has totals");
    totals.issued = totals.issued.checked_add(Points::new(1)).expect("small");
    let bytes = borsh::to_vec(&totals).expect("writing to memory can't fail").into_boxed_slice();
    let changes = BTreeMap::from([(TotalsKey(brand).encode(), Some(bytes))]);
    let damaged = State::restore(
        &genesis(&[1; 4], parameters()),
        state.view().tip(),
        (state.view().tree().apply(&changes).expect("in memory"), state.view().shelves().clone()),
        RecentIds::default(),
    )
    .expect("in memory");
    let fault = ConservationError::Totals(brand);
    let error = execute_block(&damaged, header.clone(), transactions.clone()).err();
    assert_eq!(error, Some(InvalidBlock::Conservation(fault.clone())));
    let proposal = propose(&damaged, validator_key(0).address(), header.time_ms, transactions);
    assert_eq!(proposal.err(), Some(ProposeError::Conservation(fault)));
}
