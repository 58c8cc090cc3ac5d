//! Members who read their events as they happen, beside members who send transfers: each load with readers and without
//! them, in turn.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use lojal_types::{Address, Operation, SignedTransaction};
use serde::Serialize;

use super::streams::Streams;
use super::tokens::Members;
use crate::accounts::Accounts;
use crate::bed::{Bed, CONNECTIONS, Measured, UNLIMITED};
use crate::error::BenchError;
use crate::markdown::{mebibytes, number, whole};
use crate::metrics;
use crate::process::resident_bytes;
use crate::suite::tell;
use crate::targets::{Bound, Target};
use crate::workload::{Body, Kind};

/// Readers beside a load at a given rate.
const MANY: usize = 10_000;
/// Transfers per second of that load.
const PER_S: f64 = 2_000.0;
/// The number of times that it takes turns. A slice of 15 s has one sign of life of each reader.
const ROUNDS: usize = 5;
/// Readers beside a load at full speed.
const FEW: usize = 1_000;
/// The number of times that that takes turns.
const ROUNDS_FULL: usize = 3;
/// Transfers of one submission at a given rate, and the connections that share it.
const BATCH: usize = 10;
const CONNECTIONS_AT_RATE: usize = 128;
/// Transfers of the first load at full speed, which says how many make a slice.
const FIRST_LOOK: usize = 100_000;
/// The settings of a node with so many readers.
const SETTINGS: &str = "[http]\nstreams = 10000\n";

/// A load without readers and with them, in turn.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Read {
    /// The number of readers.
    readers: usize,
    /// Slices without them.
    alone: Vec<Measured>,
    /// Slices with them.
    beside: Vec<Measured>,
    /// Events that came to readers, all that there were.
    events: u64,
    /// Memory of the node in the first round.
    memory: Memory,
}

/// Memory of a node, in bytes, around two slices with the same load.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Memory {
    /// Before the slice without readers.
    first: u64,
    /// After it.
    without: u64,
    /// The memory when the readers had come.
    come: u64,
    /// After the slice with them.
    with: u64,
}

impl Memory {
    /// The growth with readers beyond that without: what a load leaves behind is no cost of those who read of it.
    fn of_readers(&self) -> u64 {
        let load = self.without.saturating_sub(self.first);
        self.with.saturating_sub(self.without).saturating_sub(load)
    }
}

/// The transfers of a slice.
#[derive(Clone, Copy)]
struct Slice {
    count: usize,
    /// Transfers per second; as many as there can be if none.
    rate_per_s: Option<f64>,
}

/// Ten thousand readers beside so many transfers per second; each slice is so long.
pub(super) fn at_rate(dir: &Path, members: &Accounts, duration: Duration) -> Result<Read, BenchError> {
    let bed = Bed::start_one(dir, SETTINGS, members)?;
    let slice = Slice { count: (PER_S * duration.as_secs_f64()) as usize, rate_per_s: Some(PER_S) };
    // What a first load makes a node keep is no cost of its readers.
    slice.submit(&bed, &slice.presign(&bed))?;
    take_turns(bed, members, (MANY, ROUNDS), slice)
}

/// A thousand readers beside as many transfers as there can be.
pub(super) fn at_full_speed(dir: &Path, members: &Accounts, duration: Duration) -> Result<Read, BenchError> {
    let bed = Bed::start_one(dir, SETTINGS, members)?;
    let look = Slice { count: FIRST_LOOK, rate_per_s: None };
    let per_s = look.submit(&bed, &look.presign(&bed))?.transactions_per_s();
    let slice = Slice { count: (per_s * duration.as_secs_f64()) as usize, rate_per_s: None };
    take_turns(bed, members, (FEW, ROUNDS_FULL), slice)
}

impl Slice {
    fn presign(self, bed: &Bed<'_>) -> Vec<Body> {
        let kind = Kind::Transfer { skew: 1 };
        bed.signer.presign(kind, self.count, if self.rate_per_s.is_some() { BATCH } else { kind.batch() })
    }
    /// Submits transfers, all of which have to happen.
    fn submit(self, bed: &Bed<'_>, bodies: &[Body]) -> Result<Measured, BenchError> {
        let connections = if self.rate_per_s.is_some() { CONNECTIONS_AT_RATE } else { CONNECTIONS };
        let measured = bed.submit(bodies, connections, self.rate_per_s, UNLIMITED)?;
        if measured.run.applied == self.count as u64 {
            return Ok(measured);
        }
        let (applied, refusal) = (measured.run.applied, measured.run.refusal.as_deref().unwrap_or("-"));
        Err(BenchError::Submission(format!("{applied} of {} transfers were applied: {refusal}", self.count)))
    }
}

fn take_turns(
    mut bed: Bed<'_>,
    members: &Accounts,
    (readers, rounds): (usize, usize),
    slice: Slice,
) -> Result<Read, BenchError> {
    let (urls, processes, counted) = (bed.cluster.running_urls(), bed.cluster.processes(), bed.cluster.metrics_urls());
    let genesis = bed.cluster.genesis();
    let asking = Members { url: &urls[0], chain: genesis.chain_id(), network: genesis.network(), all: members };
    let requests = asking.ask(readers, |address| format!("/v1/events?account={address}"));
    let reading: BTreeSet<Address> = (0..requests.len()).map(|index| members.address(index)).collect();
    let mut read =
        Read { readers: requests.len(), alone: vec![], beside: vec![], events: 0, memory: Memory::default() };
    for round in 0..rounds {
        tell(&format!("round {} of {rounds}: without readers, and with {}", round + 1, read.readers));
        let first = resident_bytes(&processes);
        read.alone.push(slice.submit(&bed, &slice.presign(&bed))?);
        let without = resident_bytes(&processes);
        let bodies = slice.presign(&bed);
        let events = events(&bodies, &reading)?;
        let streams = Streams::open(&urls[0], requests.clone())?;
        let come = resident_bytes(&processes);
        read.beside.push(slice.submit(&bed, &bodies)?);
        streams.wait_for(events)?;
        if round == 0 {
            read.memory = Memory { first, without, come, with: resident_bytes(&processes) };
        }
        read.events += events;
        streams.close();
        let are_gone = || Ok(metrics::read_all(&counted)?.get("lojal_streams").is_none_or(|open| *open == 0.0));
        bed.cluster.wait_for("streams to end", 0, are_gone)?;
    }
    bed.remove()?;
    Ok(read)
}

/// The events that transfers make for those who read: one for whoever sends points, and one for whoever gets them.
fn events(bodies: &[Body], reading: &BTreeSet<Address>) -> Result<u64, BenchError> {
    let mut events = 0;
    for body in bodies {
        let signed: Vec<SignedTransaction> = borsh::from_slice(&body.bytes)
            .map_err(|error| BenchError::Submission(format!("a body that was signed here: {error}")))?;
        let operations = signed.iter().flat_map(|one| one.transaction.operations.iter());
        let ends = operations.flat_map(|operation| match operation {
            Operation::Transfer(transfer) => vec![transfer.from, transfer.to],
            _ => vec![],
        });
        events += ends.filter(|address| reading.contains(address)).count() as u64;
    }
    Ok(events)
}

/// The median of a figure of slices.
fn median(slices: &[Measured], figure: impl Fn(&Measured) -> f64) -> f64 {
    let mut figures: Vec<f64> = slices.iter().map(figure).collect();
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}

fn p99_ms(slices: &[Measured]) -> f64 {
    median(slices, |one| one.run.latency.p99_ms)
}

/// The lines that say more than the aims.
pub(super) fn lines(read: &Read) -> Vec<String> {
    let slices = |title: &str, slices: &[Measured]| {
        let each = |figure: &dyn Fn(&Measured) -> String| slices.iter().map(figure).collect::<Vec<_>>().join(" · ");
        format!(
            "{title}: transfers per s {}; p50 {} ms; p99 {} ms; CPU µs per transfer {}",
            each(&|one| whole(one.transactions_per_s())),
            each(&|one| number(one.run.latency.p50_ms)),
            each(&|one| number(one.run.latency.p99_ms)),
            each(&|one| number(one.cpu_us())),
        )
    };
    let Memory { first, without, come, with } = read.memory;
    vec![
        slices("without readers", &read.alone),
        slices(&format!("with {} readers", whole(read.readers as f64)), &read.beside),
        format!(
            "{} events came to readers, all that there were; memory {} before and {} after a slice without, {} when \
             they had come, {} after one with them",
            whole(read.events as f64),
            mebibytes(first),
            mebibytes(without),
            mebibytes(come),
            mebibytes(with),
        ),
    ]
}

/// The aims of many readers, and what came of them.
pub(super) fn aims(read: &Read) -> Vec<Target> {
    let (alone, beside) = (p99_ms(&read.alone), p99_ms(&read.beside));
    vec![
        Target {
            what: "10,000 readers of events: MiB of the node's process more than without them",
            bound: Bound::AtMost(320.0),
            reached: Some(read.memory.of_readers() as f64 / (1024.0 * 1024.0)),
            figures: format!(
                "{} with them, {} without; {} before the same load without",
                mebibytes(read.memory.with),
                mebibytes(read.memory.without),
                mebibytes(read.memory.first)
            ),
        },
        Target {
            what: "2,000 transfers per second beside 10,000 readers: p99 of their commits / without readers",
            bound: Bound::AtMost(1.05),
            reached: Some(beside / alone),
            figures: format!("{} / {} ms, medians of {ROUNDS} slices each", number(beside), number(alone)),
        },
    ]
}

/// The transfers per second beside readers, as a part of those without.
pub(super) fn share(read: &Read) -> String {
    let [alone, beside] = [&read.alone, &read.beside].map(|slices| median(slices, Measured::transactions_per_s));
    format!("beside readers / without: {} ({} / {} per s)", number(beside / alone), whole(beside), whole(alone))
}

#[cfg(test)]
mod tests {
    use lojal_types::ChainId;

    use super::*;
    use crate::workload::Signer;

    #[test]
    fn what_a_load_leaves_behind_is_no_cost_of_readers() {
        let memory = Memory { first: 100, without: 110, come: 150, with: 170 };
        assert_eq!(memory.of_readers(), 50);
        assert_eq!(Memory { with: 90, ..memory }.of_readers(), 0);
    }

    #[test]
    fn a_transfer_is_an_event_for_each_of_its_ends_that_reads() {
        let members = Accounts::members(4);
        let bodies = Signer::new(ChainId::new([7; 32]), &members).presign(Kind::Transfer { skew: 1 }, 30, 10);
        let reading = |count| (0..count).map(|index| members.address(index)).collect::<BTreeSet<_>>();
        let of = |count| events(&bodies, &reading(count)).expect("signed here");
        assert_eq!((of(0), of(4)), (0, 60));
        assert!((1..60).contains(&of(2)), "{}", of(2));
    }
}
