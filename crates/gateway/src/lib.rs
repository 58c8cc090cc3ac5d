//! The HTTP gateway: what wallets, tills, auditors and operators ask a node (architecture §1 and §4).
//!
//! Everything that is read comes from handles of the committed state and the mempool, so that no request, however slow
//! or hostile, can hold up consensus. Answers are the types of [`lojal_types::api`]; errors are problem documents
//! (RFC 9457) with the ledger's codes.
//!
//! Every connection, body, wait and answer has a limit, see [`limits`]. What one gateway can't do is to be fair between
//! clients that come from everywhere, or to encrypt: put a reverse proxy before it on the open internet.

mod accounts;
mod blocks;
mod brands;
mod extract;
mod finality;
mod health;
mod households;
mod large;
pub mod limits;
mod metrics;
mod partnerships;
mod problem;
mod server;
mod status;
mod submit;
#[cfg(test)]
mod tests;
mod transactions;

use std::future::Future;
use std::io;
use std::sync::Arc;

use lojal_consensus::{Mempool, Metrics};
use lojal_network::Network;
use lojal_store::Store;
use lojal_types::Address;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::server::{App, Timeouts};

/// The parts of a node that the gateway shows.
#[derive(Clone)]
pub struct Gateway {
    /// Committed state and blocks.
    pub store: Store,
    /// Transactions that wait for a block.
    pub mempool: Mempool,
    /// The peers.
    pub network: Network,
    /// What consensus counts.
    pub metrics: Metrics,
    /// The node's validator address, if it has a vote.
    pub validator: Option<Address>,
    /// True while the node has caught up with its peers.
    pub ready: watch::Receiver<bool>,
    /// The version of the node's program.
    pub version: &'static str,
}

/// Why the gateway ended by itself.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// The system refused to accept connections, again and again.
    #[error("the gateway can't accept connections ({0}): check the limit of open files, then restart the node")]
    Accept(#[source] io::Error),
    /// The task that answers waiting clients has failed.
    #[error(
        "the gateway can't tell clients any more when their transactions are final: restart the node, and report it"
    )]
    Finality,
}

/// Serves on `listener` until `shutdown` completes, then lets requests that are being answered end, for at most
/// [`limits::SHUTDOWN_TIMEOUT`]. Clients that wait for a final block are told at once that it is pending.
///
/// # Errors
/// [`GatewayError`] when it can't go on.
pub async fn run(
    listener: TcpListener,
    gateway: Gateway,
    shutdown: impl Future<Output = ()>,
) -> Result<(), GatewayError> {
    let app = Arc::new(App::new(gateway, Timeouts::default()));
    server::serve(listener, app, shutdown).await
}
