//! `lojal-node`: a validator of a lojal network, and a whole development network on one machine.

mod cli;
mod config;
mod devnet;
mod guard;
mod log;
mod open_files;
mod run;
mod sign;
mod stop;

use std::process::ExitCode;

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let command: cli::Cli = match lojal_print::arguments() {
        Ok(command) => command,
        Err(code) => return code,
    };
    match command.execute().and_then(|()| Ok(lojal_print::finish()?)) {
        Ok(()) => ExitCode::SUCCESS,
        // It is told already.
        Err(cli::CommandError::Output(_)) => ExitCode::FAILURE,
        Err(error) => {
            lojal_print::note(format!("lojal-node: {error}"));
            ExitCode::FAILURE
        }
    }
}
