//! One form for every text that somebody types, scans or keeps in a file.

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::kind::{is_blank, is_unseen};

/// The mark that some editors put before a text; it is no part of it.
const BYTE_ORDER_MARK: char = '\u{feff}';
/// The largest factor by which a text grows in a normal form (UAX #15, section 9), in bytes.
const EXPANSION_MAX: usize = 3;

/// A text that can't be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TypedError {
    /// Nothing that anybody sees.
    #[error("there is nothing in this text: type at least one letter or digit")]
    Empty,
    /// A character inside that nobody sees, so that two texts that look the same would differ.
    #[error(
        "there is a character in this text that nobody sees (U+{:04X}): type the text again without it",
        u32::from(*.0)
    )]
    Unseen(char),
}

/// The one form of a text that somebody typed: composed (NFC), without blanks and unseen characters around it, with one
/// space for any blanks inside. So the same receipt, name or passphrase is the same text, whichever keyboard, editor or
/// scanner it came from.
///
/// # Errors
/// When nothing is left, or a character that nobody sees stands inside. Joiners may: some scripts are written with
/// them.
pub fn typed(text: &str) -> Result<String, TypedError> {
    // Made in one piece, so that no other copy of a passphrase stays in memory.
    let mut form = String::with_capacity(text.len() * EXPANSION_MAX);
    let mut has_gap = false;
    for c in text.nfc() {
        let is_gap = is_blank(c);
        if is_gap || (form.is_empty() && is_unseen(c)) {
            has_gap |= is_gap && !form.is_empty();
            continue;
        }
        if std::mem::take(&mut has_gap) {
            form.push(' ');
        }
        form.push(c);
    }
    let seen = form.trim_end_matches(|c| c == ' ' || is_unseen(c)).len();
    form.truncate(seen);
    if form.is_empty() {
        return Err(TypedError::Empty);
    }
    match form.chars().find(|c| is_unseen(*c) && !is_joiner(*c)) {
        Some(unseen) => Err(TypedError::Unseen(unseen)),
        None => Ok(form),
    }
}

/// The same text with marks apart from their letters (NFD), as some systems hand over what is typed.
pub fn decomposed(text: &str) -> String {
    let mut form = String::with_capacity(text.len() * EXPANSION_MAX);
    form.extend(text.nfd());
    form
}

/// The content of a text file without the mark that some editors begin it with.
pub fn without_byte_order_mark(content: &str) -> &str {
    content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content)
}

/// The zero-width joiner and non-joiner, and the selectors of a character's variant, which scripts and emoji need.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_text_in_many_forms_is_one_text() {
        let forms = [
            "Café 123",
            "Cafe\u{301} 123",
            "Café 123 ",
            "Café 123\r",
            "\u{feff}Café 123\n",
            "\u{200b}\u{a0}Café\u{a0}123\u{200f}",
            "Café \t 123",
            "\u{2067}Café 123\u{2069}",
        ];
        for form in forms {
            assert_eq!(typed(form).as_deref(), Ok("Café 123"), "{form:?}");
        }
        assert_ne!(typed("Café 123"), typed("Cafe 123"));
    }

    #[test]
    fn nothing_is_no_text() {
        for nothing in [
            "",
            " ",
            "\u{a0}\r\n",
            "\u{feff}",
            "\u{200b}\u{200d}",
            "\0",
            "\u{2800}",
            "\u{ad}\u{2800} ",
            "\u{3164}",
            "\u{1d159}\u{16fe4}",
        ] {
            assert_eq!(typed(nothing), Err(TypedError::Empty), "{nothing:?}");
        }
    }

    #[test]
    fn signs_are_a_text_as_they_can_be_seen() {
        for signs in ["—", "!", "\u{1f600}", "\u{2801}", "€"] {
            assert_eq!(typed(signs).as_deref(), Ok(signs));
        }
        assert_eq!(typed("\u{2803}\u{2800}\u{2801}\u{2800}").as_deref(), Ok("\u{2803} \u{2801}"));
    }

    #[test]
    fn what_nobody_sees_is_refused_inside_and_named() {
        assert_eq!(typed("12\u{200b}3"), Err(TypedError::Unseen('\u{200b}')));
        assert_eq!(typed("a\u{202e}b"), Err(TypedError::Unseen('\u{202e}')));
        assert_eq!(typed("a\u{7}b"), Err(TypedError::Unseen('\u{7}')));
        assert!(TypedError::Unseen('\u{200b}').to_string().contains("U+200B"));
        assert!(typed("می\u{200c}خواهم").is_ok(), "Persian is written with it");
    }

    proptest! {
        #[test]
        fn a_form_is_its_own_form_and_that_of_its_decomposed_self(text in "\\PC{0,20}") {
            if let Ok(form) = typed(&text) {
                prop_assert_eq!(typed(&form), Ok(form.clone()));
                prop_assert_eq!(typed(&decomposed(&form)), Ok(form));
            }
        }
    }
}
