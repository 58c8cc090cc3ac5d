//! The cost of making a block durable, of reading it back, and of proving what is in it.

#[path = "../../chain/benches/crowd/mod.rs"]
#[allow(dead_code, reason = "the benchmarks of blocks use more of it")]
mod crowd;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lojal_chain::replay::check_commit;
use lojal_ledger::key::{AccountKey, StateKey};
use lojal_store::{Opened, Options, ProposalRecord, Writer, open};
use lojal_types::Height;

use self::crowd::{Crowd, key, validator};

const TRANSACTIONS: u32 = 1_000;

/// Measures the writing of the next block: as a proposal, then its certificate; two syncs.
fn append_next(crowd: &mut Crowd, writer: &mut Writer) -> Duration {
    let transactions = crowd.verified(TRANSACTIONS, 1);
    let block = crowd.propose(&transactions);
    let certificate = crowd.certify(&block);
    let record = ProposalRecord {
        height: block.header().height,
        round: 0,
        valid_round: None,
        proposer: validator().address(),
        block: block.id(),
    };
    let decided = check_commit(&crowd.state, block, certificate).expect("a valid certificate");
    let started = Instant::now();
    writer.append_proposal(&record, decided.bytes()).expect("the disk takes it");
    writer.append_commit(decided.certificate(), decided.bytes()).expect("the disk takes it");
    let took = started.elapsed();
    let committed = decided.apply(&mut crowd.state).expect("the state that it was executed on");
    writer.publish(Arc::new(committed), &crowd.state).expect("the disk takes it");
    took
}

fn log(c: &mut Criterion) {
    let mut crowd = Crowd::new(10_000, TRANSACTIONS);
    let directory = tempfile::tempdir().expect("a directory for the log");
    let opened = open(directory.path(), &crowd.genesis, Options::default()).expect("a new store");
    let Opened { store, mut writer, .. } = opened;
    let mut group = c.benchmark_group("store");
    group.sample_size(10);
    group.throughput(Throughput::Elements(u64::from(TRANSACTIONS)));
    group.bench_function("append a block of 1,000 transfers", |b| {
        b.iter_custom(|rounds| (0..rounds).map(|_| append_next(&mut crowd, &mut writer)).sum());
    });
    group.bench_function("read a block of 1,000 transfers", |b| {
        b.iter(|| store.block(black_box(Height::new(1))).expect("readable"));
    });
    group.throughput(Throughput::Elements(1));
    let account = AccountKey(key(0).address()).encode();
    group.bench_function("prove an account", |b| {
        b.iter(|| store.view().tree().prove(black_box(&account)).expect("in memory"))
    });
    group.finish();
}

criterion_group!(benches, log);
criterion_main!(benches);
