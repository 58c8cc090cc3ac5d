//! Validators as processes of this machine, with a genesis document, keys and data of their own.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use lojal_client::Client;
use lojal_signer::Guard;
use lojal_store::Disk;
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    Allowances, Bounded, BrandId, Genesis, GenesisDocument, Governance, KeyPair, Parameters, Points, Policy, Roles,
    TimeMs, Validator,
};

use crate::accounts::{Accounts, key};
use crate::disk::{self, Size};
use crate::error::BenchError;

/// Operators of each brand, so that setting up isn't held up by how much one sender may have waiting.
pub const OPERATORS: usize = 16;
/// The brands; the points that are transferred are the first one's.
pub const BRANDS: [&str; 2] = ["nordmat", "kaffet"];
/// The time that an idle network waits before it makes an empty block, as in the network's template.
pub const HEARTBEAT_MS: u64 = 3_000;
/// The shortest such wait that a genesis document can ask for.
pub const HEARTBEAT_MS_MIN: u64 = 100;
/// The time that anything may take before a measurement is given up.
const PATIENCE: Duration = Duration::from_secs(300);
/// The time for which a client may read.
const READING_MS: u64 = 24 * 60 * 60 * 1000;
/// The time after which a condition is looked at again that can't announce itself.
const POLL: Duration = Duration::from_millis(5);

/// A network of validators on this machine.
pub struct Cluster {
    dir: PathBuf,
    program: PathBuf,
    genesis: Genesis,
    nodes: Vec<Node>,
}

struct Node {
    dir: PathBuf,
    url: String,
    /// The URL of its metrics.
    admin: String,
    process: Option<Child>,
}

impl Cluster {
    /// Makes a network in a directory, which must not exist, and doesn't start it.
    pub fn create(dir: &Path, validators: usize, heartbeat_ms: u64) -> Result<Self, BenchError> {
        Self::of(dir, genesis(validators, heartbeat_ms, now()))
    }
    /// Makes the network of a genesis document by [`genesis`] in a directory, which must not exist, and doesn't start
    /// it.
    pub fn of(dir: &Path, genesis: Genesis) -> Result<Self, BenchError> {
        let program = program("lojal-node")?;
        let validators = genesis.validators().validators().len();
        fs::create_dir_all(dir).map_err(BenchError::file(dir))?;
        let path = dir.join("genesis.toml");
        fs::write(&path, genesis.document().to_toml()).map_err(BenchError::file(&path))?;
        let ports = free_ports(3 * validators).map_err(BenchError::file(Path::new("127.0.0.1")))?;
        let (http, peer) = ports.split_at(validators);
        let (peer, admin) = peer.split_at(validators);
        let mut nodes = Vec::new();
        for (index, &http) in http.iter().enumerate() {
            let node = dir.join(format!("node-{index}"));
            fs::create_dir_all(&node).map_err(BenchError::file(&node))?;
            let write = |name: &str, text: String| {
                let path = node.join(name);
                fs::write(&path, text).map_err(BenchError::file(&path))
            };
            write("validator.key", format!("{}\n", hex::encode(validator_key(index).seed())))?;
            Guard::create(&Disk::real(), &node.join("guard"), &validator_key(index).public_key(), false)
                .map_err(Box::new)?;
            write("network.key", format!("{}\n", hex::encode(network_key(index).seed())))?;
            write("node.toml", node_toml(index, (http, admin[index]), peer))?;
            let url = |port: u16| format!("http://127.0.0.1:{port}");
            nodes.push(Node { dir: node, url: url(http), admin: url(admin[index]), process: None });
        }
        Ok(Self { dir: dir.to_owned(), program, genesis, nodes })
    }
    /// Lets validators that don't run yet keep at most so many MiB of the state's pages in memory.
    pub fn set_state_cache(&self, mb: u32) -> Result<(), BenchError> {
        for node in &self.nodes {
            let path = node.dir.join("node.toml");
            let text = fs::read_to_string(&path).map_err(BenchError::file(&path))?;
            fs::write(&path, format!("state_cache_mb = {mb}\n{text}")).map_err(BenchError::file(&path))?;
        }
        Ok(())
    }
    /// The genesis document.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }
    /// The number of validators.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }
    /// The URLs of the gateways that run.
    pub fn running_urls(&self) -> Vec<String> {
        self.nodes.iter().filter(|node| node.process.is_some()).map(|node| node.url.clone()).collect()
    }
    /// The URLs of the metrics of all nodes that run, in the order of [`Cluster::running_urls`].
    pub fn metrics_urls(&self) -> Vec<String> {
        self.nodes.iter().filter(|node| node.process.is_some()).map(|node| node.admin.clone()).collect()
    }
    /// A client of one gateway, who may read everything.
    pub fn client(&self, index: usize) -> Result<Client, BenchError> {
        let (client, auditor) = (Client::new(&self.nodes[index].url)?, auditor_key());
        let until_ms = now().plus_ms(READING_MS);
        client.read_as(&self.genesis.chain_id(), auditor.address(), &auditor, until_ms);
        Ok(client)
    }
    /// The processes that run.
    pub fn processes(&self) -> Vec<u32> {
        self.nodes.iter().filter_map(|node| Some(node.process.as_ref()?.id())).collect()
    }
    /// The data directory of one.
    pub fn data(&self, index: usize) -> PathBuf {
        self.nodes[index].dir.join("data")
    }
    /// The size of one's data on disk.
    pub fn size(&self, index: usize) -> Size {
        disk::size(&self.data(index))
    }

    /// Starts all that don't run and waits until they are ready.
    pub fn start(&mut self) -> Result<(), BenchError> {
        for index in 0..self.nodes.len() {
            if self.nodes[index].process.is_none() {
                self.spawn(index)?;
            }
        }
        (0..self.nodes.len()).try_for_each(|index| self.wait_until_ready(index))
    }
    /// Starts one and doesn't wait.
    pub fn spawn(&mut self, index: usize) -> Result<(), BenchError> {
        let node = &mut self.nodes[index];
        let log = node.dir.join("log");
        let stderr = File::options().create(true).append(true).open(&log).map_err(BenchError::file(&log))?;
        let mut command = Command::new(&self.program);
        // Its standard input closes when this program ends, however it ends.
        command.args(["run", "--stop-with-stdin", "--dir"]).arg(&node.dir).stdin(Stdio::piped());
        let spawned = command.stdout(Stdio::null()).stderr(stderr).spawn();
        node.process = Some(spawned.map_err(BenchError::file(&self.program))?);
        Ok(())
    }
    /// Waits until one is connected and has caught up.
    pub fn wait_until_ready(&mut self, index: usize) -> Result<(), BenchError> {
        let client = self.client(index)?;
        self.wait_for("a validator to get ready", index, || Ok(client.ready().is_ok()))
    }
    /// Waits until one answers over HTTP.
    pub fn wait_until_serving(&mut self, index: usize) -> Result<(), BenchError> {
        let client = self.client(index)?;
        self.wait_for("a validator to serve HTTP", index, || Ok(client.status().is_ok()))
    }
    /// Waits for a condition while one runs.
    pub fn wait_for(
        &mut self,
        what: &'static str,
        index: usize,
        condition: impl FnMut() -> Result<bool, BenchError>,
    ) -> Result<(), BenchError> {
        let node = &mut self.nodes[index];
        let log = node.dir.join("log");
        let mut condition = condition;
        let deadline = Instant::now() + PATIENCE;
        while !condition()? {
            let ended = node.process.as_mut().and_then(|child| child.try_wait().ok().flatten());
            if let Some(status) = ended {
                return Err(BenchError::program("lojal-node", format!("{status}; its log is {}", log.display())));
            }
            if Instant::now() > deadline {
                return Err(BenchError::Timeout(what, self.dir.clone()));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Stops one in order.
    pub fn stop(&mut self, index: usize) -> Result<(), BenchError> {
        let Some(mut child) = self.nodes[index].process.take() else { return Ok(()) };
        drop(child.stdin.take());
        let status = child.wait().map_err(BenchError::file(&self.program))?;
        if status.success() { Ok(()) } else { Err(BenchError::program("lojal-node", status)) }
    }
    /// Stops all in order, together.
    pub fn stop_all(&mut self) -> Result<(), BenchError> {
        for child in self.nodes.iter_mut().filter_map(|node| node.process.as_mut()) {
            drop(child.stdin.take());
        }
        (0..self.nodes.len()).try_for_each(|index| self.stop(index))
    }
    /// Ends one as a power cut does.
    pub fn kill(&mut self, index: usize) -> Result<(), BenchError> {
        let Some(mut child) = self.nodes[index].process.take() else { return Ok(()) };
        child.kill().map_err(BenchError::file(&self.program))?;
        child.wait().map_err(BenchError::file(&self.program))?;
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for child in self.nodes.iter_mut().filter_map(|node| node.process.as_mut()) {
            // One that is gone already needs no end.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A program of this workspace, beside this one.
pub fn program(name: &str) -> Result<PathBuf, BenchError> {
    let own = std::env::current_exe().map_err(BenchError::file(Path::new("lojal-bench")))?;
    let path = own.with_file_name(name);
    if path.exists() { Ok(path) } else { Err(BenchError::NodeMissing(path)) }
}

/// A brand of this network.
pub fn brand(index: usize) -> BrandId {
    BRANDS[index].parse().expect("these are valid ids")
}

/// The time now.
pub fn now() -> TimeMs {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).ok().and_then(|ms| TimeMs::new(ms).ok()).expect("before the year 7000")
}

/// The key with which a validator votes.
pub fn validator_key(index: usize) -> KeyPair {
    key(b"valida", index)
}

/// The key of whoever may read everything.
fn auditor_key() -> KeyPair {
    key(b"audito", 0)
}

fn network_key(index: usize) -> KeyPair {
    key(b"networ", index)
}

fn validator_name(index: usize) -> String {
    format!("validator-{index}")
}

/// The genesis document of a network that starts at a time.
pub fn genesis(validators: usize, heartbeat_ms: u64, time: TimeMs) -> Genesis {
    let operators = Accounts::operators(OPERATORS);
    let operator = |index| GenesisOperator::new(operators.key(index).public_key(), Roles::all());
    let operators = Bounded::new((0..OPERATORS).map(operator).collect()).expect("at most 64");
    let policy = Policy {
        expiry_months: Some(24),
        transfer_max: Points::new(100_000),
        tradeable: true,
        reversal_window_ms: 30 * 24 * 3_600_000,
        ..Policy::open()
    };
    let brands = BRANDS.map(|id| GenesisBrand::new(id.parse().expect("valid"), policy.clone(), operators.clone()));
    let validators = (0..validators).map(|index| Validator {
        name: validator_name(index).parse().expect("valid"),
        public_key: validator_key(index).public_key(),
        network_key: network_key(index).public_key(),
        power: 1,
    });
    let validators: Vec<Validator> = validators.collect();
    let document = GenesisDocument {
        governance: Governance::of(&validators, |validator| validator.network_key),
        settlement_currency: Some("SEK".parse().expect("valid")),
        // Its members do in seconds what others do in months.
        parameters: Parameters { heartbeat_ms, allowances: Allowances::open(), ..Parameters::standard() },
        validators: Bounded::new(validators).expect("at most 64"),
        brands: Bounded::from(brands),
        ..GenesisDocument::empty("lojal benchmark".parse().expect("valid"), time)
    };
    Genesis::new(document).expect("every rule is kept")
}

fn node_toml(index: usize, (http, admin): (u16, u16), peers: &[u16]) -> String {
    let listen = |port: u16| format!("/ip4/127.0.0.1/tcp/{port}");
    let mut text = format!(
        "genesis = \"../genesis.toml\"\nlisten = \"{}\"\ngateway = \"127.0.0.1:{http}\"\n\
         admin = \"127.0.0.1:{admin}\"\n\n[[auditors]]\nname = \"bench\"\nkey = \"{}\"\n",
        listen(peers[index]),
        auditor_key().public_key()
    );
    for (other, port) in peers.iter().enumerate().filter(|(other, _)| *other != index) {
        let (name, address) = (validator_name(other), listen(*port));
        text.push_str(&format!("\n[[peers]]\nvalidator = \"{name}\"\naddress = \"{address}\"\n"));
    }
    text
}

/// Ports that nobody uses right now.
fn free_ports(count: usize) -> std::io::Result<Vec<u16>> {
    // All are held until all are known, so that they differ.
    let held = (0..count).map(|_| TcpListener::bind(("127.0.0.1", 0))).collect::<Result<Vec<_>, _>>()?;
    held.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_any_size_has_a_valid_genesis_and_knows_its_peers() {
        assert_eq!(genesis(4, HEARTBEAT_MS_MIN, now()).validators().validators().len(), 4);
        let toml: toml::Table = node_toml(1, (80, 81), &[1, 2, 3]).parse().expect("valid TOML");
        assert_eq!(toml["peers"].as_array().map(Vec::len), Some(2));
        assert_eq!(toml["listen"].as_str(), Some("/ip4/127.0.0.1/tcp/2"));
        let ports = free_ports(4).expect("there are free ports");
        assert!((1..4).all(|index| ports[index] != ports[0]));
    }
}
