//! The command line of a program.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;

/// The exit code for a command line that was not understood.
const EXIT_USAGE: u8 = 2;

/// Reads the command line.
///
/// # Errors
/// The exit code, when there is nothing to do: help was asked for and is printed, or the command line was not
/// understood, which is told.
pub fn arguments<T: Parser>() -> Result<T, ExitCode> {
    T::try_parse().map_err(|error| ExitCode::from(usage(&error)))
}

/// Prints the help that was asked for, or what is wrong with the command line; gives the exit code.
pub fn usage(error: &clap::Error) -> u8 {
    let is_wrong = error.use_stderr();
    let on_terminal = if is_wrong { io::stderr().is_terminal() } else { io::stdout().is_terminal() };
    let is_plain = !on_terminal || lojal_text::variable("NO_COLOR").is_some();
    let text = error.render();
    let text = if is_plain { text.to_string() } else { text.ansi().to_string() };
    if is_wrong {
        // Where nobody can read it, nobody does.
        let _ = io::stderr().write_all(text.as_bytes());
        return EXIT_USAGE;
    }
    crate::drawing(text.trim_end());
    u8::from(crate::finish().is_err())
}
