//! `lojal-sim`: simulated networks from the command line.
//!
//! Exit codes: 0 when nothing is wrong, 1 when an oracle complains, 2 when the program is used wrongly or its output is
//! lost.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    let options: cli::Options = match lojal_print::arguments() {
        Ok(options) => options,
        Err(code) => return code,
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("off")))
        .with_writer(std::io::stderr)
        // It would panic where standard error can't be written.
        .log_internal_errors(false)
        .init();
    let result = options.run();
    // What is lost is told already.
    let is_told = lojal_print::finish().is_ok();
    match result {
        Ok(true) if !is_told => ExitCode::from(2),
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            lojal_print::note(format!("lojal-sim: {error}"));
            ExitCode::from(2)
        }
    }
}
