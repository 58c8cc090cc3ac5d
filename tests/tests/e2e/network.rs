//! A development network of its own for a test, on ports of its own.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use lojal_client::Client;
use lojal_types::{Hash, Height};
use tempfile::TempDir;

use crate::programs::{Running, eventually, program, signal};

/// Ports of one network: gateways from the first, the validators' own 100 above.
const PORTS: u16 = 200;

pub struct Network {
    directory: TempDir,
    port_base: u16,
    pub devnet: Option<Running>,
    /// Process ids of the validators that the devnet started.
    processes: BTreeMap<usize, u32>,
    /// Validators that were brought back by hand.
    revived: BTreeMap<usize, Running>,
}

impl Network {
    /// Starts a network of four and waits until all gateways are ready.
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut network = Self {
            port_base: free_ports(),
            directory,
            devnet: None,
            processes: BTreeMap::new(),
            revived: BTreeMap::new(),
        };
        network.start_again();
        network
    }

    /// Starts the network on the data that it has.
    pub fn start_again(&mut self) {
        self.revived.clear();
        let mut command = program("lojal-node");
        command.args(["devnet", "--port-base", &self.port_base.to_string(), "--dir"]).arg(self.dir());
        let mut devnet = Running::start(&mut command);
        devnet.line("the line that starts with ready", |line| line.starts_with("ready").then_some(()));
        for index in 0..4 {
            let start = format!("    node-{index} ");
            let process = devnet.line("the process of a validator", |line| {
                line.strip_prefix(&start)?.rsplit_once("process ")?.1.parse().ok()
            });
            self.processes.insert(index, process);
        }
        self.devnet = Some(devnet);
    }

    pub fn dir(&self) -> PathBuf {
        self.directory.path().join("devnet")
    }
    pub fn node_dir(&self, index: usize) -> PathBuf {
        self.dir().join(format!("node-{index}"))
    }
    pub fn genesis(&self) -> PathBuf {
        self.dir().join("genesis.toml")
    }
    pub fn wallet(&self, name: &str) -> PathBuf {
        self.dir().join("wallets").join(name)
    }
    /// A directory for whatever a test writes.
    pub fn scratch(&self) -> &Path {
        self.directory.path()
    }
    pub fn url(&self, index: usize) -> String {
        format!("http://127.0.0.1:{}", usize::from(self.port_base) + index)
    }
    pub fn client(&self, index: usize) -> Client {
        Client::new(&self.url(index)).expect("a valid URL")
    }
    pub fn peer_port(&self, index: u16) -> u16 {
        self.port_base + 100 + index
    }

    /// Kills a validator as a power cut does.
    pub fn kill(&mut self, index: usize) {
        match self.revived.remove(&index) {
            Some(mut running) => running.kill(),
            None => signal("KILL", self.processes.remove(&index).expect("a running validator")),
        }
        eventually("a killed validator's gateway to be gone", || self.client(index).status().is_err().then_some(()));
    }

    /// The process of a validator.
    pub fn process(&self, index: usize) -> u32 {
        match self.revived.get(&index) {
            Some(running) => running.id(),
            None => self.processes[&index],
        }
    }

    /// Brings a validator back with the command that the devnet tells.
    pub fn revive(&mut self, index: usize) {
        let running = Running::start(program("lojal-node").arg("run").arg("--dir").arg(self.node_dir(index)));
        self.revived.insert(index, running);
        self.wait_until_ready(index);
    }

    pub fn wait_until_ready(&self, index: usize) {
        eventually("a validator to get ready", || self.client(index).ready().ok());
    }

    pub fn height(&self, index: usize) -> Height {
        self.client(index).status().expect("a running gateway").height
    }

    /// Waits until a validator has reached a height.
    pub fn wait_for_height(&self, index: usize, height: Height) {
        eventually("a height", || (self.client(index).status().ok()?.height >= height).then_some(()));
    }

    /// The state root that a validator has at a height.
    pub fn state_root(&self, index: usize, height: Height) -> Hash {
        self.client(index).block(height).expect("a block that it has").header.state_root
    }

    /// Asserts that the validators have the same block at the highest height that all of them have.
    pub fn assert_same_state(&self, indexes: &[usize]) {
        let height = indexes.iter().map(|index| self.height(*index)).min().expect("at least one");
        let roots: Vec<Hash> = indexes.iter().map(|index| self.state_root(*index, height)).collect();
        assert!(roots.windows(2).all(|pair| pair[0] == pair[1]), "height {height}: {roots:?}");
    }
}

/// Finds ports that nobody uses. Tests of one process don't get the same ones.
fn free_ports() -> u16 {
    static NEXT: Mutex<u16> = Mutex::new(0);
    let mut next = NEXT.lock().expect("nobody panics while holding it");
    if *next == 0 {
        // Another test run on this machine starts elsewhere.
        *next = 10_000 + u16::try_from(std::process::id() % 100).expect("less than 100") * PORTS;
    }
    loop {
        let base = *next;
        *next = if base >= 32_000 { 10_000 } else { base + PORTS };
        let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if (base..base + 4).chain(base + 100..base + 104).all(is_free) {
            return base;
        }
    }
}
