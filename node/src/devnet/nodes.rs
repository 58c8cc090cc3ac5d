//! The network's nodes as processes: started, watched, stopped.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use lojal_client::{Client, ClientError};
use lojal_text::outside;
use lojal_types::api::Status;
use lojal_types::{AddressText, ChainId, Height};
use tokio::process::{Child, Command};

use super::error::{DevnetError, READY_TIMEOUT};
use super::layout::Layout;

/// The time after which the gateways are asked again while they start.
const READY_INTERVAL: Duration = Duration::from_millis(100);
/// The time after which the height is shown again.
const HEIGHT_INTERVAL: Duration = Duration::from_secs(1);
/// The time that a node may take to stop before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// The number of heights of which one is shown where there is no terminal to show it in place.
const PLAIN_LINES: u64 = 10;
/// The number of bytes of a node's log that are shown when it ends early.
const LOG_TAIL: usize = 2_000;

/// The processes of a development network.
pub struct Nodes {
    nodes: Vec<Node>,
    dir: PathBuf,
}

struct Node {
    name: String,
    dir: PathBuf,
    /// The identity that tells its gateway from any other: the chain, and the validator on it, if it is one's.
    identity: (ChainId, Option<AddressText>),
    client: Client,
    /// `None` once it has ended.
    process: Option<Child>,
    answers: bool,
}

impl Nodes {
    /// Starts the validators. They stop when this process ends, whatever ends it, because their standard input closes.
    ///
    /// # Errors
    /// When a process can't be started.
    pub fn start_validators(layout: &Layout) -> Result<Self, DevnetError> {
        let start = |index| {
            let name = format!("node-{index} ({})", outside(layout.name(index)));
            start_one(layout, index, (name, layout.node(index)), Some(layout.address(index)))
        };
        let nodes = (0..layout.count).map(start).collect::<Result<_, _>>()?;
        Ok(Self { nodes, dir: layout.dir.clone() })
    }

    /// Starts the followers in the same way.
    ///
    /// # Errors
    /// When a process can't be started.
    pub fn start_followers(&mut self, layout: &Layout) -> Result<(), DevnetError> {
        for number in 0..layout.followers {
            let place = (layout.follower_name(number), layout.follower(number));
            self.nodes.push(start_one(layout, layout.count + number, place, None)?);
        }
        Ok(())
    }

    /// The ids of the processes, by node.
    pub fn process_ids(&self) -> Vec<Option<u32>> {
        self.nodes.iter().map(|node| node.process.as_ref().and_then(Child::id)).collect()
    }

    pub async fn wait_until_ready(&mut self) -> Result<(), DevnetError> {
        let deadline = tokio::time::Instant::now() + READY_TIMEOUT;
        loop {
            let mut ready = 0;
            for node in &self.nodes {
                ready += usize::from(node.is_ready().await);
            }
            let ended = self.nodes.iter_mut().find_map(|one| one.ended().map(|status| one.ended_early(&status)));
            if let Some(ended) = ended {
                return Err(ended);
            }
            if ready == self.nodes.len() {
                self.nodes.iter_mut().for_each(|node| node.answers = true);
                return Ok(());
            }
            if tokio::time::Instant::now() > deadline {
                return Err(DevnetError::NotReady(self.dir.clone()));
            }
            tokio::time::sleep(READY_INTERVAL).await;
        }
    }

    /// Shows the height, and reports who ends and who comes back, until the last one has ended.
    pub async fn watch(&mut self) {
        let mut interval = tokio::time::interval(HEIGHT_INTERVAL);
        for second in 0_u64.. {
            interval.tick().await;
            let mut heights = BTreeMap::new();
            for node in &mut self.nodes {
                if let Some(status) = node.ended() {
                    let (name, dir) = (&node.name, node.dir.display());
                    lojal_print::line(format!("{name} has ended ({status}); the others go on. Bring it back with"));
                    lojal_print::line(format!("    cargo run --release --bin lojal-node -- run --dir {dir}"));
                }
                let status = node.status().await;
                let answers = status.is_some();
                if answers != std::mem::replace(&mut node.answers, answers) && answers {
                    lojal_print::line(format!("{} is back", node.name));
                }
                if let Some(status) = status {
                    heights.insert(node.name.clone(), status.height);
                }
            }
            show(&heights, second);
            if heights.is_empty() && self.nodes.iter().all(|node| node.process.is_none()) {
                lojal_print::line("no node is left");
                return;
            }
        }
    }

    /// Stops all of them: each ends in order when its standard input closes.
    pub async fn stop(self) {
        for mut process in self.nodes.into_iter().filter_map(|node| node.process) {
            drop(process.stdin.take());
            if tokio::time::timeout(STOP_TIMEOUT, process.wait()).await.is_err() {
                // It is killed as a last resort; one that has just ended needs no killing.
                let _ = process.kill().await;
            }
        }
    }
}

impl Node {
    /// The way the process ended, the first time that this is asked after it did.
    fn ended(&mut self) -> Option<String> {
        let status = self.process.as_mut()?.try_wait().ok()??;
        self.process = None;
        Some(status.to_string())
    }

    /// The status that its gateway gives, unless another one answers in its place.
    async fn status(&self) -> Option<Status> {
        let (chain_id, validator) = self.identity;
        let status = ask(&self.client, Client::status).await?;
        (status.chain_id == chain_id && status.validator == validator).then_some(status)
    }

    async fn is_ready(&self) -> bool {
        self.status().await.is_some() && ask(&self.client, Client::ready).await.is_some()
    }

    fn ended_early(&self, status: &str) -> DevnetError {
        let log = self.dir.join("node.log");
        let text = fs::read_to_string(&log).unwrap_or_default();
        let start = text.char_indices().map(|(at, _)| at).find(|at| text.len() - at <= LOG_TAIL).unwrap_or_default();
        DevnetError::EndedEarly {
            name: self.name.clone(),
            status: status.to_owned(),
            tail: text[start..].to_owned(),
            log,
        }
    }
}

/// Starts the node with this place among the ports.
fn start_one(
    layout: &Layout,
    index: u16,
    (name, dir): (String, PathBuf),
    validator: Option<AddressText>,
) -> Result<Node, DevnetError> {
    let log_path = dir.join("node.log");
    let log = File::options().create(true).append(true).open(&log_path);
    let log = log.map_err(|e| DevnetError::File(log_path, e))?;
    let program = std::env::current_exe().map_err(DevnetError::Spawn)?;
    let process = Command::new(program)
        .args(["run", "--stop-with-stdin", "--dir"])
        .arg(&dir)
        .stdin(Stdio::piped())
        .stdout(log.try_clone().map_err(DevnetError::Spawn)?)
        .stderr(log)
        // A Ctrl-C in the terminal reaches this process, which then stops them in order.
        .process_group(0)
        .spawn()
        .map_err(DevnetError::Spawn)?;
    let client = Client::new(&layout.url(index))?;
    let identity = (layout.genesis.chain_id(), validator);
    Ok(Node { name, identity, dir, client, process: Some(process), answers: false })
}

/// In a terminal, one line that changes; elsewhere, a line now and then.
fn show(heights: &BTreeMap<String, Height>, second: u64) {
    let highest = heights.values().max().copied().unwrap_or_default();
    let line = format!("height {highest}, {} nodes answer", heights.len());
    if lojal_print::is_terminal() {
        lojal_print::passing_line(line);
    } else if second.is_multiple_of(PLAIN_LINES) {
        lojal_print::line(line);
    }
}

/// Asks a gateway from a thread of its own, since the client blocks.
async fn ask<T: Send + 'static>(
    client: &Client,
    question: impl FnOnce(&Client) -> Result<T, ClientError> + Send + 'static,
) -> Option<T> {
    let client = client.clone();
    tokio::task::spawn_blocking(move || question(&client).ok()).await.ok().flatten()
}
