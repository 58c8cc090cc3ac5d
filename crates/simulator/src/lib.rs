//! Whole networks of validators in one process, under virtual time: the engine, the application, the execution, the
//! mempool, the store and the codecs are those of a node; the network below them, the disks, the clocks and the
//! validators that lie are simulated, and everything follows from one seed.

mod byzantine;
pub mod campaign;
pub mod change;
pub mod classes;
mod clients;
pub mod entropy;
mod faults;
mod governors;
pub mod history;
mod network;
pub mod oracles;
mod people;
pub mod plan;
pub mod planted;
pub mod rules;
pub mod run;
pub mod schedule;
pub mod shrink;
pub mod subprocess;
mod trace;
mod wal;
mod workload;
mod world;
