//! End-to-end tests: real processes, real sockets, real disks.
//!
//! They use the programs `lojal-node`, `lojal`, `lojal-connect` and `lojal-audit` that `cargo test --workspace` builds
//! beside them.

#[path = "e2e/authority.rs"]
mod authority;
#[path = "e2e/connector.rs"]
mod connector;
#[path = "e2e/described.rs"]
mod described;
#[path = "e2e/liar.rs"]
mod liar;
#[path = "e2e/lossy.rs"]
mod lossy;
#[path = "e2e/network.rs"]
mod network;
#[path = "e2e/newcomer.rs"]
mod newcomer;
#[path = "e2e/private.rs"]
mod private;
#[path = "e2e/programs.rs"]
mod programs;
#[path = "e2e/stream.rs"]
mod stream;
#[path = "e2e/wallet.rs"]
mod wallet;

#[path = "e2e/audit.rs"]
mod audit;
#[path = "e2e/away.rs"]
mod away;
#[path = "e2e/backfill.rs"]
mod backfill;
#[path = "e2e/backup.rs"]
mod backup;
#[path = "e2e/connect.rs"]
mod connect;
#[path = "e2e/connect_refunds.rs"]
mod connect_refunds;
#[path = "e2e/connect_rewards.rs"]
mod connect_rewards;
#[path = "e2e/connect_stamps.rs"]
mod connect_stamps;
#[path = "e2e/connect_tls.rs"]
mod connect_tls;
#[path = "e2e/connect_vouchers.rs"]
mod connect_vouchers;
#[path = "e2e/crashes.rs"]
mod crashes;
#[path = "e2e/customers.rs"]
mod customers;
#[path = "e2e/economy.rs"]
mod economy;
#[path = "e2e/events.rs"]
mod events;
#[path = "e2e/falling.rs"]
mod falling;
#[path = "e2e/faults/mod.rs"]
mod faults;
#[path = "e2e/followers.rs"]
mod followers;
#[path = "e2e/governance.rs"]
mod governance;
#[path = "e2e/history.rs"]
mod history;
#[path = "e2e/hostile/mod.rs"]
mod hostile;
#[path = "e2e/joining.rs"]
mod joining;
#[path = "e2e/keys.rs"]
mod keys;
#[path = "e2e/leaders.rs"]
mod leaders;
#[path = "e2e/light.rs"]
mod light;
#[path = "e2e/lists.rs"]
mod lists;
#[path = "e2e/managed.rs"]
mod managed;
#[path = "e2e/market.rs"]
mod market;
#[path = "e2e/operations/mod.rs"]
mod operations;
#[path = "e2e/pages.rs"]
mod pages;
#[path = "e2e/presentations.rs"]
mod presentations;
#[path = "e2e/programme.rs"]
mod programme;
#[path = "e2e/programme_page.rs"]
mod programme_page;
#[path = "e2e/proofs.rs"]
mod proofs;
#[path = "e2e/pruning.rs"]
mod pruning;
#[path = "e2e/push.rs"]
mod push;
#[path = "e2e/readers.rs"]
mod readers;
#[path = "e2e/refusals.rs"]
mod refusals;
#[path = "e2e/requests.rs"]
mod requests;
#[path = "e2e/schema.rs"]
mod schema;
#[path = "e2e/session.rs"]
mod session;
#[path = "e2e/sets.rs"]
mod sets;
#[path = "e2e/tills.rs"]
mod tills;
#[path = "e2e/tls.rs"]
mod tls;
#[path = "e2e/upgrade.rs"]
mod upgrade;
#[path = "e2e/vouchers.rs"]
mod vouchers;
#[path = "e2e/webhooks.rs"]
mod webhooks;
