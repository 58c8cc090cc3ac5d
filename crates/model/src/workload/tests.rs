use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::world::{DAY_MS, MINUTE_MS, network};

/// Blocks of so many transactions, a minute and now and then days apart.
fn run(seed: u64, blocks: u64, transactions: usize) -> Vec<(SignedTransaction, Result<Outcome, Code>)> {
    let genesis = network(seed);
    let mut workload = Workload::new(seed, &genesis);
    let (mut time, mut results) = (genesis.document().time_ms, Vec::new());
    for block in 0..blocks {
        time = time.plus_ms(if block % 20 == 19 { 3 * DAY_MS } else { MINUTE_MS });
        workload.begin(time);
        for _ in 0..transactions {
            let signed = workload.next(time);
            let verified = signed.clone().verify(&genesis.chain_id()).expect("signed for this chain");
            results.push((signed, workload.push(&verified)));
        }
    }
    results
}

#[test]
fn the_same_seed_gives_the_same_stream_and_another_one_another() {
    let (first, second) = (run(1, 20, 10), run(1, 20, 10));
    assert!(first == second);
    assert!(first != run(2, 20, 10));
}

#[test]
fn every_kind_succeeds_often_and_about_eight_of_ten_transactions_do() {
    let results = run(4, 200, 50);
    let mut applied: BTreeMap<&str, u32> = BTreeMap::new();
    let mut failed: BTreeMap<Code, u32> = BTreeMap::new();
    let mut succeeded = 0;
    for (signed, result) in &results {
        match result {
            Ok(Outcome::Applied) => {
                succeeded += 1;
                for operation in signed.transaction.operations.iter() {
                    *applied.entry(operation.name()).or_default() += 1;
                }
            }
            Ok(Outcome::Failed { code, .. }) | Err(code) => *failed.entry(*code).or_default() += 1,
        }
    }
    let share = succeeded * 100 / results.len();
    assert!((72..=90).contains(&share), "{share} of 100 succeed: {applied:?} {failed:?}");
    assert_eq!(applied.len(), 51, "{applied:?}");
    assert!(applied.values().all(|count| *count >= 5), "{applied:?}");
    assert!(failed.len() > 50, "{failed:?}");
    let senders: BTreeSet<Address> = results.iter().map(|(signed, _)| signed.transaction.sender).collect();
    assert!(senders.len() > 25, "{}", senders.len());
}

#[test]
fn every_transaction_is_within_its_limits() {
    for (signed, _) in run(4, 60, 50) {
        assert!(signed.encode().len() <= lojal_types::limits::TRANSACTION_BYTES_MAX);
    }
}

#[test]
fn a_stream_that_is_told_of_whole_blocks_goes_on_making_sense() {
    let genesis = network(5);
    let mut workload = Workload::new(5, &genesis);
    let (mut time, mut applied, mut all) = (genesis.document().time_ms, 0, 0);
    for _ in 0..60 {
        time = time.plus_ms(MINUTE_MS);
        let block: Vec<VerifiedTransaction> =
            (0..20).map(|_| workload.next(time).verify(&genesis.chain_id()).expect("signed for this chain")).collect();
        all += block.len();
        applied += workload.commit(time, &block).iter().filter(|answer| **answer == Ok(Outcome::Applied)).count();
    }
    // Fewer than of a stream that follows every transaction: a block's later ones don't know what its earlier ones did.
    assert!(applied * 10 > all * 6, "{applied} of {all} succeed");
    assert_eq!(workload.model().time(), time);
}
