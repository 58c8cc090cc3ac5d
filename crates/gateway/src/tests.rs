//! The gateway as its clients see it: real HTTP over loopback, a real store, mempool and network.

mod connections;
pub(crate) mod http;
pub(crate) mod node;
mod reads;
mod refusals;
mod submissions;
