//! `lojal-node`: a validator of a lojal network, and a whole development network on one machine.

mod backup;
mod card;
mod check;
mod cli;
mod config;
mod devnet;
mod guard;
mod join;
mod keys;
mod log;
mod named_peer;
mod open_files;
mod replay;
mod run;
mod sign;
mod status;
mod stop;
mod typed_name;

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
        Err(error @ (cli::CommandError::Output(_) | cli::CommandError::Found(_))) => error.exit_code().into(),
        Err(error) => {
            lojal_print::note(format!("lojal-node: {error}"));
            error.exit_code().into()
        }
    }
}
