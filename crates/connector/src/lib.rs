//! `lojal-connect`: a small server on a brand's premises that signs for tills which can't. It holds an operator's key
//! and speaks plain REST with API keys.
//!
//! - [`cli`]: the commands.
//! - `desk`: what tills can ask for, without HTTP; `http` and `server` bring it to them by the table of `routes`, of
//!   which `openapi` makes the description.
//! - `wish`: the things that tills can want, and the operations that fulfil them; `stamps` are those that count,
//!   `rewards` those that campaigns give.
//! - `payments` and `vouchers`: what members are asked for, who answer with their wallets.
//! - `book`: what tills have asked for and what became of it, in memory and in the `journal` on disk.
//! - `sender`: the one thread that signs and sends what waits, in order, until each outcome is certain.
//! - `customers`: accounts that are kept for customers without a wallet; `import` brings their balances from a file,
//!   whose `rows` it checks first, and `handover` gives them to the wallets that answer `claims`.
//! - `ledger`: the gateways, one after the other, and what they prove.
//!
//! A wish of a till is on the disk before it is answered, and what is signed for it before it is sent. The ledger takes
//! a reference once, so nothing that is sent again happens twice; and whoever has lost an answer, the till or this
//! program, asks for the reference (ADR 0068).

mod book;
mod claims;
pub mod cli;
mod config;
mod customers;
mod desk;
mod documents;
mod entry;
mod handover;
mod http;
mod import;
mod journal;
mod keys;
mod ledger;
mod limits;
mod openapi;
mod payments;
mod problem;
mod problems;
mod refunds;
mod rewards;
mod routes;
mod rows;
mod run;
mod sender;
mod server;
mod stamps;
#[cfg(test)]
mod testing;
mod vouchers;
mod wish;
mod with_stamp;

pub use config::ConfigError;
pub use customers::CustomersError;
pub use import::ImportError;
pub use journal::JournalError;
pub use keys::KeysError;
pub use rows::Faults;
pub use run::RunError;
