//! Followers beside four validators, and votes that get another weight.

use std::path::Path;
use std::thread;
use std::time::Duration;

use lojal_types::{Action, AllowFollower, Endpoint, SetPower};
use serde::Serialize;

use crate::accounts::Accounts;
use crate::bed::{Bed, Measured};
use crate::cluster::{Cluster, follower_key, validator_name};
use crate::error::BenchError;
use crate::metrics;
use crate::motion::decide;
use crate::node::Node;
use crate::suite::tell;

/// Validators of this network.
const VALIDATORS: usize = 4;
/// Followers beside them.
const FOLLOWERS: usize = 8;
/// Its members.
const ACCOUNTS: usize = 10_000;
/// Transfers per second of a network that has something to do.
const BUSY_PER_S: f64 = 2_000.0;
/// Changes of the validators.
const CHANGES: u64 = 10;

/// The bytes that a validator sends for a transfer, with followers and without.
#[derive(Clone, Debug, Serialize)]
pub struct Followed {
    /// The two things that are compared.
    pub what: &'static str,
    /// Without followers.
    pub alone: f64,
    /// Beside them.
    pub beside: f64,
}

/// Changes of the validators under load.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The number of changes.
    pub changes: u64,
    /// Blocks that came meanwhile.
    pub blocks: f64,
    /// Rounds without a decision, of each validator.
    pub rounds_failed: f64,
}

/// Measures in a directory, which must not exist, each load for so long.
pub fn measure(dir: &Path, duration: Duration) -> Result<(Vec<Followed>, Change), BenchError> {
    tell(&format!("{VALIDATORS} validators: ten and {BUSY_PER_S} transfers a second, without followers"));
    let members = Accounts::members(ACCOUNTS);
    let mut bed = Bed::start(dir, VALIDATORS, &members)?;
    let alone = [bed.unloaded(duration)?, bed.at_rate(BUSY_PER_S, duration)?];
    let changes = change(&mut bed, duration)?;
    tell(&format!("the same with {FOLLOWERS} followers"));
    let mut followers = (0..FOLLOWERS).map(|number| bed.cluster.follower(number)).collect::<Result<Vec<_>, _>>()?;
    let actions: Vec<Action> = (0..).zip(&followers).map(|(number, node)| allow(number, node)).collect();
    decide(&bed.cluster, &actions)?;
    followers.iter_mut().try_for_each(Node::spawn)?;
    followers.iter_mut().try_for_each(|node| wait_until_ready(&bed.cluster, node))?;
    let beside = [bed.unloaded(duration)?, bed.at_rate(BUSY_PER_S, duration)?];
    followers.iter_mut().for_each(Node::ask_to_stop);
    followers.iter_mut().try_for_each(Node::stop)?;
    bed.remove()?;
    let what = [
        "ten transfers a second, bytes that a validator sends for each, beside eight followers / without",
        "2,000 transfers a second, the same",
    ];
    let both = what.into_iter().zip(alone.iter().zip(&beside));
    let followed = both.map(|(what, (alone, beside))| Followed { what, alone: sent(alone), beside: sent(beside) });
    Ok((followed.collect(), changes))
}

/// The motion's part that lets a follower in, which the first validator answers for.
pub(super) fn allow(number: usize, node: &Node) -> Action {
    Action::AllowFollower(AllowFollower {
        name: format!("follower-{number}").parse().expect("valid"),
        network_key: follower_key(number).public_key(),
        sponsor: validator_name(0).parse().expect("valid"),
        endpoint: Some(Endpoint::new(node.address().to_owned()).expect("an address")),
    })
}

/// Waits until a follower is level with the others.
pub(super) fn wait_until_ready(cluster: &Cluster, node: &mut Node) -> Result<(), BenchError> {
    let client = cluster.client_of(node)?;
    node.wait_for("a follower to get ready", || Ok(client.ready().is_ok()))
}

/// Bytes that a validator sent to its peers for a transfer.
fn sent(measured: &Measured) -> f64 {
    measured.counter("lojal_p2p_sent_bytes_total") / measured.validators as f64 / measured.run.applied.max(1) as f64
}

/// Has the governors change the weight of a vote again and again while members send transfers.
fn change(bed: &mut Bed<'_>, duration: Duration) -> Result<Change, BenchError> {
    tell(&format!("{CHANGES} changes of the validators meanwhile"));
    let urls = bed.cluster.metrics_urls();
    let (height, before) = (bed.cluster.client(0)?.status()?.height, metrics::read_all(&urls)?);
    let bodies = bed.presign_at_rate(BUSY_PER_S, duration);
    let (load, changed) = thread::scope(|scope| {
        let load = scope.spawn(|| bed.submit_at_rate(&bodies, BUSY_PER_S, duration));
        let power = |change: u64| SetPower { name: validator_name(1).parse().expect("valid"), power: 1 + change % 2 };
        let mut changes = (1..=CHANGES).map(|change| decide(&bed.cluster, &[Action::SetPower(power(change))]));
        let changed = changes.try_for_each(|one| one);
        (load.join().expect("a load doesn't panic"), changed)
    });
    changed.and(load.map(|_| ()))?;
    let grown = metrics::since(metrics::read_all(&urls)?, &before);
    let blocks = bed.cluster.client(0)?.status()?.height.get().saturating_sub(height.get());
    let rounds_failed = grown.get("lojal_rounds_failed_total").copied().unwrap_or(0.0) / urls.len() as f64;
    Ok(Change { changes: CHANGES, blocks: blocks as f64, rounds_failed })
}
