use std::error::Error as _;

use lojal_ledger::conservation::balance_sheet;
use lojal_types::limits::BLOCK_BYTES_MAX;
use lojal_types::{Code, Hash, Outcome};

use super::*;
use crate::fixture::*;

const HEIGHTS: u64 = 30;

struct Chain {
    genesis: Genesis,
    blocks: Vec<(Arc<[u8]>, Certificate)>,
    /// The state root after each block.
    roots: Vec<Hash>,
    state: State,
}

/// Thirty blocks of none to three transactions over the end of a month; validators of power 1, 2, 3 and 4.
fn chain() -> Chain {
    let genesis = genesis(&[1, 2, 3, 4], parameters());
    let mut state = State::genesis(&genesis);
    let (mut blocks, mut roots) = (Vec::new(), Vec::new());
    for number in 0..HEIGHTS {
        let mut candidates = vec![issues(&state, number, 1 + number % 3)];
        if number > 0 {
            candidates.push(redeem(&state, number, 1));
            candidates.push(redeem(&state, 1000 + number, 1000));
        }
        candidates.truncate(usize::try_from(number % 4).expect("small"));
        let block = next_block(&state, candidates);
        let signers: &[usize] = if number % 2 == 0 { &[1, 2, 3] } else { &[0, 2, 3] };
        let certificate = certificate_of(&state, &block, signers);
        let committed = commit(&mut state, block, certificate).expect("a quorum signed");
        roots.push(committed.header.state_root);
        blocks.push((committed.bytes, committed.certificate));
    }
    Chain { genesis, blocks, roots, state }
}

#[test]
fn a_replay_from_genesis_reproduces_every_root_and_the_state() {
    let chain = chain();
    let mut replay = Replay::new(&chain.genesis);
    let mut outcomes = Vec::new();
    for ((bytes, certificate), root) in chain.blocks.iter().zip(&chain.roots) {
        let committed = replay.apply(bytes, certificate.clone()).expect("a valid chain");
        assert_eq!(replay.state().view().state_root(), *root);
        assert_eq!(replay.state().view().tip().block, committed.id);
        assert_eq!((&committed.bytes, &committed.certificate), (bytes, certificate));
        assert_eq!(committed.receipts.len(), committed.transactions.len());
        assert!(committed.receipts.iter().zip(&committed.transactions).all(|(r, t)| r.transaction == t.id()));
        outcomes.extend(committed.receipts.iter().map(|receipt| receipt.outcome));
        balance_sheet(replay.state().view()).expect("conserved");
    }
    assert!(outcomes.contains(&Outcome::Applied));
    assert!(outcomes.contains(&Outcome::Failed { operation: 0, code: Code::InsufficientPoints }));
    let end = replay.into_state();
    assert_eq!(end.view().tip(), chain.state.view().tip());
    assert_eq!(end.view().tip().height, Height::new(HEIGHTS));
    assert_eq!(end.recent(), chain.state.recent());
}

#[test]
fn a_replay_can_start_at_a_trusted_state() {
    let chain = chain();
    let mut first = Replay::new(&chain.genesis);
    for (bytes, certificate) in &chain.blocks[..17] {
        first.apply(bytes, certificate.clone()).expect("a valid chain");
    }
    let mut second = Replay::from_state(first.into_state());
    for (bytes, certificate) in &chain.blocks[17..] {
        second.apply(bytes, certificate.clone()).expect("a valid chain");
    }
    assert_eq!(second.state().view().state_root(), chain.state.view().state_root());
}

#[test]
fn any_flipped_bit_of_a_block_is_found_at_its_height_and_leaves_the_state_unchanged() {
    let chain = chain();
    let mut replay = Replay::new(&chain.genesis);
    for ((bytes, certificate), height) in chain.blocks.iter().zip(1..) {
        let before = (replay.state().view().tip(), replay.state().view().state_root());
        // A prime step, so that over all blocks the samples meet every field.
        for bit in (0..bytes.len() * 8).skip(height * 7 % 41).step_by(101) {
            let mut changed = bytes.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            let error = replay.apply(&changed, certificate.clone()).expect_err("every bit counts");
            assert_eq!(error.height, Height::new(height as u64), "bit {bit}");
            assert_eq!((replay.state().view().tip(), replay.state().view().state_root()), before);
        }
        replay.apply(bytes, certificate.clone()).expect("the block as it was");
    }
    assert_eq!(replay.state().view().state_root(), chain.state.view().state_root());
}

#[test]
fn every_bit_of_one_header_counts() {
    let chain = chain();
    let mut replay = Replay::new(&chain.genesis);
    let (bytes, certificate) = &chain.blocks[0];
    for bit in 0..crate::block::EMPTY_BLOCK_BYTES * 8 {
        let mut changed = bytes.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(replay.apply(&changed, certificate.clone()).is_err(), "bit {bit}");
    }
    assert!(replay.apply(bytes, certificate.clone()).is_ok());
}

#[test]
fn any_flipped_bit_of_a_certificate_is_found() {
    let chain = chain();
    let mut replay = Replay::new(&chain.genesis);
    for (bytes, certificate) in &chain.blocks[..3] {
        let encoded = borsh::to_vec(certificate).expect("writing to memory can't fail");
        for bit in (0..encoded.len() * 8).step_by(13) {
            let mut changed = encoded.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            // A length that doesn't fit is no certificate at all.
            if let Ok(changed) = borsh::from_slice::<Certificate>(&changed) {
                assert!(replay.apply(bytes, changed).is_err(), "bit {bit}");
            }
        }
        replay.apply(bytes, certificate.clone()).expect("the certificate as it was");
    }
}

#[test]
fn bytes_that_are_no_block_are_refused() {
    let chain = chain();
    let (bytes, certificate) = &chain.blocks[0];
    let mut replay = Replay::new(&chain.genesis);
    let mut fault = |bytes: &[u8]| replay.apply(bytes, certificate.clone()).expect_err("no block").reason;
    assert!(matches!(fault(&[]), ReplayFault::Decode(BlockDecodeError::Malformed(_))));
    assert!(matches!(fault(&bytes[..bytes.len() - 1]), ReplayFault::Decode(BlockDecodeError::Malformed(_))));
    let trailing = [bytes, [0_u8].as_slice()].concat();
    assert!(matches!(fault(&trailing), ReplayFault::Decode(BlockDecodeError::Malformed(_))));
    let large = vec![0; BLOCK_BYTES_MAX + 1];
    assert!(matches!(fault(&large), ReplayFault::Decode(BlockDecodeError::TooLarge(length)) if length == large.len()));
}

#[test]
fn a_missing_repeated_or_foreign_block_is_found_at_the_height_where_it_stands() {
    let chain = chain();
    let other = State::genesis(&genesis(&[1, 2, 3, 5], parameters()));
    let mut replay = Replay::new(&chain.genesis);
    let (first, second) = (&chain.blocks[0], &chain.blocks[1]);
    let error = replay.apply(&second.0, second.1.clone()).expect_err("the first one is missing");
    assert_eq!(error.height, Height::new(1));
    assert!(matches!(error.reason, ReplayFault::Invalid(InvalidBlock::Height { .. })));
    assert!(error.to_string().starts_with("height 1: "), "{error}");
    assert!(error.source().is_some());

    let foreign = next_block(&other, vec![]);
    let certificate = certificate_of(&other, &foreign, &[1, 2, 3]);
    let error = replay.apply(foreign.bytes(), certificate).expect_err("another network");
    assert!(matches!(error.reason, ReplayFault::Invalid(InvalidBlock::Chain)));

    replay.apply(&first.0, first.1.clone()).expect("the first one");
    let error = replay.apply(&first.0, first.1.clone()).expect_err("the first one again");
    assert_eq!(error.height, Height::new(2));
    assert!(matches!(error.reason, ReplayFault::Invalid(InvalidBlock::Height { .. })));
}

#[test]
fn a_signature_in_a_block_is_checked_even_if_the_header_commits_to_it() {
    let chain = chain();
    let mut replay = Replay::new(&chain.genesis);
    replay.apply(&chain.blocks[0].0, chain.blocks[0].1.clone()).expect("a valid chain");
    let mut block = Block::decode(&chain.blocks[1].0).expect("canonical");
    let mut signed = block.transactions.into_inner();
    signed[0].signature = lojal_types::Signature::new([1; 64]);
    let encoded: Vec<Vec<u8>> = signed.iter().map(|one| one.encode()).collect();
    block.header.transactions_root = lojal_types::block::transactions_root(encoded.iter().map(Vec::as_slice));
    block.transactions = lojal_types::Bounded::new(signed).expect("as many as before");
    let certificate = certify(&chain.genesis.chain_id(), Height::new(2), block.header.id(), &[1, 2, 3]);
    let error = replay.apply(&block.encode(), certificate).expect_err("a wrong signature");
    let expected = InvalidBlock::Transaction(0, Code::BadSignature);
    assert!(matches!(error.reason, ReplayFault::Invalid(found) if found == expected));
}

#[test]
fn a_certificate_of_another_block_or_height_commits_nothing() {
    let mut state = State::genesis(&genesis(&[1; 4], parameters()));
    let chain = state.view().chain_id();
    let root = state.view().state_root();
    let (one, other) = (vec![issues(&state, 1, 1)], vec![issues(&state, 2, 1)]);
    let other = next_block(&state, other).id();
    let block = || next_block(&state, one.clone());
    let for_other = certify(&chain, Height::new(1), other, &[0, 1, 2]);
    let for_other_height = certify(&chain, Height::new(2), block().id(), &[0, 1, 2]);
    let too_few = certify(&chain, Height::new(1), block().id(), &[0, 1]);
    let blocks = [block(), block(), block(), block()];
    let quorum = CertificateError::Quorum { power: 2, total: 4 };
    let right = certify(&chain, Height::new(1), blocks[0].id(), &[0, 1, 2]);
    let expected =
        [Err(CommitError::OtherBlock), Err(CommitError::OtherBlock), Err(CommitError::Certificate(quorum)), Ok(())];
    for ((block, certificate), expected) in
        blocks.into_iter().zip([for_other, for_other_height, too_few, right]).zip(expected)
    {
        let checked = check_commit(&state, block, certificate);
        assert_eq!((state.view().state_root(), state.view().tip().height), (root, Height::GENESIS));
        assert_eq!(checked.and_then(|block| block.apply(&mut state)).map(drop), expected);
    }
    assert_eq!(state.view().tip().height, Height::new(1));
}

#[test]
fn a_block_that_was_executed_on_another_state_commits_nothing() {
    let mut state = State::genesis(&genesis(&[1; 4], parameters()));
    let chosen = next_block(&state, vec![issues(&state, 1, 1)]);
    let rival = next_block(&state, vec![issues(&state, 2, 1)]);
    let certificates = [&chosen, &rival].map(|block| certificate_of(&state, block, &[0, 1, 2]));
    let [for_chosen, for_rival] = certificates;
    commit(&mut state, chosen, for_chosen).expect("a quorum signed");
    let after = (state.view().tip(), state.view().state_root(), state.recent().clone());
    // Even with a certificate, as after a fault of two thirds of the voting power.
    assert_eq!(commit(&mut state, rival, for_rival).map(drop), Err(CommitError::OtherState));
    assert_eq!((state.view().tip(), state.view().state_root(), state.recent().clone()), after);
}

#[test]
fn a_block_that_was_certified_before_the_state_moved_on_is_not_applied() {
    let mut state = State::genesis(&genesis(&[1; 4], parameters()));
    let block = || next_block(&state, vec![issues(&state, 1, 1)]);
    let (one, again) = (block(), block());
    let certificate = certificate_of(&state, &one, &[0, 1, 2]);
    let one = check_commit(&state, one, certificate.clone()).expect("a quorum signed");
    let again = check_commit(&state, again, certificate).expect("a quorum signed");
    assert_eq!(one.apply(&mut state).expect("the state that it was executed on").header.height, Height::new(1));
    let after = state.view().state_root();
    assert_eq!(again.apply(&mut state).map(drop), Err(CommitError::OtherState));
    assert_eq!(state.view().state_root(), after);
}

#[test]
fn signatures_that_are_checked_ahead_of_the_execution_give_the_same_chain_and_the_same_faults() {
    let chain = chain();
    let id = chain.genesis.chain_id();
    let mut blocks: Vec<Vec<u8>> = chain.blocks.iter().map(|(bytes, _)| bytes.to_vec()).collect();
    // The last byte of a block with transactions is one of the last signature.
    let forged = blocks.iter().rposition(|bytes| bytes.len() > crate::block::EMPTY_BLOCK_BYTES).expect("not empty");
    *blocks[forged].last_mut().expect("it has bytes") ^= 1;
    let checked = check_signatures(blocks.iter().map(Vec::as_slice), &id);
    let mut replay = Replay::new(&chain.genesis);
    for (number, (block, (bytes, certificate))) in checked.into_iter().zip(&chain.blocks).enumerate() {
        if number == forged {
            let one_by_one = execute_bytes(replay.state(), &blocks[forged]).map(drop).expect_err("a forged signature");
            assert_eq!(block.map(drop).expect_err("a forged signature").to_string(), one_by_one.to_string());
            replay.apply(bytes, certificate.clone()).expect("the block as it was");
        } else {
            replay.apply_checked(block, certificate.clone()).expect("a valid chain");
        }
        assert_eq!(replay.state().view().state_root(), chain.roots[number]);
    }
    assert_eq!(replay.state().view().tip().height, Height::new(HEIGHTS));
}
