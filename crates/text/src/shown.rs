//! Texts that come from elsewhere, as terminals and files get to see them.

use crate::kind::is_unseen;

/// First strong isolate (UAX #9): what follows has a direction of its own, until [`POP`].
const ISOLATE: char = '\u{2068}';
/// Pop directional isolate.
const POP: char = '\u{2069}';

/// A text that comes from outside (a name, what a gateway says), to be put into a sentence: it can't turn around what
/// stands beside it, and everything in it can be seen.
pub fn outside(text: impl std::fmt::Display) -> String {
    let mut isolated = String::from(ISOLATE);
    escape_into(&mut isolated, &text.to_string(), is_unseen);
    isolated.push(POP);
    isolated
}

/// A whole text for a terminal that shows all of Unicode: the isolates of [`outside`] stay where they come in pairs
/// within a line, and everything else that nobody sees is written as its number.
pub fn for_terminal(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            shown.push('\n');
        }
        let keeps_isolates = isolates_are_paired(line);
        escape_into(&mut shown, line, |c| is_unseen(c) && !(keeps_isolates && is_isolate(c)));
    }
    shown
}

/// The same for everything else (files, pipes, terminals that don't know Unicode): without the isolates.
pub fn for_text(text: &str) -> String {
    for_terminal(text).replace(is_isolate, "")
}

/// Tells whether a character is one of the two that [`outside`] puts around a text: they take no room.
pub(crate) fn is_isolate(c: char) -> bool {
    c == ISOLATE || c == POP
}

fn isolates_are_paired(line: &str) -> bool {
    let depth = line.chars().try_fold(0_usize, |depth, c| match c {
        ISOLATE => Some(depth + 1),
        POP => depth.checked_sub(1),
        _ => Some(depth),
    });
    depth == Some(0)
}

/// Adds the text, its `hidden` characters as Rust writes them: `\u{202e}`.
fn escape_into(shown: &mut String, text: &str, hidden: impl Fn(char) -> bool) {
    for c in text.chars() {
        if hidden(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_isolated_and_can_be_seen() {
        assert_eq!(outside("Kaffet"), "\u{2068}Kaffet\u{2069}");
        assert_eq!(outside("a\u{202e}b\u{2069}"), "\u{2068}a\\u{202e}b\\u{2069}\u{2069}");
        let sentence = format!("pay 5 to {}; 7 left", outside("קפה"));
        assert_eq!(for_terminal(&sentence), sentence);
        assert_eq!(for_text(&sentence), "pay 5 to קפה; 7 left");
    }

    #[test]
    fn nothing_steers_a_terminal_even_where_nobody_isolated_it() {
        assert_eq!(for_terminal("a\u{1b}[2Jb\r\nc"), "a\\u{1b}[2Jb\\u{d}\nc");
        assert_eq!(for_terminal("a\u{2069}b\u{2068}c"), "a\\u{2069}b\\u{2068}c");
        assert_eq!(for_terminal("x\u{2068}y\nz\u{2069}"), "x\\u{2068}y\nz\\u{2069}", "a pair ends with its line");
        assert_eq!(for_text("\u{feff}a\u{200b}b"), "\\u{feff}a\\u{200b}b");
    }
}
