//! The HTTP gateway: what wallets, tills, auditors and operators ask a node (ARCHITECTURE.md, A transaction's way).
//!
//! Everything that is read comes from handles of the committed state and the mempool, so that no request, however slow
//! or hostile, can hold up consensus. Answers are the types of [`lojal_types::api`]; errors are problem documents
//! (RFC 9457) with the ledger's codes.
//!
//! Every connection, body, wait and answer has a limit, see [`limits`]. What one gateway can't do is to be fair between
//! clients that come from everywhere: put what can before it on the open internet.

mod access;
mod accounts;
mod answers;
mod app;
mod blocks;
mod boards;
mod books;
mod brand_motions;
mod brands;
mod clients;
mod connection;
mod decoded;
mod events;
mod extract;
mod finality;
mod followers;
mod governance;
mod health;
mod history;
mod households;
mod inclusion;
pub mod json;
mod keeping;
mod kept;
mod large;
mod leaders;
mod light;
pub mod limits;
mod lists;
mod market;
mod metrics;
mod multiplexed;
mod openapi;
mod origin;
mod outcome;
mod overview;
mod pace;
mod pages;
mod partnerships;
mod payments;
mod places;
mod problem;
mod problems;
mod programme;
mod proofs;
mod proxies;
mod push;
mod rates;
mod readers;
mod references;
mod reversals;
mod rights;
mod routes;
mod seals;
mod seat;
mod sending;
mod server;
mod simulation;
mod statistics;
mod status;
mod stream;
mod streams;
mod submit;
#[cfg(test)]
mod tests;
mod tls;
mod transactions;
mod vouchers;
mod webhooks;
mod wire;

use std::future::Future;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::app::{App, Timeouts};
use crate::server::Listeners;

/// A header's value, as websites stand in one.
pub use axum::http::HeaderValue;

pub use access::{Access, Auditor, Auditors};
pub use app::Gateway;
pub use brands::brand_in;
pub use lojal_http::tls::{Tls, TlsError, TlsFiles};
pub use lojal_web::Pages;
pub use push::registry::PushSettings;
pub use push::vapid::{VapidError, VapidKey};
pub use rates::Rate;
pub use server::GatewayError;
pub use tls::load as load_tls;
pub use webhooks::registry::WebhookSettings;

/// Serves on `listener`, and to the node's own people on `admin`, until `shutdown` completes, then lets requests that
/// are being answered end, for at most [`limits::SHUTDOWN_TIMEOUT`]. Clients that wait for a final block are told at
/// once that it is pending.
///
/// # Errors
/// [`GatewayError`] when it can't go on.
pub async fn run(
    listener: TcpListener,
    admin: Option<TcpListener>,
    gateway: Gateway,
    shutdown: impl Future<Output = ()>,
) -> Result<(), GatewayError> {
    let app = App::new(gateway, Timeouts::default(), listener.local_addr().map_err(GatewayError::Accept)?);
    server::serve(Listeners { clients: listener, admin }, Arc::new(app), shutdown).await
}
