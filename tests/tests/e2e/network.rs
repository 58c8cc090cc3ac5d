//! A development network of its own for a test, on ports of its own.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use lojal_client::Client;
use lojal_types::{Allowances, Bounded, Genesis, GenesisDocument, Hash, Height, KeyPair, Points};
use tempfile::TempDir;

use crate::programs::{Running, eventually, patiently, program, signal};

/// Ports of one network: gateways from the first, the validators' own 100 above, those of metrics 200.
const PORTS: u16 = 300;

/// The time for which the tests may read everything.
const READING_MS: u64 = 24 * 60 * 60 * 1000;

/// The development network's, but that accounts do in minutes what others do in months, and are opened with a point.
fn template() -> GenesisDocument {
    let dev = include_str!("../../../genesis/dev.toml");
    let mut document = GenesisDocument::from_toml(dev).expect("a template");
    document.parameters.allowances = Allowances::open();
    let mut brands = document.brands.into_inner();
    brands.iter_mut().for_each(|brand| brand.policy.opening_min = Points::new(1));
    document.brands = Bounded::new(brands).expect("as many as before");
    document
}

pub struct Network {
    directory: TempDir,
    port_base: u16,
    /// The addresses of the gateways.
    pub gateways: [String; 4],
    /// The addresses of the metrics.
    pub admins: [String; 4],
    pub devnet: Option<Running>,
    /// Process ids of the validators that the devnet started.
    processes: BTreeMap<usize, u32>,
    /// Validators that were brought back by hand.
    revived: BTreeMap<usize, Running>,
}

impl Network {
    /// Starts a network of four and waits until all gateways are ready.
    pub fn start() -> Self {
        Self::start_with(|_| ())
    }

    /// The same with another genesis document.
    pub fn start_with(change: impl FnOnce(&mut GenesisDocument)) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let port_base = free_ports();
        let mut network = Self {
            port_base,
            gateways: [0, 1, 2, 3].map(|index| format!("http://127.0.0.1:{}", port_base + index)),
            admins: [0, 1, 2, 3].map(|index| format!("http://127.0.0.1:{}", port_base + 200 + index)),
            directory,
            devnet: None,
            processes: BTreeMap::new(),
            revived: BTreeMap::new(),
        };
        let mut document = template();
        change(&mut document);
        std::fs::write(network.template(), document.to_toml()).expect("a directory of the test's own");
        network.start_again();
        network
    }

    /// Starts the network on the data that it has.
    pub fn start_again(&mut self) {
        self.revived.clear();
        self.processes.clear();
        let mut command = program("lojal-node");
        command.args(["devnet", "--port-base", &self.port_base.to_string(), "--dir"]).arg(self.dir());
        command.arg("--genesis").arg(self.template());
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

    /// The template that its genesis document is made from.
    fn template(&self) -> PathBuf {
        self.directory.path().join("template.toml")
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
        self.gateways[index].clone()
    }
    pub fn client(&self, index: usize) -> Client {
        let client = Client::new(&self.url(index)).expect("a valid URL");
        self.read_everything_with(&client);
        client
    }
    /// Lets a client read everything, once the network is there.
    pub fn read_everything_with(&self, client: &Client) {
        let Ok(seed) = std::fs::read_to_string(self.auditor_key()) else { return };
        let seed = hex::decode(seed.trim_end()).expect("hex");
        let auditor = KeyPair::from_seed(&seed.try_into().expect("32 bytes"));
        let genesis = std::fs::read_to_string(self.genesis()).expect("a network has one");
        let chain = Genesis::from_toml(&genesis).expect("valid").chain_id();
        client.read_as(&chain, auditor.address(), &auditor, lojal_consensus::clock::now().plus_ms(READING_MS));
    }
    /// The key of an auditor.
    pub fn auditor_key(&self) -> PathBuf {
        self.dir().join("auditor.key")
    }
    /// The port of a gateway; four more nodes have room beside those of the network.
    pub fn port(&self, index: u16) -> u16 {
        self.port_base + index
    }
    pub fn peer_port(&self, index: u16) -> u16 {
        self.port_base + 100 + index
    }

    /// Kills a validator as a power cut does.
    pub fn kill(&mut self, index: usize) {
        match self.revived.remove(&index) {
            Some(mut running) => running.kill(),
            None => {
                let process = self.processes.remove(&index).expect("a running validator");
                signal("KILL", process);
                eventually("the end of a killed validator", || has_ended(process).then_some(()));
            }
        }
    }

    /// Kills all validators that run at once, and the devnet with them.
    pub fn kill_all(&mut self) {
        let started = std::mem::take(&mut self.processes);
        let revived = std::mem::take(&mut self.revived);
        let started: Vec<u32> = started.into_values().collect();
        started.iter().for_each(|process| signal("KILL", *process));
        revived.values().for_each(|running| signal("KILL", running.id()));
        self.devnet = None;
        // Dropping those that were brought back waits for their end.
        drop(revived);
        for process in started {
            eventually("the end of a killed validator", || has_ended(process).then_some(()));
        }
    }

    /// The process of a validator.
    pub fn process(&self, index: usize) -> u32 {
        match self.revived.get(&index) {
            Some(running) => running.id(),
            None => self.processes[&index],
        }
    }

    /// Stops a validator in order, so that it writes a checkpoint.
    pub fn stop(&mut self, index: usize) {
        match self.revived.remove(&index) {
            Some(running) => assert!(running.interrupt().success(), "SIGINT is no failure"),
            None => {
                let process = self.processes.remove(&index).expect("a running validator");
                signal("INT", process);
                eventually("the end of a validator", || has_ended(process).then_some(()));
            }
        }
    }

    /// The command that the devnet tells for bringing a validator back.
    pub fn command(&self, index: usize) -> Command {
        let mut command = program("lojal-node");
        command.arg("run").arg("--dir").arg(self.node_dir(index));
        command
    }
    /// Brings a validator back.
    pub fn revive(&mut self, index: usize) {
        self.revive_with(index, &mut self.command(index));
        self.wait_until_ready(index);
    }
    /// Brings a validator back with a command of one's own; it need not get ready.
    pub fn revive_with(&mut self, index: usize, command: &mut Command) {
        self.processes.remove(&index);
        self.revived.insert(index, Running::start(command));
    }
    /// Waits until a validator that was brought back ends by itself; answers with how, and with all that it printed.
    pub fn end_of(&mut self, index: usize) -> (std::process::ExitStatus, String) {
        self.revived.remove(&index).expect("a validator that was brought back").end()
    }

    #[track_caller]
    pub fn wait_until_ready(&self, index: usize) {
        let ready = patiently(|| self.client(index).ready().ok());
        assert!(ready.is_some(), "validator {index} doesn't get ready:\n{}", self.heard());
    }

    /// The lines that brought-back validators have printed and nobody has read.
    fn heard(&self) -> String {
        let heard = self.revived.iter().map(|(index, running)| format!("node-{index}:\n{}\n", running.heard()));
        heard.collect()
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

    /// Waits until the validators have the highest height that any of them has, and asserts that it is the same block.
    pub fn catch_up(&self, indexes: &[usize]) -> Height {
        let highest = indexes.iter().map(|index| self.height(*index)).max().expect("at least one");
        // A network that has just begun has no block to compare yet.
        let height = highest.max(Height::GENESIS.next());
        indexes.iter().for_each(|index| self.wait_for_height(*index, height));
        self.assert_same_state(indexes);
        height
    }

    /// A number of a validator's metrics, the sum over all labels.
    pub fn metric(&self, index: usize, name: &str) -> Option<f64> {
        metric_at(&self.admins[index], name)
    }

    /// Asserts that the validators have the same block at the highest height that all of them have.
    pub fn assert_same_state(&self, indexes: &[usize]) {
        let height = indexes.iter().map(|index| self.height(*index)).min().expect("at least one");
        let roots: Vec<Hash> = indexes.iter().map(|index| self.state_root(*index, height)).collect();
        assert!(roots.windows(2).all(|pair| pair[0] == pair[1]), "height {height}: {roots:?}");
    }
}

/// A number of the metrics at an address, the sum over all labels.
pub fn metric_at(admin: &str, name: &str) -> Option<f64> {
    let text = ureq::get(format!("{admin}/metrics")).call().ok()?.body_mut().read_to_string().ok()?;
    let lines = text.lines().filter(|line| line.split(['{', ' ']).next() == Some(name));
    Some(lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum())
}

/// Ends what still runs, so that the directory can be removed with nobody writing to it.
impl Drop for Network {
    fn drop(&mut self) {
        let dir = self.dir().display().to_string();
        let is_ours = |process: &u32| {
            std::fs::read(format!("/proc/{process}/cmdline"))
                .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&dir))
        };
        let left: Vec<u32> = self.processes.values().copied().filter(is_ours).collect();
        for process in &left {
            // One that ends at this moment needs no killing.
            let _ = Command::new("kill").args(["-KILL", &process.to_string()]).status();
        }
        self.devnet = None;
        self.revived.clear();
        for process in left {
            // What can't be killed is for whoever reads the test's output to find.
            let _ = patiently(|| has_ended(process).then_some(()));
        }
    }
}

/// Tells whether a process has ended with all its threads, though whoever started it need not know yet.
fn has_ended(process: u32) -> bool {
    let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/stat")) else { return true };
    let is_leader_gone = status.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z'));
    // The others may still hold the files.
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).map_or(0, Iterator::count);
    is_leader_gone && threads <= 1
}

/// The variable with the first port for a test that runs in a process of its own.
pub const PORTS_VARIABLE: &str = "LOJAL_TEST_PORT_BASE";

/// Finds ports that nobody uses. Tests of one process don't get the same ones.
pub fn free_ports() -> u16 {
    if let Some(base) = std::env::var(PORTS_VARIABLE).ok().and_then(|base| base.parse().ok()) {
        return base;
    }
    static NEXT: Mutex<u16> = Mutex::new(0);
    let mut next = NEXT.lock().expect("nobody panics while holding it");
    if *next == 0 {
        // Another test run on this machine starts elsewhere.
        *next = 10_000 + u16::try_from(std::process::id() % 70).expect("less than 70") * PORTS;
    }
    loop {
        let base = *next;
        *next = if base >= 32_000 { 10_000 } else { base + PORTS };
        let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if [0, 100, 200].iter().all(|more| (base + more..base + more + 8).all(is_free)) {
            return base;
        }
    }
}
