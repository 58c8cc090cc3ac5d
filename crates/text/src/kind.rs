//! The characters that nobody sees.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Tells whether a character has no shape of its own: it steers, joins or separates what stands around it, or means
/// nothing yet. White space is not among them, but for the line and paragraph separators.
pub(crate) fn is_unseen(c: char) -> bool {
    let category = matches!(
        c.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
    );
    category || is_filler(c)
}

/// Tells whether a character takes room and shows nothing: white space, the cell of Braille without dots, the blanks of
/// hieroglyphs, and the note without a head.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{2800}' | '\u{13441}'..='\u{13442}' | '\u{1d159}')
}

/// Letters and marks that are shown as nothing (UAX #44, Default_Ignorable_Code_Point): the grapheme joiner, the
/// fillers of Hangul and Khitan, vowels of Khmer that nobody writes, and the variation selectors.
fn is_filler(c: char) -> bool {
    matches!(
        c,
        '\u{34f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{16fe4}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_or_hides_is_unseen_and_letters_marks_and_blanks_are_not() {
        for c in
            "\0\u{1b}\u{7f}\u{85}\u{ad}\u{200b}\u{200f}\u{202e}\u{2028}\u{2067}\u{2069}\u{feff}\u{e000}\u{fe0f}\u{3164}"
                .chars()
        {
            assert!(is_unseen(c), "{c:?}");
        }
        for c in "aé\u{301} \u{a0}\u{3000}漢א\u{1f600}\u{2800}".chars() {
            assert!(!is_unseen(c), "{c:?}");
        }
        for c in " \t\u{a0}\u{3000}\u{2800}\u{13441}\u{13442}\u{1d159}".chars() {
            assert!(is_blank(c), "{c:?}");
        }
        for c in "a-\u{2801}\u{1f600}\u{200b}".chars() {
            assert!(!is_blank(c), "{c:?}");
        }
    }
}
