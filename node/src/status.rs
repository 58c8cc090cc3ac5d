//! `lojal-node status`: a running node at a glance, as it says itself at its `admin` address.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use lojal_types::api::{Node, PeerRole, PeerState};
use thiserror::Error;

use crate::config::{ConfigError, NodeDir};

/// Longest wait for the node.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Largest answer of the node, in bytes.
const ANSWER_BYTES_MAX: u64 = 16 << 20;
/// The time between two looks.
const INTERVAL: Duration = Duration::from_secs(1);
/// Moves to the upper left corner, and clears everything below.
const REDRAW: &str = "\u{1b}[H\u{1b}[J";
/// The end of an answer's head.
const END: &[u8] = b"\r\n\r\n";
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

/// Shows the node until it is interrupted, or once.
///
/// # Errors
/// When it doesn't answer. While it is shown, that is shown instead.
pub fn status(options: &StatusOptions) -> Result<(), StatusError> {
    let dir = NodeDir::new(&options.dir);
    let config = dir.config()?;
    let address = config.admin.ok_or(StatusError::NoAdmin)?;
    let look = || serde_json::from_slice(&get(address)?).map_err(|_| StatusError::OtherAnswer(address));
    if options.json {
        let node: Node = look()?;
        lojal_print::document(&serde_json::to_string_pretty(&node).expect("every field has a JSON form"));
        return Ok(());
    }
    if options.once || !lojal_print::is_terminal() {
        lojal_print::line(text(&look()?));
        return Ok(());
    }
    loop {
        let shown = look().map_or_else(|error: StatusError| error.to_string(), |node| text(&node));
        lojal_print::drawing(&format!("{REDRAW}{shown}"));
        std::thread::sleep(INTERVAL);
    }
}

/// The node, as it says itself.
fn get(address: SocketAddr) -> Result<Vec<u8>, StatusError> {
    let mut to = address;
    if to.ip().is_unspecified() {
        to.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let exchange = || {
        let mut stream = TcpStream::connect_timeout(&to, TIMEOUT)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        write!(stream, "GET /v1/node HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
        Ok(answer)
    };
    let mut answer = exchange().map_err(|error| StatusError::Away(address, error))?;
    let end = answer.windows(END.len()).position(|bytes| bytes == END);
    let is_right = answer.starts_with(b"HTTP/1.1 200 ");
    match end.filter(|_| is_right) {
        Some(end) => Ok(answer.split_off(end + END.len())),
        None => Err(StatusError::OtherAnswer(address)),
    }
}

/// The node for a terminal.
fn text(node: &Node) -> String {
    let yes = |is: bool, yes: &str, no: &str| if is { yes.to_owned() } else { no.to_owned() };
    let mib = |bytes: u64| format!("{:.0} MiB", bytes as f64 / MIB);
    let seconds = |ms: u64| ms as f64 / 1000.0;
    let (age, trouble) = (seconds(node.block_age_ms), node.trouble);
    let mut rows = vec![
        ("program", format!("{}, protocol {}", node.version, node.protocol_version)),
        ("block", format!("{}, {age:.1} s ago", node.height)),
        ("next", format!("round {}, proposed by {}", node.round, node.proposer)),
        ("ready", node.not_ready.as_ref().map_or("yes".to_owned(), |reason| format!("no: {reason}"))),
        ("voting", yes(node.is_signing, "yes", "no: the log says why")),
        ("signer", yes(node.guard.is_up, "answers", "no answer yet, or it is away, or refuses")),
        ("guard", format!("height {}, {} refusals", node.guard.height, node.guard.refusals)),
    ];
    rows.extend(node.next_key.map(|key| ("next key", format!("{key}, which votes once governors say so"))));
    rows.extend([
        ("mempool", format!("{} transactions", node.mempool)),
        (
            "trouble",
            format!(
                "{} contradictions, {} invalid blocks, {} failed rounds, {} damaged blocks",
                trouble.evidence, trouble.blocks_invalid, trouble.rounds_failed, trouble.damaged_blocks
            ),
        ),
        ("checkpoint", format!("height {}, {:.0} s ago", node.checkpoint.height, seconds(node.checkpoint.age_ms))),
        ("snapshot", node.snapshot.map_or("none yet".to_owned(), |height| format!("height {height}"))),
        (
            "disk",
            format!(
                "{} of blocks from {} on, {} free",
                mib(node.log_bytes),
                node.first_height,
                node.disk_free_bytes.map_or("?".to_owned(), mib)
            ),
        ),
        ("peers", format!("{} connected of {}", node.connected, node.peers.len())),
    ]);
    rows.extend(node.peers.iter().map(|peer| ("", of_peer(peer))));
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, text)| vec![name.to_owned(), text]).collect();
    lojal_print::table(&rows, &[]).trim_end().to_owned()
}

fn of_peer(peer: &PeerState) -> String {
    let height = peer.height.map_or("nothing heard".to_owned(), |height| format!("at {height}"));
    let role = match peer.role {
        PeerRole::Validator => "",
        PeerRole::Candidate => " (candidate)",
        PeerRole::Follower => " (follower)",
    };
    let away = if peer.is_connected { "" } else { ", not connected" };
    format!("{}{role}: {height}{away}", peer.name)
}

#[cfg(test)]
mod tests;
