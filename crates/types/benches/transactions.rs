//! The cost of bytes before they reach the ledger: decoding, ids, signatures, roots.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lojal_types::block::transactions_root;
use lojal_types::{
    Address, Block, BlockId, Bounded, ChainId, Hash, Header, Height, KeyPair, Operation, Points, SignedTransaction,
    TimeMs, Transaction, Transfer, verify_all,
};
use sha2::{Digest, Sha256};

const CHAIN: ChainId = ChainId::new([7; 32]);
const BLOCK_TRANSACTIONS: u64 = 1_000;
/// As many as the mempool checks together.
const BATCH: u64 = 512;

fn key(number: u64) -> KeyPair {
    let mut seed = [1; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    KeyPair::from_seed(&seed)
}

/// A transfer of one of `signers` keys.
fn transfer(number: u64, signers: u64, operations: usize) -> SignedTransaction {
    let key = key(number % signers);
    let brand = "nordmat".parse().expect("a valid id");
    let transfer = Transfer { brand, from: key.address(), to: Address::new([9; 20]), amount: Points::new(5) };
    let transaction = Transaction {
        chain: CHAIN.tag(),
        sender: key.address(),
        valid_until_ms: TimeMs::new(1_800_000_000_000).expect("in range"),
        nonce: number,
        operations: Bounded::new(vec![Operation::Transfer(transfer); operations]).expect("1 to 100"),
    };
    transaction.sign(&CHAIN, &key)
}

fn transfers(count: u64, signers: u64) -> Vec<SignedTransaction> {
    (0..count).map(|number| transfer(number, signers, 1)).collect()
}

fn block() -> Block {
    let hash = Hash::new([3; 32]);
    let header = Header {
        version: 1,
        chain_id: CHAIN,
        height: Height::new(1),
        time_ms: TimeMs::new(1_800_000_000_000).expect("in range"),
        parent: BlockId::new([2; 32]),
        transactions_root: hash,
        receipts_root: hash,
        state_root: hash,
        validators_hash: hash,
        next_validators_hash: hash,
        proposer: Address::new([4; 20]),
    };
    let transactions = Bounded::new(transfers(BLOCK_TRANSACTIONS, 100)).expect("few enough");
    Block { header, transactions }
}

fn bytes(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode");
    for (name, operations) in [("transaction", 1), ("transaction of 100 operations", 100)] {
        let encoded = transfer(0, 1, operations).encode();
        group.bench_function(name, |b| b.iter(|| SignedTransaction::decode(black_box(&encoded))));
    }
    let encoded = block().encode();
    group.throughput(Throughput::Elements(BLOCK_TRANSACTIONS));
    group.bench_function("block of 1,000", |b| b.iter(|| Block::decode(black_box(&encoded))));
    group.finish();

    let mut group = c.benchmark_group("hash");
    let data = vec![5; 64 * 1024];
    group.throughput(Throughput::Bytes(64 * 1024));
    group.bench_function("SHA-256 of 64 KiB", |b| b.iter(|| Sha256::digest(black_box(&data))));
    group.throughput(Throughput::Elements(1));
    let one = transfer(0, 1, 1);
    group.bench_function("transaction id", |b| b.iter(|| black_box(&one).transaction.id(&CHAIN)));
    let encoded: Vec<Vec<u8>> = block().transactions.iter().map(SignedTransaction::encode).collect();
    group.throughput(Throughput::Elements(BLOCK_TRANSACTIONS));
    group.bench_function("transactions root of 1,000", |b| {
        b.iter(|| transactions_root(black_box(&encoded).iter().map(Vec::as_slice)));
    });
    group.finish();
}

fn signatures(c: &mut Criterion) {
    let mut group = c.benchmark_group("verify");
    group.sample_size(20);
    for (name, count, signers) in [
        ("one", 1, 1),
        ("8 of 8 signers", 8, 8),
        ("512 of 512 signers", BATCH, BATCH),
        ("512 of 8 signers", BATCH, 8),
        ("4,096 of 4,096 signers", 4_096, 4_096),
    ] {
        let signed = transfers(count, signers);
        group.throughput(Throughput::Elements(count));
        group.bench_function(name, |b| {
            b.iter_batched(|| signed.clone(), |signed| verify_all(signed, &CHAIN), criterion::BatchSize::LargeInput);
        });
    }
    group.finish();
}

criterion_group!(benches, bytes, signatures);
criterion_main!(benches);
