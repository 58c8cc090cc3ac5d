//! `lojal-bench`: what a network does per second, and what PostgreSQL does beside it.

mod accounts;
mod bed;
mod cli;
mod cluster;
mod disk;
mod error;
mod growth;
mod hostile;
mod latency;
mod limits;
mod load;
mod machine;
mod markdown;
mod metrics;
mod motion;
mod node;
mod operations;
mod other_measurements;
mod postgres;
mod prepared;
mod process;
mod profile;
mod random;
mod report;
mod scenario;
mod suite;
mod surfaces;
mod targets;
mod workload;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// The node's, so that a network is prepared as fast as a node would execute it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli: cli::Cli = match lojal_print::arguments() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    match cli.execute() {
        // What is lost is told already.
        Ok(()) if lojal_print::finish().is_err() => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            lojal_print::note(format!("lojal-bench: {error}"));
            ExitCode::FAILURE
        }
    }
}
