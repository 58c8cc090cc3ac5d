//! The cost of the state tree at the size of a large network.

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use lojal_ledger::StateTree;
use lojal_ledger::tree::Proof;
use sha2::{Digest, Sha256};

const ENTRIES: u64 = 1_000_000;
const CHANGES: u64 = 1_000;

type Entry = (Box<[u8]>, Box<[u8]>);

/// As long as the key of a balance.
fn key(number: u64) -> Box<[u8]> {
    let address: [u8; 32] = Sha256::digest(number.to_le_bytes()).into();
    [&[33], &address[..20], &7_u32.to_le_bytes(), b"nordmat"].concat().into()
}

/// As long as a balance of one lot.
fn value(version: u64) -> Box<[u8]> {
    [&1_u32.to_le_bytes()[..], &[1, 200, 2], &version.to_le_bytes()].concat().into()
}

fn changes(count: u64, version: u64) -> BTreeMap<Box<[u8]>, Option<Box<[u8]>>> {
    let step = ENTRIES / count;
    (0..count).map(|number| (key(number * step + version % step), Some(value(version)))).collect()
}

fn tree(c: &mut Criterion) {
    let entries: Vec<Entry> = (0..ENTRIES).map(|number| (key(number), value(0))).collect();
    let mut group = c.benchmark_group("tree of 1,000,000 entries");
    group.sample_size(10);
    group.throughput(Throughput::Elements(ENTRIES));
    group.bench_function("build", |b| b.iter(|| StateTree::from_entries(black_box(&entries[..]).iter().map(pair))));
    let tree = StateTree::from_entries(entries.iter().map(pair));
    drop(entries);

    group.sample_size(50);
    for count in [1, CHANGES, 10 * CHANGES] {
        group.throughput(Throughput::Elements(count));
        let mut version = 1;
        group.bench_function(format!("apply {count} changes"), |b| {
            let batch = || {
                version += 1;
                changes(count, version)
            };
            b.iter_batched(batch, |changes| tree.apply(&changes).expect("in memory"), BatchSize::LargeInput);
        });
    }
    group.throughput(Throughput::Elements(1));
    let mut number = 0;
    let mut next_key = || {
        number = (number + 7_919) % ENTRIES;
        key(number)
    };
    group.bench_function("get", |b| {
        b.iter_batched(&mut next_key, |key| tree.get(&key).expect("in memory").map(<[u8]>::len), BatchSize::SmallInput);
    });
    group.bench_function("prove", |b| {
        b.iter_batched(&mut next_key, |key| tree.prove(&key).expect("in memory"), BatchSize::SmallInput)
    });
    let (proven, root, held) = (key(1), tree.root(), value(0));
    let proof: Proof = tree.prove(&proven).expect("in memory");
    group.bench_function("check a proof", |b| b.iter(|| black_box(&proof).verify(&root, &proven, Some(&held))));
    group.finish();
}

fn pair((key, value): &Entry) -> (&[u8], &[u8]) {
    (key, value)
}

criterion_group!(benches, tree);
criterion_main!(benches);
