//! The line that says how far something has come.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// The variable that says which terminal this is, and what it says of one that can't go back in a line.
const TERMINAL: (&str, &str) = ("TERM", "dumb");

/// True while standard error ends with such a line.
static IS_DRAWN: AtomicBool = AtomicBool::new(false);

/// A line on standard error that is drawn anew each time, without colours, and is gone once something else is printed,
/// or this is dropped. Where standard error is no terminal, nothing is shown.
#[derive(Debug)]
pub struct Progress {
    is_shown: bool,
}

impl Progress {
    /// The progress of something, for people who want to see it.
    pub fn new(is_wanted: bool) -> Self {
        let is_dumb = || lojal_text::text_variable(TERMINAL.0).is_some_and(|kind| kind == TERMINAL.1);
        Self { is_shown: is_wanted && io::stderr().is_terminal() && !is_dumb() }
    }
    /// Says how far it has come.
    pub fn tell(&self, text: impl Display) {
        if !self.is_shown {
            return;
        }
        let columns = crate::columns_of_terminal(io::stderr()).unwrap_or(crate::COLUMNS);
        let line = cut(&crate::shown(&text.to_string(), true), columns);
        IS_DRAWN.store(true, Ordering::Relaxed);
        // Where nobody can read it, nobody does.
        let _ = io::stderr().lock().write_all(format!("{}{line}", crate::CLEAR_LINE).as_bytes());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        clear();
    }
}

/// Takes the line away, if there is one, before something else is printed.
pub(crate) fn clear() {
    if IS_DRAWN.swap(false, Ordering::Relaxed) {
        let _ = io::stderr().lock().write_all(crate::CLEAR_LINE.as_bytes());
    }
}

/// The part of a text that surely leaves room for the cursor: a line that goes on in the next one can't be taken away.
fn cut(text: &str, columns: usize) -> String {
    text.chars().take_while(|letter| *letter != '\n').take(columns.saturating_sub(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_leaves_room_for_the_cursor() {
        assert_eq!(cut("read 100 of 2,000", 80), "read 100 of 2,000");
        assert_eq!(cut("read 100 of 2,000", 9), "read 100");
        assert_eq!(cut("read\n100", 80), "read");
        assert_eq!(cut("read", 0), "");
    }
}
