//! `lojal-node`: a validator of a lojal network, and a whole development network on one machine.

mod cli;
mod config;
mod devnet;
mod open_files;
mod run;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let command = cli::Cli::parse();
    match command.execute() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lojal-node: {error}");
            ExitCode::FAILURE
        }
    }
}
