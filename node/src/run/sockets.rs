//! The sockets of a node's gateway.

use std::net::SocketAddr;

use lojal_gateway::Gateway;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::error::RunError;
use crate::config::NodeConfig;

/// A socket that is served by another runtime than this one.
pub(super) async fn listen(address: SocketAddr) -> Result<std::net::TcpListener, RunError> {
    let bound = TcpListener::bind(address).await.map_err(|error| RunError::Listen(address, error))?;
    Ok(bound.into_std()?)
}

/// The socket for the node's own people, if there is one.
pub(super) async fn listen_for_own(config: &NodeConfig) -> Result<Option<std::net::TcpListener>, RunError> {
    match config.admin {
        Some(address) => listen(address).await.map(Some),
        None => Ok(None),
    }
}

/// Serves at them until it is stopped.
pub(super) async fn serve_http(
    listener: std::net::TcpListener,
    admin: Option<std::net::TcpListener>,
    gateway: Gateway,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), RunError> {
    let listener = TcpListener::from_std(listener)?;
    let admin = admin.map(TcpListener::from_std).transpose()?;
    let shutdown = async move {
        // A sender that is gone is a stop, too.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    Ok(lojal_gateway::run(listener, admin, gateway, shutdown).await?)
}
