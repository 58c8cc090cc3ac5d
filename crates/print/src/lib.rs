//! Printing for programs: one way to standard output and standard error.
//!
//! Whoever closes the other end of standard output, as `head` and `grep -m1` do, has read enough: from then on nothing
//! is printed, and the program goes on. Any other failure, such as a full disk, is told on standard error at once, and
//! [`finish`] gives it to the program for its exit code. Nothing here panics, ends the program or waits for anybody
//! but the reader, so that no network dies of its terminal.

mod arguments;
mod null;
mod progress;
mod stream;

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stream::Stream;
use thiserror::Error;

pub use arguments::{arguments, usage};
pub use progress::Progress;

/// Output that somebody waits for and didn't get.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("standard output can't be written: {0}; what was to be printed is lost")]
pub struct OutputLost(String);

/// Prints nothing and puts the cursor to the beginning of an empty line, on a terminal.
const CLEAR_LINE: &str = "\r\u{1b}[K";

/// Columns of a terminal that doesn't say how many it has.
const COLUMNS: usize = 80;

/// The character between two cells of a table that a program reads.
const TAB: char = '\t';

/// This process's standard output; a process has one.
static OUTPUT: Mutex<Stream> = Mutex::new(Stream::new());

/// Prints a line, or several, for people. Some of the text may come from elsewhere: nothing in it steers a terminal.
/// The tabs between the cells of a [`table`] stay where there is none.
pub fn line(text: impl Display) {
    let (text, on_terminal) = (text.to_string(), is_terminal());
    let shown = if on_terminal { shown(&text, true) } else { in_cells(&text, |cell| shown(cell, false)) };
    write(&shown, true, false);
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
    progress::clear();
    let stderr = io::stderr();
    let text = shown(&text.to_string().replace(TAB, "  "), stderr.is_terminal());
    let clear = if stderr.is_terminal() && output().has_passing_line() { CLEAR_LINE } else { "" };
    io::Write::write_all(&mut stderr.lock(), format!("{clear}{text}\n").as_bytes())
}

/// Tells people something on standard error that can't be told again.
///
/// # Errors
/// When it can't be written, or is thrown away there.
pub fn tell_once(text: impl Display) -> io::Result<()> {
    if null::is_null(&io::stderr()) { Err(null::error()) } else { tell(text) }
}

/// Says that what comes next can't be printed again. Where standard output is closed or the null device, it is lost,
/// which is told as any other loss is.
pub fn insist() {
    if null::is_null(&io::stdout()) {
        let lost = output().lose(null::lost());
        if let Err(lost) = lost {
            note(lost);
        }
    }
}

/// Checks that something which can't be printed again stays somewhere: on standard output, or else on standard error.
///
/// # Errors
/// When both throw it away.
pub fn check_once() -> io::Result<()> {
    if null::is_null(&io::stdout()) && null::is_null(&io::stderr()) { Err(null::error()) } else { Ok(()) }
}

/// Tells whether standard output is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Tells whether standard output still takes what is printed, as far as that is known: not once its reader has gone.
pub fn is_wanted() -> bool {
    output().is_open()
}

/// Gives the number of columns that lines for people may take: what `COLUMNS` says; without it what the terminal says
/// that standard output is, or 80; and none elsewhere, where lines are as long as they are.
pub fn columns() -> Option<usize> {
    let terminal = is_terminal().then(|| columns_of_terminal(io::stdout()).unwrap_or(COLUMNS));
    columns_of(lojal_text::text_variable("COLUMNS").as_deref(), terminal)
}

/// Lays out rows in aligned columns that fit in [`columns`]; those of `right` are aligned to the right. Where lines are
/// as long as they are, a program reads them: then there is one tab between two cells, and the columns of `right` are
/// numbers without commas between their thousands.
pub fn table(rows: &[Vec<String>], right: &[usize]) -> String {
    match columns() {
        Some(columns) => lojal_text::table(rows, right, Some(columns)),
        None => tabbed(rows, right),
    }
}

/// Rows with tabs between their cells.
fn tabbed(rows: &[Vec<String>], right: &[usize]) -> String {
    let cell = |(column, cell): (usize, &String)| {
        let cell = if right.contains(&column) { cell.replace(',', "") } else { cell.clone() };
        // A cell is one cell, whatever is in it.
        cell.replace([TAB, '\n'], " ")
    };
    let line = |row: &Vec<String>| row.iter().enumerate().map(cell).collect::<Vec<_>>().join("\t");
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The text with what lies between its tabs changed.
fn in_cells(text: &str, change: impl Fn(&str) -> String) -> String {
    text.split(TAB).map(change).collect::<Vec<_>>().join("\t")
}

/// The number of columns in the variable, unless it is no number or nought.
fn columns_of(variable: Option<&str>, terminal: Option<usize>) -> Option<usize> {
    let said = variable.and_then(|text| text.trim().parse().ok());
    said.filter(|columns| *columns > 0).or(terminal)
}

/// The number of columns of a terminal, if it tells.
fn columns_of_terminal(terminal: impl AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(terminal).ok()?;
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
    let locales = ["LC_ALL", "LC_CTYPE", "LANG"].map(lojal_text::text_variable);
    let knows_unicode = on_terminal && is_utf8(&locales);
    if knows_unicode { lojal_text::for_terminal(text) } else { lojal_text::for_text(text) }
}

/// Tells whether the first locale that is set, of those that say how text is encoded (POSIX, LC_CTYPE), says UTF-8.
fn is_utf8(locales: &[Option<String>]) -> bool {
    let locale = locales.iter().flatten().next().map(|locale| locale.to_lowercase());
    locale.is_some_and(|locale| locale.contains("utf-8") || locale.contains("utf8"))
}

fn write(text: &str, ends_line: bool, passes: bool) {
    progress::clear();
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
    use super::{columns_of, in_cells, is_utf8, tabbed};

    #[test]
    fn a_program_reads_a_table_by_its_tabs_and_its_numbers_as_they_are() {
        let rows = [["BRAND", "POINTS", "LOTS"], ["kaffet", "1,250.50", "1,000 until 2027-03,\t\n250.50 for ever"]];
        let rows = rows.map(|row| row.map(str::to_owned).to_vec());
        let text = "BRAND\tPOINTS\tLOTS\nkaffet\t1250.50\t1,000 until 2027-03,  250.50 for ever";
        assert_eq!(tabbed(&rows, &[1]), text);
        assert_eq!(in_cells("a\t\u{1b}b", lojal_text::for_text), "a\t\\u{1b}b");
    }

    #[test]
    fn columns_says_how_wide_lines_are_and_a_terminal_does_where_it_says_nothing() {
        for terminal in [None, Some(100)] {
            assert_eq!(columns_of(Some("40"), terminal), Some(40));
            for nothing in [None, Some("0"), Some("-1"), Some("wide"), Some("99999999999999999999")] {
                assert_eq!(columns_of(nothing, terminal), terminal);
            }
        }
    }

    #[test]
    fn the_first_locale_that_is_set_says_how_a_terminal_shows_text() {
        let says =
            |locales: [&str; 3]| is_utf8(&locales.map(|text| Some(text.to_owned()).filter(|text| !text.is_empty())));
        assert!(says(["", "", "sv_SE.UTF-8"]) && says(["C.utf8", "", ""]) && says(["", "en_US.UTF-8", "C"]));
        assert!(!says(["", "", ""]) && !says(["C", "", "sv_SE.UTF-8"]) && !says(["", "", "sv_SE.ISO-8859-1"]));
    }
}
