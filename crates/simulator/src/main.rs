//! `lojal-sim`: simulated networks from the command line.
//!
//! Exit codes: 0 when nothing is wrong, 1 when an oracle complains, 2 when the program is used wrongly.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // Clap ends the program with 2 by itself when the arguments make no sense.
    let options = cli::Options::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("off")))
        .with_writer(std::io::stderr)
        .init();
    match options.run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("lojal-sim: {error}");
            ExitCode::from(2)
        }
    }
}
