//! A network that runs with accounts on it, ready for any load.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lojal_types::{Genesis, Points};
use serde::Serialize;

use crate::accounts::Accounts;
use crate::cluster::{Cluster, HEARTBEAT_MS, brand, genesis, now};
use crate::disk::{self, Size};
use crate::error::BenchError;
use crate::load::{self, Load, PENDING, Run};
use crate::metrics::{self, Metrics};
use crate::process::resident_bytes;
use crate::profile::{Profile, Share};
use crate::workload::{Body, Kind, START_POINTS, Signer};

/// Connections that keep a network busy.
pub const CONNECTIONS: usize = 32;
/// Numbers of connections that submit single transactions, each waiting for its own, like a database's clients; a
/// comparison keeps the best of them, as it does for the database.
pub const CONNECTIONS_SINGLE: [usize; 3] = [64, 256, 512];
/// Connections that share a given rate; more than are ever busy at once.
const CONNECTIONS_AT_RATE: usize = 128;
/// Transactions for the first look at how fast a network is.
const FIRST_LOOK: usize = 20_000;
/// The same for each connection that submits them singly.
const FIRST_LOOK_SINGLE: usize = 30;
/// The ratio of the transactions that are signed to those that the first look suggests: what is left over does no harm,
/// and running out ends a load early.
const SIGNED_AHEAD: f64 = 2.0;
/// Most transactions of a load that perf looks at.
const PROFILED: usize = 200_000;
/// Longest load that isn't limited by its transactions.
pub const UNLIMITED: Duration = Duration::from_secs(3_000);
/// Between two samples.
pub const INTERVAL: Duration = Duration::from_secs(1);
/// Transactions of one submission where members' tills or phones share a connection, at half load.
const HALF_LOAD_BATCH: usize = 10;
/// Transactions per second of a network that has nothing else to do.
const UNLOADED_PER_S: f64 = 10.0;

/// A network with members who have points.
pub struct Bed<'a> {
    /// Its validators.
    pub cluster: Cluster,
    /// Signs for its members.
    pub signer: Signer<'a>,
    /// The cost of setting it up.
    pub setup: Setup,
    /// Connections of a load at full speed, if not the usual ones.
    pub connections: Option<usize>,
    /// Transactions of a submission at full speed, if not the usual ones.
    pub batch: Option<usize>,
    dir: PathBuf,
}

/// The cost of giving every member points of both brands.
#[derive(Clone, Debug, Serialize)]
pub struct Setup {
    /// Members.
    pub accounts: usize,
    /// Seconds of load.
    pub seconds: f64,
    /// Operations per second of it.
    pub operations_per_s: f64,
    /// Memory of the validator that has the most before, in bytes.
    pub resident_bytes_before: u64,
    /// And after.
    pub resident_bytes_after: u64,
}

impl Setup {
    /// Memory that an account with points of two brands takes, all that a validator keeps for it included.
    pub fn bytes_per_account(&self) -> f64 {
        let grown = self.resident_bytes_after.saturating_sub(self.resident_bytes_before);
        grown as f64 / self.accounts.max(1) as f64
    }
}

/// A load with what the nodes counted meanwhile.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// The load.
    pub run: Run,
    /// The nodes' counters, all nodes together.
    pub counters: Metrics,
    /// Validators.
    pub validators: usize,
    /// Bytes of one signed transaction.
    pub transaction_bytes: f64,
}

impl Measured {
    /// Transactions that happened, per second.
    pub fn transactions_per_s(&self) -> f64 {
        self.run.applied as f64 / self.run.seconds
    }
    /// CPU time of one validator for one transaction, in microseconds.
    pub fn cpu_us(&self) -> f64 {
        self.run.cpu_us_per_transaction_and_validator(self.validators)
    }
    /// A counter of all nodes together.
    pub fn counter(&self, name: &str) -> f64 {
        self.counters.get(name).copied().unwrap_or(0.0)
    }
}

impl<'a> Bed<'a> {
    /// Makes and starts a network in a directory, which must not exist, and gives all members points.
    pub fn start(dir: &Path, validators: usize, members: &'a Accounts) -> Result<Self, BenchError> {
        Self::start_with(dir, genesis(validators, HEARTBEAT_MS, now()), members)
    }
    /// The same of the network of a genesis document by [`genesis`].
    pub fn start_with(dir: &Path, genesis: Genesis, members: &'a Accounts) -> Result<Self, BenchError> {
        Self::start_set(dir, genesis, "", members)
    }
    /// The same of one validator whose node has more settings.
    pub fn start_one(dir: &Path, settings: &str, members: &'a Accounts) -> Result<Self, BenchError> {
        Self::start_set(dir, genesis(1, HEARTBEAT_MS, now()), settings, members)
    }
    fn start_set(dir: &Path, genesis: Genesis, settings: &str, members: &'a Accounts) -> Result<Self, BenchError> {
        let mut cluster = Cluster::of(dir, genesis)?;
        cluster.add_settings(settings)?;
        cluster.start()?;
        let mut bed = Self::on(dir, cluster, members);
        bed.give_points()?;
        Ok(bed)
    }
    /// A network in a directory whose members have points already.
    pub fn on(dir: &Path, cluster: Cluster, members: &'a Accounts) -> Self {
        let signer = Signer::new(cluster.genesis().chain_id(), members);
        let setup = Setup {
            accounts: members.len(),
            seconds: 0.0,
            operations_per_s: 0.0,
            resident_bytes_before: 0,
            resident_bytes_after: 0,
        };
        Self { cluster, signer, setup, connections: None, batch: None, dir: dir.to_owned() }
    }
    fn give_points(&mut self) -> Result<(), BenchError> {
        let processes = self.cluster.processes();
        let before = resident_bytes(&processes);
        let bodies: Vec<Body> = (0..2).flat_map(|brand| self.signer.presign_start(brand, 5)).collect();
        let setup = self.submit(&bodies, CONNECTIONS, None, UNLIMITED)?;
        expect_none_refused(&setup)?;
        self.wait_until_issued()?;
        let partnership = self.submit(&[self.signer.presign_partnership()], 1, None, UNLIMITED)?;
        expect_none_refused(&partnership)?;
        self.setup.seconds = setup.run.seconds;
        self.setup.operations_per_s = setup.run.operations_per_s();
        self.setup.resident_bytes_before = before;
        self.setup.resident_bytes_after = resident_bytes(&processes);
        Ok(())
    }

    /// A network that is slower than a gateway's patience has some left to do.
    fn wait_until_issued(&mut self) -> Result<(), BenchError> {
        let expected = Points::new(START_POINTS * self.setup.accounts as u64).into();
        let client = self.cluster.client(0)?;
        let issued = |index| Ok::<_, BenchError>(client.brand(&brand(index))?.totals.issued);
        self.cluster.wait_for("all points to be issued", 0, || Ok(issued(0)? == expected && issued(1)? == expected))
    }

    /// As many transactions of a kind as there can be, in batches.
    pub fn saturate(&mut self, kind: Kind, duration: Duration) -> Result<Measured, BenchError> {
        self.at_full_speed(kind, kind.batch(), CONNECTIONS, duration)
    }
    /// As many as so many connections can make, each in a submission of its own.
    pub fn saturate_singly(&mut self, connections: usize, duration: Duration) -> Result<Measured, BenchError> {
        self.at_full_speed(Kind::Transfer { skew: 1 }, 1, connections, duration)
    }
    /// The functions in which single transfers spend CPU time; empty where there is no perf.
    pub fn profile(&mut self, duration: Duration) -> Result<Vec<Share>, BenchError> {
        let kind = Kind::Transfer { skew: 1 };
        let bodies = self.signer.presign(kind, PROFILED, kind.batch());
        let profile = Profile::start(&self.cluster.processes(), &self.dir);
        self.submit(&bodies, CONNECTIONS, None, duration)?;
        profile.map_or(Ok(Vec::new()), Profile::finish)
    }
    /// First a short look at the speed, so that enough is signed in advance.
    fn at_full_speed(
        &mut self,
        kind: Kind,
        batch: usize,
        connections: usize,
        duration: Duration,
    ) -> Result<Measured, BenchError> {
        let (connections, batch) = (self.connections.unwrap_or(connections), self.batch.unwrap_or(batch));
        let count = match batch {
            1 => FIRST_LOOK_SINGLE * connections,
            _ => (FIRST_LOOK / kind.operations() as usize).max(connections * batch),
        };
        let look = self.submit(&self.signer.presign(kind, count, batch), connections, None, duration)?;
        let per_s = look.transactions_per_s().max(50.0);
        let wanted = (per_s * SIGNED_AHEAD * duration.as_secs_f64()) as usize + 2 * connections * batch;
        let bodies = self.signer.presign(kind, wanted, batch);
        self.submit(&bodies, connections, None, duration)
    }
    /// Single transfers at a steady rate per second, in small batches.
    pub fn at_rate(&mut self, rate_per_s: f64, duration: Duration) -> Result<Measured, BenchError> {
        let bodies = self.presign_at_rate(rate_per_s, duration);
        self.submit_at_rate(&bodies, rate_per_s, duration)
    }
    /// Signs the transfers that [`Self::at_rate`] submits.
    pub fn presign_at_rate(&self, rate_per_s: f64, duration: Duration) -> Vec<Body> {
        let count = (rate_per_s * duration.as_secs_f64()).ceil() as usize;
        self.signer.presign(Kind::Transfer { skew: 1 }, count, HALF_LOAD_BATCH)
    }
    /// Submits the transfers that [`Self::presign_at_rate`] signed.
    pub fn submit_at_rate(&self, bodies: &[Body], rate_per_s: f64, duration: Duration) -> Result<Measured, BenchError> {
        self.submit(bodies, CONNECTIONS_AT_RATE, Some(rate_per_s), duration)
    }
    /// Ten transfers per second, each by itself.
    pub fn unloaded(&mut self, duration: Duration) -> Result<Measured, BenchError> {
        let count = (UNLOADED_PER_S * duration.as_secs_f64()).ceil() as usize;
        let bodies = self.signer.presign(Kind::Transfer { skew: 1 }, count, 1);
        self.submit(&bodies, 8, Some(UNLOADED_PER_S), duration)
    }
    /// Submits bodies and measures.
    pub fn submit(
        &self,
        bodies: &[Body],
        connections: usize,
        rate_per_s: Option<f64>,
        duration: Duration,
    ) -> Result<Measured, BenchError> {
        let (urls, processes) = (self.cluster.running_urls(), self.cluster.processes());
        let load = Load { urls: &urls, processes: &processes, connections, duration, rate_per_s, interval: INTERVAL };
        let counted = self.cluster.metrics_urls();
        let before = metrics::read_all(&counted)?;
        let run = load::run(&load, bodies)?;
        let counters = metrics::since(metrics::read_all(&counted)?, &before);
        let (bytes, transactions) = bodies
            .iter()
            .fold((0, 0), |(bytes, count), body| (bytes + body.bytes.len() - 4, count + body.transactions as usize));
        let transaction_bytes = bytes as f64 / transactions.max(1) as f64;
        Ok(Measured { run, counters, validators: processes.len(), transaction_bytes })
    }

    /// The storage of the first validator, after it has stopped in order; it runs again afterwards.
    pub fn settled_size(&mut self) -> Result<Stored, BenchError> {
        self.cluster.stop_all()?;
        let data = self.cluster.data(0);
        let stored = Stored { all: disk::size(&data), log: disk::size(&data.join("log")) };
        self.cluster.start()?;
        Ok(stored)
    }
    /// Stops the network and removes all that it has stored.
    pub fn remove(mut self) -> Result<(), BenchError> {
        self.cluster.stop_all()?;
        fs::remove_dir_all(&self.dir).map_err(BenchError::file(&self.dir))
    }
}

/// The storage of a validator.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Stored {
    /// Everything.
    pub all: Size,
    /// Of this, the block log.
    pub log: Size,
}

/// Some may still be waiting, but none may have failed.
fn expect_none_refused(measured: &Measured) -> Result<(), BenchError> {
    let Run { failed, refused, refusal, .. } = &measured.run;
    match refusal.as_deref() {
        None | Some(PENDING) => Ok(()),
        Some(code) => {
            let reason = format!("setting up: {failed} transactions failed, {refused} were refused: {code}");
            Err(BenchError::Submission(reason))
        }
    }
}
