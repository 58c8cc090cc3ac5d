//! Validators that come and go by vote: a fifth one is let in, decides with the others, hands over to another node with
//! other keys, and is voted out again.

use std::fs;
use std::path::{Path, PathBuf};

use lojal_client::Client;
use lojal_types::MotionId;

use crate::network::Network;
use crate::programs::{Running, eventually, program, run};
use crate::wallet::{done, wallet};

/// A node beside the four of the network.
struct Fifth {
    dir: PathBuf,
    gateway: String,
    /// Its place among the ports.
    index: u16,
}

impl Fifth {
    const NAME: &str = "vandrarhem";

    /// Makes its directory: keys, configuration, and the network's genesis document, of which it is no part.
    fn init(network: &Network, index: u16) -> Self {
        let dir = network.scratch().join(format!("{}-{index}", Self::NAME));
        let at = format!("127.0.0.1:{}", network.port(index));
        let mut init = program("lojal-node");
        init.arg("init").arg("--dir").arg(&dir).args(["--name", Self::NAME, "--gateway", &at]);
        init.args(["--listen", &format!("/ip4/127.0.0.1/tcp/{}", network.peer_port(index))]);
        run(&mut init).success();
        fs::copy(network.genesis(), dir.join("genesis.toml")).expect("a directory of its own");
        Self { dir, gateway: format!("http://{at}"), index }
    }

    /// Tells it where the others are.
    fn know(&self, network: &Network) {
        let path = self.dir.join("node.toml");
        let mut config = fs::read_to_string(&path).expect("it has one");
        for (name, index) in ["nordmat", "fjallen", "havshotell", "kaffet"].into_iter().zip(0..) {
            let port = network.peer_port(index);
            config += &format!("\n[[peers]]\nvalidator = \"{name}\"\naddress = \"/ip4/127.0.0.1/tcp/{port}\"\n");
        }
        fs::write(&path, config).expect("a directory of the test's own");
    }

    /// Writes the action that makes it a validator, with the account that speaks for it, or that gives the validator of
    /// its name its keys.
    fn card(&self, network: &Network, governor: Option<&str>) -> PathBuf {
        let mut card = program("lojal-node");
        card.arg("card").arg("--dir").arg(&self.dir);
        let endpoint = format!("/ip4/127.0.0.1/tcp/{}", network.peer_port(self.index));
        match governor {
            Some(governor) => card.args(["--governor", governor, "--endpoint", &endpoint]),
            None => card.arg("--replaces"),
        };
        let path = network.scratch().join(format!("card-{}.toml", self.index));
        fs::write(&path, run(&mut card).success()).expect("a directory of the test's own");
        path
    }

    fn start(&self) -> Running {
        Running::start(program("lojal-node").arg("run").arg("--dir").arg(&self.dir))
    }

    fn client(&self) -> Client {
        Client::new(&self.gateway).expect("a valid URL")
    }
}

fn names(client: &Client) -> Vec<String> {
    let validators = client.validators().expect("a running gateway").validators;
    validators.iter().map(|one| one.name.to_string()).collect()
}

/// Puts a motion forward and has it approved by others.
fn vote(network: &Network, motion: &str, actions: &Path, governors: &[&str]) {
    let (first, others) = governors.split_first().expect("somebody proposes");
    let actions = actions.to_str().expect("UTF-8");
    done(network, first, &["govern", "propose", "--actions", actions, "--yes"]);
    for governor in others {
        done(network, governor, &["govern", "approve", motion, "--yes"]);
    }
}

fn audit(network: &Network, what: &[&str]) -> String {
    let mut audit = program("lojal-audit");
    audit.args(["verify", "--quiet", "--genesis"]).arg(network.genesis()).args(what);
    audit.arg("--key").arg(network.auditor_key());
    run(&mut audit).success()
}

#[test]
fn a_node_is_voted_in_and_needed_and_replaced_and_voted_out_and_the_chain_is_audited_across_all() {
    let mut network = Network::start();
    let (fifth, sixth) = (Fifth::init(&network, 4), Fifth::init(&network, 5));
    let before = vote_in(&network, &fifth);
    is_needed(&mut network, &fifth, "R-1");
    let mut running = hand_over(&network, before, &sixth);
    is_needed(&mut network, &sixth, "R-2");
    vote_out(&network, &mut running);
    let height = network.catch_up(&[0, 1, 2, 3]);

    let report = audit(&network, &["--url", &network.url(1)]);
    assert!(report.contains(&format!("height {}", height.get())) || report.contains("verified"), "{report}");
    running.kill();
    let dir = sixth.dir.join("data");
    audit(&network, &["--dir", dir.to_str().expect("UTF-8")]);

    // The way from genesis to those who decide now outlives a crash of everybody.
    network.kill_all();
    network.start_again();
    network.wait_for_height(2, height);
    assert_eq!(names(&network.client(2)).len(), 4);
}

/// Three of four decide, and the node has its vote as soon as it says that it runs.
fn vote_in(network: &Network, fifth: &Fifth) -> Running {
    let governor = done(network, "member-2", &["address", "--key"]);
    let card = fifth.card(network, Some(governor.trim()));
    vote(network, "1", &card, &["nordmat", "fjallen", "havshotell"]);
    let shown = done(network, "kaffet", &["govern", "show", "1"]);
    assert!(shown.contains(Fifth::NAME) && shown.contains("waits for signs of life"), "{shown}");
    assert_eq!(names(&network.client(0)).len(), 4, "nothing changes before it runs");
    let early = wallet(network, "nordmat", &["govern", "activate", "1", "--node", &fifth.gateway, "--yes"]);
    assert!(!early.status.success(), "nobody signs for a node that doesn't run: {early:?}");

    let running = fifth.start();
    eventually("the node's sign of life", || fifth.client().readiness(MotionId::new(1)).ok());
    done(network, "kaffet", &["govern", "activate", "1", "--node", &fifth.gateway, "--yes"]);
    assert!(done(network, "kaffet", &["govern", "show", "1"]).contains("enacted in block"));
    assert_eq!(names(&network.client(0)).len(), 5);
    let mut check = program("lojal-node");
    check.arg("check").arg("--dir").arg(&fifth.dir).args(["--gateway", &network.url(0)]);
    let checked = run(&mut check).stdout;
    assert!(checked.contains(&format!("ok     seat: {} on the ledger after block", Fifth::NAME)), "{checked}");
    running
}

/// Without one of the old validators, nothing is final but with the new one's vote.
fn is_needed(network: &mut Network, fifth: &Fifth, receipt: &str) {
    network.kill(3);
    let before = network.height(0);
    done(network, "nordmat", &["issue", &address_of(network), "100", "nordmat", "--receipt", receipt, "--yes"]);
    eventually("the new validator's height", || (fifth.client().status().ok()?.height > before).then_some(()));
    assert!(names(&fifth.client()).contains(&Fifth::NAME.to_owned()));
    network.revive(3);
}

/// Another node gets the vote, with keys of its own; the one before is removed.
fn hand_over(network: &Network, mut before: Running, sixth: &Fifth) -> Running {
    sixth.know(network);
    let card = sixth.card(network, None);
    vote(network, "2", &card, &["nordmat", "fjallen", "havshotell", "kaffet"]);
    let running = sixth.start();
    eventually("the node's sign of life", || sixth.client().readiness(MotionId::new(2)).ok());
    done(network, "nordmat", &["govern", "activate", "2", "--node", &sixth.gateway, "--yes"]);
    assert_eq!(names(&network.client(0)).len(), 5);
    let line = |line: &str| line.contains("removed from the network by its governors").then_some(());
    before.line("what has become of the node before", line);
    assert!(before.interrupt().success(), "SIGINT is no failure");
    running
}

/// Four of five decide; the node says what has become of it, and the four go on.
fn vote_out(network: &Network, running: &mut Running) {
    let removal = network.scratch().join("removal.toml");
    let action = format!("[[actions]]\ntype = \"remove_validator\"\nname = \"{}\"\n", Fifth::NAME);
    fs::write(&removal, action).expect("a directory of the test's own");
    vote(network, "3", &removal, &["kaffet", "fjallen", "havshotell"]);
    assert_eq!(names(&network.client(0)).len(), 5, "three of five are not enough");
    done(network, "nordmat", &["govern", "approve", "3", "--yes"]);
    assert_eq!(names(&network.client(0)).len(), 4);
    let line = |line: &str| line.contains("removed from the network by its governors").then_some(());
    running.line("what has become of the node", line);
    done(network, "nordmat", &["issue", &address_of(network), "100", "nordmat", "--receipt", "R-3", "--yes"]);
}

fn address_of(network: &Network) -> String {
    done(network, "member-1", &["address"]).trim().to_owned()
}
