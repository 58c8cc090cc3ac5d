//! `lojal-bench`: what a network does per second, and what PostgreSQL does beside it.

mod accounts;
mod bed;
mod cli;
mod cluster;
mod disk;
mod error;
mod latency;
mod limits;
mod load;
mod machine;
mod markdown;
mod metrics;
mod postgres;
mod process;
mod profile;
mod random;
mod report;
mod scenario;
mod special;
mod suite;
mod targets;
mod workload;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().execute() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lojal-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
