//! Validators as processes of this machine, with a genesis document, keys and data of their own.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

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
use crate::node::{Node, Ports};

/// Operators of each brand, so that setting up isn't held up by how much one sender may have waiting.
pub const OPERATORS: usize = 16;
/// The brands; the points that are transferred are the first one's.
pub const BRANDS: [&str; 2] = ["nordmat", "kaffet"];
/// The time that an idle network waits before it makes an empty block, as in the network's template.
pub const HEARTBEAT_MS: u64 = 3_000;
/// The shortest such wait that a genesis document can ask for.
pub const HEARTBEAT_MS_MIN: u64 = 100;
/// The time for which a client may read.
pub const READING_MS: u64 = 24 * 60 * 60 * 1000;
/// The time for which a client may change something; a gateway takes 5 minutes at most.
const CHANGING_MS: u64 = 4 * 60 * 1000;

/// A network of validators on this machine.
pub struct Cluster {
    dir: PathBuf,
    genesis: Genesis,
    nodes: Vec<Node>,
    /// The ports of the validators for their peers.
    peers: Vec<u16>,
}

impl Cluster {
    /// Makes a network in a directory, which must not exist, and doesn't start it.
    pub fn create(dir: &Path, validators: usize, heartbeat_ms: u64) -> Result<Self, BenchError> {
        Self::of(dir, genesis(validators, heartbeat_ms, now()))
    }
    /// Makes the network of a genesis document by [`genesis`] in a directory, which must not exist, and doesn't start
    /// it.
    pub fn of(dir: &Path, genesis: Genesis) -> Result<Self, BenchError> {
        let validators = genesis.validators().validators().len();
        fs::create_dir_all(dir).map_err(BenchError::file(dir))?;
        let path = dir.join("genesis.toml");
        fs::write(&path, genesis.document().to_toml()).map_err(BenchError::file(&path))?;
        let ports = free_ports(validators)?;
        let peers: Vec<u16> = ports.iter().map(|one| one.peer).collect();
        let nodes = (0..validators).zip(ports).map(|(index, ports)| {
            let at = dir.join(format!("node-{index}"));
            let others = (0..validators).filter(|other| *other != index);
            let node = Node::create(&at, &network_key(index), ports, &settings(others, &peers))?;
            node.write("validator.key", &format!("{}\n", hex::encode(validator_key(index).seed())))?;
            Guard::create(&Disk::real(), &at.join("guard"), &validator_key(index).public_key(), false)
                .map_err(Box::new)?;
            Ok(node)
        });
        let nodes = nodes.collect::<Result<_, BenchError>>()?;
        Ok(Self { dir: dir.to_owned(), genesis, nodes, peers })
    }
    /// Makes the directory of a node without a vote, which knows the validators; they don't know it.
    pub fn follower(&self, number: usize) -> Result<Node, BenchError> {
        let ports = free_ports(1)?[0];
        let at = self.dir.join(format!("follower-{number}"));
        Node::create(&at, &follower_key(number), ports, &settings(0..self.len(), &self.peers))
    }
    /// Lets validators that don't run yet keep at most so many MiB of the state's pages in memory.
    pub fn set_state_cache(&self, mb: u32) -> Result<(), BenchError> {
        self.nodes.iter().try_for_each(|node| node.set(&format!("state_cache_mb = {mb}")))
    }
    /// Gives validators that don't run yet more settings.
    pub fn add_settings(&self, lines: &str) -> Result<(), BenchError> {
        self.nodes.iter().try_for_each(|node| node.add(lines))
    }
    /// The genesis document.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }
    /// The number of validators.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }
    fn running(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.process().is_some())
    }
    /// The URLs of the gateways that run.
    pub fn running_urls(&self) -> Vec<String> {
        self.running().map(|node| node.url().to_owned()).collect()
    }
    /// The URLs of the metrics of all nodes that run, in the order of [`Cluster::running_urls`].
    pub fn metrics_urls(&self) -> Vec<String> {
        self.running().map(|node| node.admin().to_owned()).collect()
    }
    /// A client of one validator's gateway, who may read everything.
    pub fn client(&self, index: usize) -> Result<Client, BenchError> {
        self.client_of(&self.nodes[index])
    }
    /// A client of one validator's gateway, who acts for all brands and may change what is theirs for some minutes.
    pub fn admin(&self, index: usize) -> Result<Client, BenchError> {
        let (client, operator) = (Client::new(self.nodes[index].url())?, Accounts::operators(1).key(0));
        client.read_as(&self.genesis.chain_id(), operator.address(), &operator, now().plus_ms(CHANGING_MS));
        Ok(client)
    }
    /// A client of a node's gateway, who may read everything.
    pub fn client_of(&self, node: &Node) -> Result<Client, BenchError> {
        let (client, auditor) = (Client::new(node.url())?, auditor_key());
        let until_ms = now().plus_ms(READING_MS);
        client.read_as(&self.genesis.chain_id(), auditor.address(), &auditor, until_ms);
        Ok(client)
    }
    /// The processes that run.
    pub fn processes(&self) -> Vec<u32> {
        self.nodes.iter().filter_map(Node::process).collect()
    }
    /// The data directory of one.
    pub fn data(&self, index: usize) -> PathBuf {
        self.nodes[index].data()
    }
    /// The size of one's data on disk.
    pub fn size(&self, index: usize) -> Size {
        disk::size(&self.data(index))
    }

    /// Starts all that don't run and waits until they are ready.
    pub fn start(&mut self) -> Result<(), BenchError> {
        self.nodes.iter_mut().filter(|node| node.process().is_none()).try_for_each(Node::spawn)?;
        (0..self.nodes.len()).try_for_each(|index| self.wait_until_ready(index))
    }
    /// Starts one and doesn't wait.
    pub fn spawn(&mut self, index: usize) -> Result<(), BenchError> {
        self.nodes[index].spawn()
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
        self.nodes[index].wait_for(what, condition)
    }

    /// Stops one in order.
    pub fn stop(&mut self, index: usize) -> Result<(), BenchError> {
        self.nodes[index].stop()
    }
    /// Stops all in order, together.
    pub fn stop_all(&mut self) -> Result<(), BenchError> {
        self.nodes.iter_mut().for_each(Node::ask_to_stop);
        self.nodes.iter_mut().try_for_each(Node::stop)
    }
    /// Ends one as a power cut does.
    pub fn kill(&mut self, index: usize) -> Result<(), BenchError> {
        self.nodes[index].kill()
    }
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

/// The key of a validator's node on the network, which is its governor's, too.
pub fn network_key(index: usize) -> KeyPair {
    key(b"networ", index)
}

/// The key of a follower on the network.
pub fn follower_key(number: usize) -> KeyPair {
    key(b"follow", number)
}

/// The name of a validator.
pub fn validator_name(index: usize) -> String {
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

/// The settings of a node that knows these validators, by their ports for peers.
fn settings(known: impl Iterator<Item = usize>, peers: &[u16]) -> String {
    let mut text = format!("\n[[auditors]]\nname = \"bench\"\nkey = \"{}\"\n", auditor_key().public_key());
    for index in known {
        let (name, port) = (validator_name(index), peers[index]);
        let address = format!("/ip4/127.0.0.1/tcp/{port}");
        text.push_str(&format!("\n[[peers]]\nvalidator = \"{name}\"\naddress = \"{address}\"\n"));
    }
    text
}

/// Ports of so many nodes that nobody uses right now.
fn free_ports(count: usize) -> Result<Vec<Ports>, BenchError> {
    // All are held until all are known, so that they differ.
    let held = (0..3 * count).map(|_| TcpListener::bind(("127.0.0.1", 0))).collect::<Result<Vec<_>, _>>();
    let ports = held.and_then(|held| {
        let ports = held.iter().map(|listener| Ok(listener.local_addr()?.port()));
        ports.collect::<std::io::Result<Vec<u16>>>()
    });
    let ports = ports.map_err(BenchError::file(Path::new("127.0.0.1")))?;
    Ok(ports.chunks_exact(3).map(|one| Ports { http: one[0], peer: one[1], admin: one[2] }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_any_size_has_a_valid_genesis_and_knows_its_peers() {
        assert_eq!(genesis(4, HEARTBEAT_MS_MIN, now()).validators().validators().len(), 4);
        let toml: toml::Table = settings([0, 2].into_iter(), &[1, 2, 3]).parse().expect("valid TOML");
        let peers = toml["peers"].as_array().expect("a list");
        assert_eq!(peers.len(), 2);
        assert_eq!(peers[1]["address"].as_str(), Some("/ip4/127.0.0.1/tcp/3"));
        let ports = free_ports(4).expect("there are free ports");
        assert!((1..4).all(|index| ports[index].peer != ports[0].peer));
    }
}
