use lojal_types::BlockId;
use lojal_types::limits::BLOCK_BYTES_MAX;

use super::*;
use crate::fixture::{peer, proposer, validator_key, validators};

/// The validator that puts the parts together; it proposes at heights 4, 8 and so on in the tests' order of turns.
fn own() -> Address {
    let number = proposer(8, 0);
    validator_key(number).address()
}

fn assembler() -> Assembler {
    Assembler::new(own(), Height::GENESIS)
}

fn record(height: u64, round: u32, block: u8) -> ProposalRecord {
    let proposer = validator_key(proposer(height, round)).address();
    ProposalRecord { height: Height::new(height), round, valid_round: None, proposer, block: BlockId::new([block; 32]) }
}

fn publisher(record: &ProposalRecord) -> Option<PeerId> {
    Some(peer(proposer(record.height.get(), record.round)))
}

/// Bytes of a block in so many parts.
fn bytes(parts: usize) -> Vec<u8> {
    (0..parts * PART_BYTES - 1).map(|n| (n % 251) as u8).collect()
}

/// Adds parts as their proposer publishes them.
fn add(assembler: &mut Assembler, record: &ProposalRecord, parts: &[Part]) -> Vec<Assembled> {
    let add = |part: &Part| assembler.add(part.clone(), publisher(record), &validators(4));
    parts.iter().filter_map(add).collect()
}

#[test]
fn a_block_comes_together_whatever_order_its_parts_arrive_in() {
    let (record, bytes) = (record(1, 0, 1), bytes(5));
    let parts = split(&record, &bytes);
    assert_eq!(parts.len(), 5);
    for rotation in 0..5 {
        for reversed in [false, true] {
            let mut parts = parts.clone();
            parts.rotate_left(rotation);
            if reversed {
                parts.reverse();
            }
            let assembled = add(&mut assembler(), &record, &parts);
            assert_eq!(assembled.len(), 1);
            assert_eq!((assembled[0].record, &assembled[0].bytes), (record, &bytes));
        }
    }
}

#[test]
fn a_block_of_the_largest_size_has_as_many_parts_as_allowed() {
    let (record, bytes) = (record(1, 0, 1), vec![7; BLOCK_BYTES_MAX]);
    let parts = split(&record, &bytes);
    assert_eq!(parts.len(), PARTS_MAX);
    assert_eq!(add(&mut assembler(), &record, &parts).pop().map(|one| one.bytes), Some(bytes));
    let mut larger = split(&record, &vec![7; BLOCK_BYTES_MAX + 1]);
    assert_eq!(add(&mut assembler(), &record, &larger).len(), 0);
    larger.truncate(PARTS_MAX);
    assert_eq!(add(&mut assembler(), &record, &larger).len(), 0, "even without the part that is too much");
}

#[test]
fn every_part_fits_a_message_of_the_network() {
    let parts = split(&record(1, 0, 1), &vec![7; BLOCK_BYTES_MAX]);
    let largest = parts.iter().map(|part| borsh::to_vec(part).expect("in memory").len()).max();
    // The engine's envelope around it has a stream id of 12 bytes and a sequence number.
    assert!(largest.is_some_and(|bytes| bytes + 64 <= lojal_network::Topic::Parts.message_bytes_max()));
}

#[test]
fn repeated_parts_count_once_and_start_nothing_anew() {
    let (record, bytes) = (record(1, 0, 1), bytes(3));
    let parts = split(&record, &bytes);
    let mut assembler = assembler();
    let repeated = [&parts[..2], &parts[..2], &parts[..2]].concat();
    assert_eq!(add(&mut assembler, &record, &repeated).len(), 0);
    assert_eq!(add(&mut assembler, &record, &parts).len(), 1);
    assert_eq!(add(&mut assembler, &record, &[parts.clone(), parts].concat()).len(), 0);
    assert!(assembler.partial.is_empty());
}

#[test]
fn parts_count_only_from_the_node_of_the_rounds_proposer() {
    let record = record(1, 0, 1);
    let parts = split(&record, &bytes(2));
    let right = proposer(1, 0);
    for wrong in (0..6).filter(|number| *number != right) {
        let mut assembler = assembler();
        for part in &parts {
            assert!(assembler.add(part.clone(), Some(peer(wrong)), &validators(4)).is_none(), "validator {wrong}");
            assert!(assembler.add(part.clone(), None, &validators(4)).is_none(), "nobody");
        }
        assert!(assembler.partial.is_empty() && !assembler.has_begun());
        assert_eq!(add(&mut assembler, &record, &parts).len(), 1, "the proposer's own still count");
    }
}

#[test]
fn parts_that_name_another_proposer_than_the_rounds_are_dropped() {
    let right = record(1, 0, 1);
    let other = ProposalRecord { proposer: validator_key(proposer(1, 1)).address(), ..right };
    assert_eq!(add(&mut assembler(), &right, &split(&other, &bytes(1))).len(), 0);
    let other_round = ProposalRecord { round: 1, ..right };
    assert_eq!(add(&mut assembler(), &right, &split(&other_round, &bytes(1))).len(), 0);
}

#[test]
fn parts_in_this_nodes_own_name_are_dropped() {
    let record = record(4, 0, 1);
    assert_eq!(record.proposer, own());
    let mut assembler = assembler();
    assembler.decided(Height::new(3), &validators(4));
    assert_eq!(add(&mut assembler, &record, &split(&record, &bytes(1))).len(), 0);
}

#[test]
fn heights_that_are_over_or_too_far_ahead_are_dropped() {
    let mut assembler = assembler();
    assembler.decided(Height::new(10), &validators(4));
    let is_kept = |assembler: &mut Assembler, height| {
        let record = record(height, 0, 1);
        add(assembler, &record, &split(&record, &bytes(2))[..1]);
        assembler.partial.keys().any(|key| key.height == record.height)
    };
    let kept: Vec<u64> = (8..=17).filter(|height| is_kept(&mut assembler, *height)).collect();
    // Height 12 is this node's own.
    assert_eq!(kept, [11, 13, 10 + FUTURE_HEIGHTS_MAX]);
}

#[test]
fn rounds_too_far_from_the_current_one_are_dropped() {
    let mut assembler = assembler();
    assembler.started_round(20);
    let kept: Vec<u32> = (0..=40)
        .filter(|round| {
            let record = record(1, *round, 1);
            add(&mut assembler, &record, &split(&record, &bytes(1))).len() == 1
        })
        .collect();
    let near = 20 - ROUNDS_APART_MAX..=20 + ROUNDS_APART_MAX;
    let others: Vec<u32> = near.filter(|round| record(1, *round, 1).proposer != own()).collect();
    assert_eq!(kept, others);
    let ahead = record(2, ROUNDS_APART_MAX + 1, 1);
    assert_ne!(ahead.proposer, own());
    add(&mut assembler, &ahead, &split(&ahead, &bytes(2))[..1]);
    assert!(assembler.partial.is_empty(), "no height ahead has begun a round");
}

#[test]
fn malformed_parts_are_dropped() {
    let record = record(1, 0, 1);
    let good = split(&record, &bytes(2))[0].clone();
    let too_long = vec![0; PART_BYTES + 1];
    let bad = [
        Part { bytes: Vec::new(), ..good.clone() },
        Part { bytes: too_long, ..good.clone() },
        Part { index: 2, ..good.clone() },
        Part { index: u32::MAX, ..good.clone() },
        Part { total: 0, index: 0, ..good.clone() },
        Part { total: PARTS_MAX as u32 + 1, ..good.clone() },
        Part { total: u32::MAX, ..good.clone() },
        Part { height: context::Height(Height::new(u64::MAX)), ..good.clone() },
    ];
    let mut assembler = assembler();
    for part in bad {
        assert_eq!(add(&mut assembler, &record, &[part]).len(), 0);
    }
    assert!(assembler.partial.is_empty());
    assert_eq!(add(&mut assembler, &record, &[good]).len(), 0);
    assert_eq!(assembler.partial.len(), 1);
}

#[test]
fn parts_of_one_proposal_must_agree() {
    let record = record(1, 0, 1);
    let parts = split(&record, &bytes(2));
    let mut assembler = assembler();
    add(&mut assembler, &record, &parts[..1]);
    for other in [
        Part { total: 3, ..parts[1].clone() },
        Part { pol_round: Some(0), ..parts[1].clone() },
        Part { block: BlockId::new([2; 32]), ..parts[1].clone() },
    ] {
        assert_eq!(add(&mut assembler, &record, &[other]).len(), 0);
    }
    assert_eq!(add(&mut assembler, &record, &parts[1..]).len(), 1, "what came first counts");
}

#[test]
fn a_second_block_of_one_proposer_in_one_round_is_ignored() {
    let (first, second) = (record(1, 0, 1), record(1, 0, 2));
    let mut assembler = assembler();
    assert_eq!(add(&mut assembler, &first, &split(&first, &bytes(1))).len(), 1);
    assert_eq!(add(&mut assembler, &second, &split(&second, &bytes(1))).len(), 0);
    let again = record(1, 4, 2);
    assert_eq!(add(&mut assembler, &again, &split(&again, &bytes(1))).len(), 1, "a later round is another matter");
}

#[test]
fn in_late_rounds_every_validator_may_publish_a_block_but_no_stranger() {
    let late = HIDDEN_LOCK_ROUND.as_u32().expect("a round");
    let count = |round: u32, number: u8| {
        let record = record(1, round, 1);
        let mut assembler = assembler();
        assembler.started_round(round);
        let parts = split(&record, &bytes(1));
        parts.into_iter().filter_map(|part| assembler.add(part, Some(peer(number)), &validators(4))).count()
    };
    let round = (late..).find(|round| record(1, *round, 1).proposer != own()).expect("some other validator's");
    assert_eq!((0..5).map(|number| count(round, number)).collect::<Vec<_>>(), [1, 1, 1, 1, 0]);
    let early = (0..late).rev().find(|round| record(1, *round, 1).proposer != own()).expect("some other validator's");
    assert_eq!((0..5).map(|number| count(early, number)).sum::<usize>(), 1);
}

#[test]
fn nobody_can_spoil_what_another_validator_publishes_in_a_late_round() {
    let round = (HIDDEN_LOCK_ROUND.as_u32().expect("a round")..)
        .find(|round| record(1, *round, 1).proposer != own())
        .expect("some other validator's");
    let (honest, forged) = (record(1, round, 1), record(1, round, 2));
    let liar = (0..4).find(|number| *number != proposer(1, round)).expect("another");
    let mut assembler = assembler();
    assembler.started_round(round);
    for part in split(&forged, &bytes(2)).into_iter().take(1) {
        assembler.add(part, Some(peer(liar)), &validators(4));
    }
    assert_eq!(add(&mut assembler, &honest, &split(&honest, &bytes(2))).len(), 1);
}

#[test]
fn what_is_complete_too_early_is_due_once_its_parent_is_decided() {
    let mut assembler = assembler();
    let (second, third) = (record(2, 0, 2), record(3, 0, 3));
    assert_eq!(add(&mut assembler, &third, &split(&third, &bytes(1))).len(), 0);
    assert_eq!(add(&mut assembler, &second, &split(&second, &bytes(2))).len(), 0);
    assert!(assembler.due().is_empty() && !assembler.has_begun());
    for expected in [second, third] {
        assembler.decided(Height::new(expected.height.get() - 1), &validators(4));
        assert!(assembler.has_begun());
        assembler.started_round(0);
        let due: Vec<ProposalRecord> = assembler.due().iter().map(|one| one.record).collect();
        assert_eq!(due, [expected]);
        assert!(assembler.due().is_empty());
        assert_eq!(add(&mut assembler, &expected, &split(&expected, &bytes(1))).len(), 0, "nor does it come again");
    }
}

#[test]
fn only_the_first_proposer_of_the_next_height_begins_it() {
    let mut assembler = assembler();
    for other in [record(1, 1, 1), record(2, 0, 1)] {
        add(&mut assembler, &other, &split(&other, &bytes(2))[..1]);
        assert!(!assembler.has_begun());
    }
    let first = record(1, 0, 1);
    add(&mut assembler, &first, &split(&first, &bytes(2))[..1]);
    assert!(assembler.has_begun());
    add(&mut assembler, &first, &split(&first, &bytes(2)));
    assert!(assembler.has_begun(), "even when all of it is here");
    assembler.decided(Height::new(5), &validators(4));
    assert!(!assembler.has_begun());
}

#[test]
fn a_publisher_takes_bounded_memory_and_none_from_others() {
    let mut assembler = assembler();
    let honest = record(1, 0, 1);
    let honest_parts = split(&honest, &bytes(2));
    add(&mut assembler, &honest, &honest_parts[..1]);
    let liar = proposer(1, 1);
    for round in (1..=ROUNDS_APART_MAX).filter(|round| proposer(1, *round) == liar) {
        for height in 1..=FUTURE_HEIGHTS_MAX {
            let part = record(height, round, 9);
            for part in &split(&part, &bytes(2))[..1] {
                assembler.add(part.clone(), Some(peer(liar)), &validators(4));
            }
        }
    }
    for height in 1..=FUTURE_HEIGHTS_MAX {
        for round in 0..=ROUNDS_APART_MAX {
            let spam = record(height, round, 9);
            if proposer(height, round) == liar {
                add(&mut assembler, &spam, &split(&spam, &bytes(2))[..1]);
            }
        }
    }
    let of_liar = assembler.partial.keys().filter(|key| key.publisher == peer(liar)).count();
    assert_eq!(of_liar, PROPOSALS_PER_PUBLISHER_MAX);
    assert_eq!(add(&mut assembler, &honest, &honest_parts[1..]).len(), 1);
}

#[test]
fn decided_heights_and_rounds_long_over_leave_nothing_behind() {
    let mut assembler = assembler();
    for round in 0..3 {
        let record = record(1, round, 1);
        add(&mut assembler, &record, &split(&record, &bytes(1 + round as usize % 2))[..1]);
    }
    assembler.started_round(ROUNDS_APART_MAX + 3);
    assert!(assembler.partial.is_empty() && assembler.complete.is_empty());
    let (near, ahead) = (record(1, ROUNDS_APART_MAX + 3, 1), record(3, 0, 1));
    add(&mut assembler, &near, &split(&near, &bytes(1)));
    add(&mut assembler, &ahead, &split(&ahead, &bytes(2))[..1]);
    assembler.decided(Height::new(1), &validators(4));
    assert_eq!((assembler.partial.len(), assembler.complete.len()), (1, 0));
}

/// The four validators of the tests, one of them with more power: others propose at the same heights.
fn heavier() -> ValidatorSet {
    let mut list = validators(4).validators().to_vec();
    list[3].power = 5;
    ValidatorSet::new(list).expect("a set")
}

#[test]
fn who_proposes_at_a_height_to_come_is_judged_by_the_validators_of_that_height() {
    let (before, after) = (validators(4), heavier());
    let of = |set: &ValidatorSet, height| set.proposer(Height::new(height), 0).address();
    let others = |height: &u64| of(&before, *height) != of(&after, *height) && of(&after, *height) != own();
    let height = (2..=FUTURE_HEIGHTS_MAX).find(others).expect("the power makes a difference");
    let number = |address: Address| (0..4).find(|one| validator_key(*one).address() == address).expect("of the four");
    let of_set = |set: &ValidatorSet, block: u8| ProposalRecord {
        height: Height::new(height),
        round: 0,
        valid_round: None,
        proposer: of(set, height),
        block: BlockId::new([block; 32]),
    };
    let (old, new) = (of_set(&before, 1), of_set(&after, 2));
    let mut assembler = assembler();
    for record in [old, new] {
        for part in split(&record, &bytes(2)) {
            let publisher = Some(peer(number(record.proposer)));
            assert!(assembler.add(part, publisher, &before).is_none(), "its height is not the next one");
        }
    }
    let stranger = split(&new, &bytes(1)).remove(0);
    assert!(assembler.add(stranger, Some(peer(9)), &before).is_none());
    for decided in 1..height {
        assembler.decided(Height::new(decided), if decided + 1 == height { &after } else { &before });
    }
    assert!(assembler.has_begun());
    let due: Vec<ProposalRecord> = assembler.due().iter().map(|one| one.record).collect();
    assert_eq!(due, [new], "the one who would have proposed without the change has no turn");
}
