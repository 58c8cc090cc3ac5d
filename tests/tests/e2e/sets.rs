//! Validators that come and go by vote: a fifth one is let in, decides with the others, and is voted out again.

use std::fs;
use std::path::{Path, PathBuf};

use lojal_client::Client;
use lojal_types::MotionId;

use crate::network::Network;
use crate::programs::{Running, eventually, program, run};
use crate::wallet::{done, wallet};

/// The fifth node.
struct Fifth {
    dir: PathBuf,
    gateway: String,
}

impl Fifth {
    const NAME: &str = "vandrarhem";

    /// Makes its directory: keys, configuration, and the network's genesis document, of which it is no part.
    fn init(network: &Network) -> Self {
        let dir = network.scratch().join(Self::NAME);
        let gateway = network.url(3).replace(&network.port(3).to_string(), &network.port(4).to_string());
        let mut init = program("lojal-node");
        init.arg("init").arg("--dir").arg(&dir).args(["--name", Self::NAME]);
        init.args(["--listen", &format!("/ip4/127.0.0.1/tcp/{}", network.peer_port(4))]);
        init.args(["--gateway", &format!("127.0.0.1:{}", network.port(4))]);
        run(&mut init).success();
        fs::copy(network.genesis(), dir.join("genesis.toml")).expect("a directory of its own");
        Self { dir, gateway }
    }

    /// Writes the action that makes it a validator.
    fn card(&self, network: &Network, governor: &str) -> PathBuf {
        let mut card = program("lojal-node");
        card.arg("card").arg("--dir").arg(&self.dir).args(["--governor", governor]);
        card.args(["--endpoint", &format!("/ip4/127.0.0.1/tcp/{}", network.peer_port(4))]);
        let path = network.scratch().join("card.toml");
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
fn a_node_is_voted_in_and_needed_and_voted_out_and_the_chain_is_audited_across_both() {
    let mut network = Network::start();
    let fifth = Fifth::init(&network);
    let mut running = vote_in(&network, &fifth);
    is_needed(&mut network, &fifth);
    vote_out(&network, &mut running);
    let height = network.catch_up(&[0, 1, 2, 3]);

    let report = audit(&network, &["--url", &network.url(1)]);
    assert!(report.contains(&format!("height {}", height.get())) || report.contains("verified"), "{report}");
    running.kill();
    let dir = fifth.dir.join("data");
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
    let card = fifth.card(network, governor.trim());
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
fn is_needed(network: &mut Network, fifth: &Fifth) {
    network.kill(3);
    let before = network.height(0);
    done(network, "nordmat", &["issue", &address_of(network), "100", "nordmat", "--receipt", "R-1", "--yes"]);
    eventually("the new validator's height", || (fifth.client().status().ok()?.height > before).then_some(()));
    assert!(names(&fifth.client()).contains(&Fifth::NAME.to_owned()));
    network.revive(3);
}

/// Four of five decide; the node says what has become of it, and the four go on.
fn vote_out(network: &Network, running: &mut Running) {
    let removal = network.scratch().join("removal.toml");
    let action = format!("[[actions]]\ntype = \"remove_validator\"\nname = \"{}\"\n", Fifth::NAME);
    fs::write(&removal, action).expect("a directory of the test's own");
    vote(network, "2", &removal, &["kaffet", "fjallen", "havshotell"]);
    assert_eq!(names(&network.client(0)).len(), 5, "three of five are not enough");
    done(network, "nordmat", &["govern", "approve", "2", "--yes"]);
    assert_eq!(names(&network.client(0)).len(), 4);
    let line = |line: &str| line.contains("removed from the network by its governors").then_some(());
    running.line("what has become of the node", line);
    done(network, "nordmat", &["issue", &address_of(network), "100", "nordmat", "--receipt", "R-2", "--yes"]);
}

fn address_of(network: &Network) -> String {
    done(network, "member-1", &["address"]).trim().to_owned()
}
