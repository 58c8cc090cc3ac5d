//! `lojal-node status`: a running node at a glance, from the metrics at its `admin` address.

mod page;

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use lojal_types::Name;
use serde::Serialize;
use thiserror::Error;

use crate::config::{ConfigError, NodeDir};
use page::Metrics;

/// Longest wait for the node.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Largest answer of the node, in bytes.
const ANSWER_BYTES_MAX: u64 = 16 << 20;
/// The time between two looks.
const INTERVAL: Duration = Duration::from_secs(1);
/// Moves to the upper left corner, and clears everything below.
const REDRAW: &str = "\u{1b}[H\u{1b}[J";
const MIB: f64 = 1_048_576.0;

/// `lojal-node status`.
#[derive(Debug, clap::Args)]
pub struct StatusOptions {
    /// The node's directory.
    #[arg(long)]
    dir: PathBuf,
    /// Print it once, and don't go on looking.
    #[arg(long)]
    once: bool,
    /// Print it once, as JSON.
    #[arg(long)]
    json: bool,
}

/// A reason that a node can't be looked at.
#[derive(Debug, Error)]
pub enum StatusError {
    /// See [`ConfigError`].
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A node without an address for its own people.
    #[error("node.toml has no admin address; add one, such as admin = \"127.0.0.1:7801\", and start the node again")]
    NoAdmin,
    /// No answer.
    #[error("no node answers at {0}: {1}")]
    Away(SocketAddr, std::io::Error),
    /// Another answer than a node gives.
    #[error("{0} doesn't answer as a node does")]
    OtherAnswer(SocketAddr),
}

/// A node at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Status {
    version: String,
    protocol_version: u64,
    height: u64,
    /// The round of consensus at the next height.
    round: u64,
    block_age_s: f64,
    is_ready: bool,
    is_signing: bool,
    signer_up: bool,
    guard_height: u64,
    guard_refusals: u64,
    connected: u64,
    peers: Vec<PeerStatus>,
    mempool: u64,
    evidence: u64,
    blocks_invalid: u64,
    rounds_failed: u64,
    checkpoint_height: u64,
    checkpoint_age_s: f64,
    disk_free_bytes: Option<u64>,
    log_bytes: u64,
    damaged_blocks: u64,
}

/// Another validator, as this node knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct PeerStatus {
    name: Name,
    /// The last block that it said it has; none if it hasn't said anything since this node's start.
    height: Option<u64>,
}

/// Shows the node until it is interrupted, or once.
///
/// # Errors
/// When it doesn't answer. While it is shown, that is shown instead.
pub fn status(options: &StatusOptions) -> Result<(), StatusError> {
    let dir = NodeDir::new(&options.dir);
    let config = dir.config()?;
    let address = config.admin.ok_or(StatusError::NoAdmin)?;
    let genesis = dir.genesis(&config)?;
    let peers: Vec<(Name, String)> = genesis
        .validators()
        .validators()
        .iter()
        .filter(|one| config.peers.iter().any(|peer| peer.validator == one.name))
        .filter_map(|one| {
            let id = lojal_network::peer_id_of(one.network_key.as_bytes()).ok()?;
            Some((one.name.clone(), id.to_string()))
        })
        .collect();
    let look = || Ok(Status::new(&Metrics::read(&get(address)?).ok_or(StatusError::OtherAnswer(address))?, &peers));
    if options.json {
        let status = look()?;
        lojal_print::document(&serde_json::to_string_pretty(&status).expect("every field has a JSON form"));
        return Ok(());
    }
    if options.once || !lojal_print::is_terminal() {
        lojal_print::line(look()?.to_text());
        return Ok(());
    }
    loop {
        let shown = look().map_or_else(|error: StatusError| error.to_string(), |status| status.to_text());
        lojal_print::drawing(&format!("{REDRAW}{shown}"));
        std::thread::sleep(INTERVAL);
    }
}

/// The page of metrics.
fn get(address: SocketAddr) -> Result<String, StatusError> {
    let mut to = address;
    if to.ip().is_unspecified() {
        to.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let exchange = || {
        let mut stream = TcpStream::connect_timeout(&to, TIMEOUT)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        write!(stream, "GET /metrics HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = exchange().map_err(|error| StatusError::Away(address, error))?;
    let text = String::from_utf8(answer).ok();
    let body = text.as_deref().and_then(|text| {
        let (head, body) = text.split_once("\r\n\r\n")?;
        head.starts_with("HTTP/1.1 200 ").then_some(body)
    });
    body.map(str::to_owned).ok_or(StatusError::OtherAnswer(address))
}

impl Status {
    fn new(metrics: &Metrics, peers: &[(Name, String)]) -> Self {
        let number = |name| metrics.number(name).unwrap_or(0.0);
        let count = |name| metrics.count(name).unwrap_or(0);
        let height_of = |id: &str| metrics.labelled("lojal_peer_height", "peer", id);
        Self {
            version: metrics.label("lojal_build_info", "version").unwrap_or_default(),
            protocol_version: count("lojal_protocol_version"),
            height: count("lojal_height"),
            round: count("lojal_round"),
            block_age_s: number("lojal_block_age_seconds"),
            is_ready: count("lojal_ready") > 0,
            is_signing: count("lojal_signing") > 0,
            signer_up: count("lojal_signer_up") > 0,
            guard_height: count("lojal_guard_height"),
            guard_refusals: count("lojal_guard_refusals_total"),
            connected: count("lojal_peers"),
            peers: peers.iter().map(|(name, id)| PeerStatus { name: name.clone(), height: height_of(id) }).collect(),
            mempool: count("lojal_mempool_transactions"),
            evidence: count("lojal_evidence_total"),
            blocks_invalid: count("lojal_blocks_invalid_total"),
            rounds_failed: count("lojal_rounds_failed_total"),
            checkpoint_height: count("lojal_store_checkpoint_height"),
            checkpoint_age_s: number("lojal_checkpoint_age_seconds"),
            disk_free_bytes: metrics.count("lojal_disk_free_bytes"),
            log_bytes: count("lojal_store_log_bytes"),
            damaged_blocks: count("lojal_store_damaged_blocks"),
        }
    }

    fn to_text(&self) -> String {
        let yes = |is: bool, yes: &str, no: &str| if is { yes.to_owned() } else { no.to_owned() };
        let mib = |bytes: u64| format!("{:.0} MiB", bytes as f64 / MIB);
        let mut rows = vec![
            ("program", format!("{}, protocol {}", self.version, self.protocol_version)),
            ("block", format!("{}, {:.1} s ago; round {} of the next", self.height, self.block_age_s, self.round)),
            ("ready", yes(self.is_ready, "yes", "no: without a quorum, or behind")),
            ("voting", yes(self.is_signing, "yes", "no: the log says why")),
            ("signer", yes(self.signer_up, "answers", "away, or refuses")),
            ("guard", format!("height {}, {} refusals", self.guard_height, self.guard_refusals)),
            ("mempool", format!("{} transactions", self.mempool)),
            (
                "trouble",
                format!(
                    "{} contradictions, {} invalid blocks, {} failed rounds, {} damaged blocks",
                    self.evidence, self.blocks_invalid, self.rounds_failed, self.damaged_blocks
                ),
            ),
            ("checkpoint", format!("height {}, {:.0} s ago", self.checkpoint_height, self.checkpoint_age_s)),
            (
                "disk",
                format!("{} of blocks, {} free", mib(self.log_bytes), self.disk_free_bytes.map_or("?".to_owned(), mib)),
            ),
            ("peers", format!("{} connected of {}", self.connected, self.peers.len())),
        ];
        rows.extend(self.peers.iter().map(|peer| {
            let height = peer.height.map_or("nothing heard".to_owned(), |height| format!("at {height}"));
            ("", format!("{}: {height}", peer.name))
        }));
        let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, text)| vec![name.to_owned(), text]).collect();
        lojal_print::table(&rows, &[]).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests;
