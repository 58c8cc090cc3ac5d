//! `lojal-connect`: plain REST for tills that can't sign.

use std::process::ExitCode;

use lojal_connector::cli::Cli;

fn main() -> ExitCode {
    let cli: Cli = match lojal_print::arguments() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let done = cli.execute().map_err(|error| {
        lojal_print::note(format!("lojal-connect: {error}"));
        error.exit_code()
    });
    // What is lost of the output is told already.
    match done.map(|()| lojal_print::finish()) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(_)) => ExitCode::FAILURE,
        Err(code) => ExitCode::from(code),
    }
}
