//! Nodes that join a network of one validator: by all its blocks, and by a snapshot.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lojal_types::{Action, Genesis, Parameters};
use serde::Serialize;

use super::followers::allow;
use crate::accounts::Accounts;
use crate::bed::{Bed, Measured};
use crate::cluster::{HEARTBEAT_MS, genesis, now};
use crate::error::BenchError;
use crate::metrics;
use crate::motion::decide;
use crate::node::Node;
use crate::other_measurements::many;
use crate::suite::{SKEW, tell};
use crate::workload::Kind;

/// Milliseconds between two snapshots: short, so that the newest one has all transfers soon.
const SNAPSHOT_INTERVAL_MS: u64 = 60_000;
/// Nodes that join at the same time while members send transfers.
const AT_ONCE: usize = 2;

/// The figures of nodes that join.
#[derive(Clone, Debug, Serialize)]
pub struct Joining {
    /// Accounts.
    pub accounts: usize,
    /// Transfers that the network has behind it.
    pub transfers: u64,
    /// Bytes of the newest snapshot.
    pub snapshot_bytes: f64,
    /// A node that fetches and executes all blocks.
    pub by_blocks: Joined,
    /// A node that takes the snapshot.
    pub by_snapshot: Joined,
    /// Transfers with nothing else to do.
    pub alone: Measured,
    /// The same while two nodes join, again and again.
    pub beside: Measured,
    /// Joins that came to their end meanwhile.
    pub joins: usize,
}

/// A node that is level with the others.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Joined {
    /// From the start of its first command until it has the last block of that moment.
    pub seconds: f64,
    /// Bytes that the validator sent meanwhile.
    pub bytes: f64,
}

/// Measures in a directory, which must not exist: the validator gives all members points and takes so many transfers
/// first.
pub fn measure(dir: &Path, members: &Accounts, transfers: usize, duration: Duration) -> Result<Joining, BenchError> {
    tell(&format!("one validator: {} accounts, {transfers} transfers", members.len()));
    let mut document = genesis(1, HEARTBEAT_MS, now()).document().clone();
    document.parameters = Parameters { snapshot_interval_ms: SNAPSHOT_INTERVAL_MS, ..document.parameters };
    let genesis = Genesis::new(document).expect("every rule is kept");
    let mut bed = Bed::start_with(dir, genesis, members)?;
    let transfers = many(&mut bed, transfers, Kind::Transfer { skew: SKEW })?;
    let mut nodes = (0..2 + AT_ONCE).map(|number| bed.cluster.follower(number)).collect::<Result<Vec<_>, _>>()?;
    let actions: Vec<Action> = (0..).zip(&nodes).map(|(number, node)| allow(number, node)).collect();
    decide(&bed.cluster, &actions)?;
    let snapshot_bytes = snapshot(&mut bed)?;
    tell("a node that takes a snapshot");
    let by_snapshot = join(&bed, &mut nodes[0], true)?;
    tell("a node that executes all blocks");
    let by_blocks = join(&bed, &mut nodes[1], false)?;
    tell("transfers alone, and beside nodes that join");
    let transfer = Kind::Transfer { skew: SKEW };
    let alone = bed.saturate(transfer, duration)?;
    let (beside, joins) = beside(&mut bed, &nodes[2..], |bed| bed.saturate(transfer, duration))?;
    bed.remove()?;
    let accounts = members.len();
    Ok(Joining { accounts, transfers, snapshot_bytes, by_blocks, by_snapshot, alone, beside, joins })
}

/// Waits for a snapshot of what is there now; returns its bytes.
fn snapshot(bed: &mut Bed<'_>) -> Result<f64, BenchError> {
    let (height, urls) = (bed.cluster.client(0)?.status()?.height.get() as f64, bed.cluster.metrics_urls());
    let value = |name: &str| Ok::<_, BenchError>(metrics::read_all(&urls)?.get(name).copied().unwrap_or(0.0));
    bed.cluster.wait_for("a snapshot", 0, || Ok(value("lojal_snapshot_height")? >= height))?;
    value("lojal_snapshot_bytes")
}

/// Brings a node without data to the last block of now, and stops it.
fn join(bed: &Bed<'_>, node: &mut Node, by_snapshot: bool) -> Result<Joined, BenchError> {
    let (client, urls) = (bed.cluster.client(0)?, bed.cluster.metrics_urls());
    let (target, before) = (client.status()?.height, metrics::read_all(&urls)?);
    let started = Instant::now();
    if by_snapshot {
        take_snapshot(node)?;
    }
    node.spawn()?;
    let late = bed.cluster.client_of(node)?;
    node.wait_for("a node to catch up", || Ok(late.status().is_ok_and(|status| status.height >= target)))?;
    let seconds = started.elapsed().as_secs_f64();
    let sent = metrics::since(metrics::read_all(&urls)?, &before);
    node.stop()?;
    Ok(Joined { seconds, bytes: sent.get("lojal_p2p_sent_bytes_total").copied().unwrap_or(0.0) })
}

fn take_snapshot(node: &Node) -> Result<(), BenchError> {
    let status = node.command(&["join"])?.status().map_err(BenchError::file(node.dir()))?;
    if status.success() { Ok(()) } else { Err(BenchError::program("lojal-node join", status)) }
}

/// Measures while each of these nodes joins, and again as soon as it has; returns the number of times as well.
fn beside<'a>(
    bed: &mut Bed<'a>,
    nodes: &[Node],
    load: impl FnOnce(&mut Bed<'a>) -> Result<Measured, BenchError>,
) -> Result<(Measured, usize), BenchError> {
    let (is_over, joins) = (AtomicBool::new(false), AtomicUsize::new(0));
    let again = |node: &Node| {
        while !is_over.load(Ordering::Relaxed) {
            take_snapshot(node)?;
            fs::remove_dir_all(node.data()).map_err(BenchError::file(&node.data()))?;
            joins.fetch_add(1, Ordering::Relaxed);
        }
        Ok::<(), BenchError>(())
    };
    let measured = thread::scope(|scope| {
        let joining: Vec<_> = nodes.iter().map(|node| scope.spawn(|| again(node))).collect();
        let measured = load(bed);
        is_over.store(true, Ordering::Relaxed);
        joining.into_iter().try_for_each(|one| one.join().expect("a join doesn't panic"))?;
        measured
    })?;
    Ok((measured, joins.into_inner()))
}
