//! Nodes beside the four of a network, which are voted in.

use std::fs;
use std::path::{Path, PathBuf};

use lojal_client::Client;

use crate::network::Network;
use crate::programs::{Running, program, run};
use crate::wallet::done;

/// A node beside the four of the network.
pub struct Newcomer {
    pub dir: PathBuf,
    pub gateway: String,
    /// Its place among the ports.
    index: u16,
}

impl Newcomer {
    /// Makes the directory of a node for a validator: keys, configuration, and the network's genesis document, of which
    /// it is no part.
    pub fn init(network: &Network, name: &str, index: u16) -> Self {
        Self::init_as(network, name, index, &["--name", name])
    }

    /// Makes the directory of a follower.
    pub fn init_follower(network: &Network, index: u16) -> Self {
        Self::init_as(network, "follower", index, &["--follower"])
    }

    fn init_as(network: &Network, directory: &str, index: u16, options: &[&str]) -> Self {
        let dir = network.scratch().join(format!("{directory}-{index}"));
        let at = format!("127.0.0.1:{}", network.port(index));
        let mut init = program("lojal-node");
        init.arg("init").arg("--dir").arg(&dir).args(["--gateway", &at]).args(options);
        init.args(["--listen", &format!("/ip4/127.0.0.1/tcp/{}", network.peer_port(index))]);
        run(&mut init).success();
        fs::copy(network.genesis(), dir.join("genesis.toml")).expect("a directory of its own");
        Self { dir, gateway: format!("http://{at}"), index }
    }

    /// Tells it where others are, by their names and places among the ports.
    pub fn know(&self, network: &Network, others: &[(&str, u16)]) {
        let path = self.dir.join("node.toml");
        let mut config = fs::read_to_string(&path).expect("it has one");
        for (name, index) in others {
            let port = network.peer_port(*index);
            config += &format!("\n[[peers]]\nvalidator = \"{name}\"\naddress = \"/ip4/127.0.0.1/tcp/{port}\"\n");
        }
        fs::write(&path, config).expect("a directory of the test's own");
    }

    /// Writes the action that makes it a validator, with the account that speaks for it, or that gives the validator of
    /// its name its keys.
    pub fn card(&self, network: &Network, governor: Option<&str>) -> PathBuf {
        let mut card = program("lojal-node");
        card.arg("card").arg("--dir").arg(&self.dir);
        match governor {
            Some(governor) => card.args(["--governor", governor, "--endpoint", &self.endpoint(network)]),
            None => card.arg("--replaces"),
        };
        let path = network.scratch().join(format!("card-{}.toml", self.index));
        fs::write(&path, run(&mut card).success()).expect("a directory of the test's own");
        path
    }

    /// The address where other nodes reach it.
    pub fn endpoint(&self, network: &Network) -> String {
        format!("/ip4/127.0.0.1/tcp/{}", network.peer_port(self.index))
    }

    /// Has it serve its own people, and says where.
    pub fn serve_own(&self, network: &Network) -> String {
        let at = format!("127.0.0.1:{}", network.port(self.index) + 200);
        let path = self.dir.join("node.toml");
        let config = fs::read_to_string(&path).expect("it has one");
        fs::write(&path, format!("admin = \"{at}\"\n{config}")).expect("a directory of the test's own");
        format!("http://{at}")
    }

    pub fn start(&self) -> Running {
        Running::start(program("lojal-node").arg("run").arg("--dir").arg(&self.dir))
    }

    pub fn client(&self) -> Client {
        Client::new(&self.gateway).expect("a valid URL")
    }
}

/// Puts a motion forward and has it approved by others.
pub fn vote(network: &Network, motion: &str, actions: &Path, governors: &[&str]) {
    let (first, others) = governors.split_first().expect("somebody proposes");
    let actions = actions.to_str().expect("UTF-8");
    let told = done(network, first, &["govern", "propose", "--actions", actions, "--yes"]);
    let next = format!("it is motion {motion}; the other governors: `lojal govern approve {motion}`");
    assert!(others.is_empty() || told.contains(&next), "{told}");
    for governor in others {
        done(network, governor, &["govern", "approve", motion, "--yes"]);
    }
}
