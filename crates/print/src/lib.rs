//! What programs print: one way to standard output and standard error.
//!
//! Whoever closes the other end of standard output, as `head` and `grep -m1` do, has read enough: from then on nothing
//! is printed, and the program goes on. Any other failure, such as a full disk, is told on standard error at once, and
//! [`finish`] gives it to the program for its exit code. Nothing here panics, ends the program or waits for anybody
//! but the reader, so that no network dies of its terminal.

mod arguments;
mod stream;

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard, PoisonError};

use stream::Stream;
use thiserror::Error;

pub use arguments::{arguments, usage};

/// Output that somebody waits for and didn't get.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("standard output can't be written: {0}; what was to be printed is lost")]
pub struct OutputLost(String);

/// Prints nothing and puts the cursor to the beginning of an empty line, on a terminal.
const CLEAR_LINE: &str = "\r\u{1b}[K";

/// What became of this process's standard output; a process has one.
static OUTPUT: Mutex<Stream> = Mutex::new(Stream::new());

/// Prints a line, or several, for people. Some of the text may come from elsewhere: nothing in it steers a terminal.
pub fn line(text: impl Display) {
    write(&shown(&text.to_string(), is_terminal()), true, false);
}

/// Prints a document for programs, exactly as it is, and a line end.
pub fn document(text: &str) {
    write(text, true, false);
}

/// Prints lines that this program drew with a terminal's own signs, such as colours.
pub fn drawing(lines: &str) {
    write(lines, true, false);
}

/// Shows a line that the next one replaces. For terminals only: see [`is_terminal`].
pub fn passing_line(text: impl Display) {
    write(&shown(&text.to_string(), true), false, true);
}

/// Tells people something on standard error. Where nobody can read that, nobody does.
pub fn note(text: impl Display) {
    let _ = tell(text);
}

/// Tells people something on standard error that they must see before anything else happens.
///
/// # Errors
/// When it can't be written.
pub fn tell(text: impl Display) -> io::Result<()> {
    let stderr = io::stderr();
    let text = shown(&text.to_string(), stderr.is_terminal());
    let clear = if stderr.is_terminal() && output().has_passing_line() { CLEAR_LINE } else { "" };
    io::Write::write_all(&mut stderr.lock(), format!("{clear}{text}\n").as_bytes())
}

/// Tells whether standard output is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Gives the width of the terminal that standard output is, if it is one and says so.
pub fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// Gives what has become of the output, for the exit code. To be called when everything is printed.
///
/// # Errors
/// When some of it was wanted and is lost; that was told on standard error.
pub fn finish() -> Result<(), OutputLost> {
    output().result()
}

fn output() -> MutexGuard<'static, Stream> {
    OUTPUT.lock().unwrap_or_else(PoisonError::into_inner)
}

fn shown(text: &str, on_terminal: bool) -> String {
    let variables = ["LC_ALL", "LC_CTYPE", "LANG"].map(|name| std::env::var(name).unwrap_or_default());
    let knows_unicode = on_terminal && is_utf8(&variables);
    if knows_unicode { lojal_text::for_terminal(text) } else { lojal_text::for_text(text) }
}

/// Tells whether the first locale that is set, of those that say how text is encoded (POSIX, LC_CTYPE), says UTF-8.
fn is_utf8(locales: &[String]) -> bool {
    let locale = locales.iter().find(|locale| !locale.is_empty()).map(|locale| locale.to_lowercase());
    locale.is_some_and(|locale| locale.contains("utf-8") || locale.contains("utf8"))
}

fn write(text: &str, ends_line: bool, passes: bool) {
    let mut stream = output();
    let clear = if stream.has_passing_line() || passes { CLEAR_LINE } else { "" };
    let end = if ends_line { "\n" } else { "" };
    let lost = stream.write(&mut io::stdout().lock(), &format!("{clear}{text}{end}"), passes);
    drop(stream);
    if let Err(lost) = lost {
        note(lost);
    }
}

#[cfg(test)]
mod tests {
    use super::is_utf8;

    #[test]
    fn the_first_locale_that_is_set_says_how_a_terminal_shows_text() {
        let says = |locales: [&str; 3]| is_utf8(&locales.map(str::to_owned));
        assert!(says(["", "", "sv_SE.UTF-8"]) && says(["C.utf8", "", ""]) && says(["", "en_US.UTF-8", "C"]));
        assert!(!says(["", "", ""]) && !says(["C", "", "sv_SE.UTF-8"]) && !says(["", "", "sv_SE.ISO-8859-1"]));
    }
}
