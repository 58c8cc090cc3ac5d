//! The gateway as its clients see it: real HTTP over loopback, a real store, mempool and network.

mod accounts;
mod clients;
mod connections;
pub(crate) mod documented;
mod economy;
mod events;
mod governance;
mod habits;
pub(crate) mod http;
mod inclusion;
mod light;
pub(crate) mod node;
mod openapi;
pub(crate) mod operations;
mod pages;
mod payments;
mod readers;
mod reads;
mod receiver;
mod references;
mod refusals;
mod reversals;
mod simulations;
mod streams;
mod submissions;
mod tls;
mod webhooks;
