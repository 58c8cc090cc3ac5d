//! The cost of a block among a million accounts.

mod crowd;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use lojal_chain::replay::{check_commit, execute_bytes};
use lojal_chain::{execute_block, verify_certificate};
use lojal_ledger::{DryRun, State, StateTree, Usage};

use self::crowd::Crowd;

const ACCOUNTS: u32 = 1_000_000;
const SENDERS: u32 = 1_000;

fn blocks(c: &mut Criterion) {
    let mut crowd = Crowd::new(ACCOUNTS, SENDERS);
    let mut group = c.benchmark_group("among 1,000,000 accounts");
    for (name, transactions, operations) in
        [("1,000 transfers", 1_000, 1), ("100 transactions of 100 transfers", 100, 100)]
    {
        let verified = crowd.verified(transactions, operations);
        group.throughput(Throughput::Elements(u64::from(transactions * operations)));
        group.bench_function(format!("propose {name}"), |b| b.iter(|| crowd.propose(black_box(&verified))));
        let block = crowd.propose(&verified);
        group.bench_function(format!("execute {name}"), |b| {
            let given = || (block.header().clone(), verified.clone());
            b.iter_batched(
                given,
                |(header, verified)| execute_block(&crowd.state, header, verified),
                BatchSize::LargeInput,
            );
        });
        group.sample_size(10);
        group.bench_function(format!("decode, check and execute {name}"), |b| {
            b.iter(|| execute_bytes(&crowd.state, black_box(block.bytes())));
        });
        group.bench_function(format!("commit {name}"), |b| {
            let certificate = crowd.certify(&block);
            let given = || (crowd.state.clone(), crowd.propose(&verified), certificate.clone());
            let commit = |(mut state, block, certificate): (State, _, _)| {
                let block = check_commit(&state, block, certificate).expect("a valid certificate");
                (block.apply(&mut state).expect("the state that it was executed on"), state)
            };
            b.iter_batched(given, commit, BatchSize::LargeInput);
        });
        group.sample_size(100);
    }
    group.finish();

    let mut group = c.benchmark_group("admission");
    let verified = crowd.verified(SENDERS, 1);
    let now = crowd.state.view().tip().time_ms;
    let mut each = verified.iter().cycle();
    let mut next = || Arc::clone(each.next().expect("endless"));
    group.bench_function("validate a transfer", |b| {
        b.iter_batched(&mut next, |one| DryRun::new(&crowd.state, now).validate(&one), BatchSize::SmallInput);
    });
    group.bench_function("admit a transfer of a peer", |b| {
        b.iter_batched(
            &mut next,
            |one| DryRun::new(&crowd.state, now).admit(&one, &Usage::default()),
            BatchSize::SmallInput,
        );
    });
    let block = crowd.propose(&verified[..1]);
    let certificate = crowd.certify(&block);
    let validators = crowd.state.view().validators();
    group.bench_function("check a certificate", |b| {
        b.iter(|| verify_certificate(black_box(&certificate), validators, &crowd.genesis.chain_id()));
    });
    group.finish();

    let mut group = c.benchmark_group("start");
    group.bench_function("genesis", |b| b.iter(|| State::genesis(black_box(&crowd.genesis))));
    group.sample_size(10);
    group.bench_function("state of 1,000,000 accounts", |b| {
        b.iter_batched(|| crowd.entries.clone(), StateTree::from_entries, BatchSize::LargeInput);
    });
    group.finish();
}

criterion_group!(benches, blocks);
criterion_main!(benches);
