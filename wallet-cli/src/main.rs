//! `lojal`: a wallet for loyalty points.

mod ask;
mod cli;
mod commands;
mod error;
mod hints;
mod output;
mod place;

use std::process::ExitCode;

use cli::Cli;
use error::ErrorDocument;

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(usage(error)),
    };
    let json = cli.options.json;
    ExitCode::from(output::print(&commands::run(cli), json))
}

/// Prints help, or what is wrong with the command line.
fn usage(error: clap::Error) -> u8 {
    let is_wrong = error.use_stderr();
    let wants_json = std::env::args_os().any(|arg| arg == "--json");
    if is_wrong && wants_json {
        let message = error.render().to_string();
        let message = message.trim_end().trim_start_matches("error: ");
        lojal_print::document(&output::to_value(&ErrorDocument::usage(message)).to_string());
        return 2;
    }
    lojal_print::usage(error)
}
