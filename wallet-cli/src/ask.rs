//! Asking people.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::Path;

use lojal_text::typed;
use lojal_wallet::backup::{WORDS, WORDS_BYTES_MAX, count_words};
use lojal_wallet::files;
use lojal_wallet::uri::URI_BYTES_MAX;
use zeroize::Zeroizing;

use crate::cli::{Consent, Sending};
use crate::error::CommandError;

const ANSWER_BYTES_MAX: u64 = 64;

/// Shows what is about to happen, and goes on only if somebody says so. A dry run asks nothing.
///
/// # Errors
/// When nobody can be asked, or the answer is anything but yes.
pub fn consent(what: &str, consent: Consent, sending: &Sending) -> Result<(), CommandError> {
    if sending.dry_run && !consent.yes { tell(what) } else { consent_to_sign(what, consent) }
}

/// The same for something that is no dry run.
///
/// # Errors
/// As those of [`consent`].
pub fn consent_to_sign(what: &str, consent: Consent) -> Result<(), CommandError> {
    if consent.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(CommandError::NotConfirmed(what.to_owned()));
    }
    tell(what)?;
    prompt("Go on? [y/N] ");
    let answer = line(ANSWER_BYTES_MAX)?;
    let is_yes = typed(&answer).is_ok_and(|answer| ["y", "yes"].contains(&answer.to_lowercase().as_str()));
    if is_yes { Ok(()) } else { Err(CommandError::Declined) }
}

/// Shows what is about to happen and what speaks against it, and goes on only if somebody says so. What speaks against
/// it is told even to those who said so before they were asked.
///
/// # Errors
/// As those of [`consent`].
pub fn consent_in_spite_of(
    warning: Option<&str>,
    what: &str,
    given: Consent,
    sending: &Sending,
) -> Result<(), CommandError> {
    match warning {
        Some(warning) if given.yes => tell(warning),
        Some(warning) => consent(&format!("{what}\n{warning}"), given, sending),
        None => consent(what, given, sending),
    }
}

fn tell(text: &str) -> Result<(), CommandError> {
    lojal_print::tell(text).map_err(|error| CommandError::Input("standard error can't be written".to_owned(), error))
}

/// A text that was scanned or pasted: the argument itself, or for `-` what comes on stdin, from a terminal one line.
///
/// # Errors
/// When stdin can't be read.
pub fn scanned(argument: &str) -> Result<String, CommandError> {
    let text = taken(argument)?;
    // What isn't seen around it is no part of it; what is inside is for the reader of the text to refuse.
    Ok(typed(&text).unwrap_or(text))
}

fn taken(argument: &str) -> Result<String, CommandError> {
    let bytes_max = URI_BYTES_MAX as u64 + 1;
    match argument {
        "-" if io::stdin().is_terminal() => {
            prompt("Scan or paste it: ");
            line(bytes_max).map(|line| line.to_string())
        }
        "-" => {
            let mut text = String::new();
            io::stdin().lock().take(bytes_max).read_to_string(&mut text).map_err(stdin_error)?;
            Ok(text)
        }
        text => Ok(text.to_owned()),
    }
}

/// A text file of at most `bytes_max` bytes.
///
/// # Errors
/// When it can't be read, or is longer.
pub fn file(path: &Path, bytes_max: u64) -> Result<String, CommandError> {
    files::read(path, bytes_max).map_err(|error| CommandError::Input(path.display().to_string(), error))
}

/// The words of a backup, from a file or typed at a terminal over as many lines as it takes.
///
/// # Errors
/// When there is neither, or it can't be read.
pub fn words(file: Option<&Path>) -> Result<Zeroizing<String>, CommandError> {
    if let Some(path) = file {
        let mut text = Zeroizing::new(String::new());
        std::fs::File::open(path)
            .and_then(|file| file.take(WORDS_BYTES_MAX).read_to_string(&mut text))
            .map_err(|error| CommandError::Input(path.display().to_string(), error))?;
        return Ok(text);
    }
    if !io::stdin().is_terminal() {
        return Err(CommandError::NoWords);
    }
    prompt(&format!("Type the {WORDS} words, on one line or several; an empty line ends them.\n"));
    let mut text = Zeroizing::new(String::new());
    while count_words(&text) < WORDS && (text.len() as u64) < WORDS_BYTES_MAX {
        let line = line(WORDS_BYTES_MAX)?;
        if line.trim().is_empty() {
            break;
        }
        text.push_str(&line);
    }
    Ok(text)
}

fn line(bytes_max: u64) -> Result<Zeroizing<String>, CommandError> {
    let mut line = Zeroizing::new(String::new());
    io::stdin().lock().take(bytes_max).read_line(&mut line).map_err(stdin_error)?;
    Ok(line)
}

fn stdin_error(error: io::Error) -> CommandError {
    CommandError::Input("the standard input can't be read".to_owned(), error)
}

/// To stderr, so that stdout has nothing but the result.
fn prompt(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}
