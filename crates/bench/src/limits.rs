//! The limits of this machine, whatever the program: signature checks, fsyncs, and rounds of votes.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use lojal_types::key::{Claim, verify_batch};
use lojal_types::{ChainId, Height, SignedTransaction, Transaction, verify_all};
use serde::Serialize;

use crate::accounts::Accounts;
use crate::cluster::{Cluster, HEARTBEAT_MS_MIN};
use crate::error::BenchError;
use crate::latency::{Latencies, Percentiles};
use crate::process::own_thread_cpu;
use crate::workload::{Kind, Signer};

/// Transactions whose signatures are checked together: as many as the mempool checks at most.
const BATCH: usize = 512;
/// Senders of the usual case, in which hardly anybody signs twice in a batch.
const MANY_SENDERS: usize = 10_000;
/// Senders of the variant in which few sign a lot.
const FEW_SENDERS: usize = 8;
/// Bytes of one write to the disk.
const WRITE_BYTES: usize = 4096;

/// The limits.
#[derive(Clone, Debug, Serialize)]
pub struct Limits {
    /// CPU time of one signature out of a batch of 512, of many senders.
    pub signature_us: f64,
    /// The same with 8 senders.
    pub signature_few_senders_us: f64,
    /// One signature by itself.
    pub signature_single_us: f64,
    /// One transaction out of a batch of 512 of many senders: encoding and id besides the signature.
    pub transaction_us: f64,
    /// 4 KiB appended to a file and synced, one after the other.
    pub syncs_per_s: f64,
    /// The latencies of these.
    pub sync: Percentiles,
    /// From the start of a height to its empty block being final, with one and with four validators.
    pub empty_block: [EmptyBlocks; 2],
}

/// Blocks without a transaction.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EmptyBlocks {
    /// The number of validators that agreed on them.
    pub validators: usize,
    /// The number of blocks.
    pub blocks: u64,
    /// Mean time between two blocks, less the heartbeat that an idle network waits before each.
    pub latency_ms: f64,
}

/// Measures all of them, each for so long.
pub fn measure(dir: &Path, duration: Duration) -> Result<Limits, BenchError> {
    let (syncs_per_s, sync) = syncs(dir, duration)?;
    Ok(Limits {
        signature_us: signature_us(MANY_SENDERS, BATCH, duration)?,
        signature_few_senders_us: signature_us(FEW_SENDERS, BATCH, duration)?,
        signature_single_us: signature_us(MANY_SENDERS, 1, duration)?,
        transaction_us: transaction_us(duration)?,
        syncs_per_s,
        sync,
        empty_block: [empty_blocks(dir, 1, duration)?, empty_blocks(dir, 4, duration)?],
    })
}

/// Transfers of so many senders, as many in each batch as are checked together.
fn batches(senders: usize, batch: usize, chain: &ChainId) -> Vec<Vec<SignedTransaction>> {
    let members = Accounts::members(senders);
    let bodies = Signer::new(*chain, &members).presign(Kind::Transfer { skew: 1 }, 16 * BATCH, batch);
    bodies.iter().map(|body| borsh::from_slice(&body.bytes).expect("written by this program")).collect()
}

/// CPU microseconds of one signature: nothing but the check.
fn signature_us(senders: usize, batch: usize, duration: Duration) -> Result<f64, BenchError> {
    let chain = chain();
    let batches = batches(senders, batch, &chain);
    let message = |one: &SignedTransaction| Transaction::signing_bytes(&one.transaction.id(&chain), &chain);
    let with_messages: Vec<Vec<(&SignedTransaction, Vec<u8>)>> =
        batches.iter().map(|batch| batch.iter().map(|one| (one, message(one))).collect()).collect();
    let claims: Vec<Vec<Claim<'_>>> = with_messages.iter().map(|batch| batch.iter().map(claim).collect()).collect();
    cpu_us_each(duration, || {
        for batch in &claims {
            assert!(verify_batch(batch).into_iter().all(|holds| holds), "signed by this program");
        }
        claims.iter().map(Vec::len).sum()
    })
}

fn claim<'a>((one, message): &'a (&SignedTransaction, Vec<u8>)) -> Claim<'a> {
    Claim { key: one.public_key, message, signature: one.signature }
}

/// CPU microseconds of one transaction of a batch: its encoding, its id, its signature.
fn transaction_us(duration: Duration) -> Result<f64, BenchError> {
    let chain = chain();
    let batches = batches(MANY_SENDERS, BATCH, &chain);
    cpu_us_each(duration, || {
        for batch in &batches {
            assert!(verify_all(batch.clone(), &chain).iter().all(Result::is_ok), "signed by this program");
        }
        batches.iter().map(Vec::len).sum()
    })
}

/// Does something again and again, and divides the thread's CPU time by how many it says that it did.
fn cpu_us_each(duration: Duration, mut some: impl FnMut() -> usize) -> Result<f64, BenchError> {
    let (started, cpu_before, mut count) = (Instant::now(), own_thread_cpu()?, 0);
    while started.elapsed() < duration {
        count += some();
    }
    Ok((own_thread_cpu()? - cpu_before).as_secs_f64() * 1e6 / count as f64)
}

fn chain() -> ChainId {
    ChainId::new(lojal_types::hash::hash("lojal/bench", &[b"limits"]))
}

fn syncs(dir: &Path, duration: Duration) -> Result<(f64, Percentiles), BenchError> {
    let path = dir.join("syncs");
    let mut file = File::create(&path).map_err(BenchError::file(&path))?;
    let mut latencies = Latencies::default();
    let (started, mut count) = (Instant::now(), 0);
    while started.elapsed() < duration {
        let begun = Instant::now();
        file.write_all(&[1; WRITE_BYTES]).and_then(|()| file.sync_data()).map_err(BenchError::file(&path))?;
        latencies.add(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX), 1);
        count += 1;
    }
    let per_s = f64::from(count) / started.elapsed().as_secs_f64();
    fs::remove_file(&path).map_err(BenchError::file(&path))?;
    Ok((per_s, latencies.percentiles()))
}

fn empty_blocks(dir: &Path, validators: usize, duration: Duration) -> Result<EmptyBlocks, BenchError> {
    let dir = dir.join(format!("empty-blocks-{validators}"));
    let mut cluster = Cluster::create(&dir, validators, HEARTBEAT_MS_MIN)?;
    cluster.start()?;
    let client = cluster.client(0)?;
    let first = client.status()?.height;
    // The first blocks of a start may wait for a connection.
    let first = Height::new(first.get() + 5);
    cluster.wait_for("empty blocks", 0, || Ok(client.status()?.height > first))?;
    thread::sleep(duration.max(Duration::from_secs(2)));
    let last = client.status()?.height;
    let time = |height| Ok::<_, BenchError>(client.block(height)?.header.time_ms);
    let blocks = last.get() - first.get();
    let between_ms = time(last)?.since_ms(time(first)?) as f64 / blocks as f64;
    cluster.stop_all()?;
    fs::remove_dir_all(&dir).map_err(BenchError::file(&dir))?;
    Ok(EmptyBlocks { validators, blocks, latency_ms: between_ms - HEARTBEAT_MS_MIN as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_take_time_and_hold() {
        let us = signature_us(20, BATCH, Duration::from_millis(1)).expect("this thread has a CPU time");
        assert!(us > 0.0);
    }

    #[test]
    fn syncs_are_counted_and_leave_nothing_behind() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let (per_s, _) = syncs(directory.path(), Duration::from_millis(1)).expect("a writable directory");
        assert!(per_s > 0.0);
        assert_eq!(fs::read_dir(directory.path()).expect("readable").count(), 0);
    }
}
