//! The composed form of letters and marks (UAX #15, NFC), by the frozen tables: they have every character that names
//! are made of, and Hangul's syllables, which are letters of their own there.

use super::compositions::{CLASSES, COMPOSITIONS};

/// Tells whether a text of characters of the table is in its composed form.
pub(super) fn is_composed(text: &str) -> bool {
    composed(&decomposed(text)).into_iter().eq(text.chars())
}

/// The text with all characters taken apart, marks in canonical order.
pub(super) fn decomposed(text: &str) -> Vec<char> {
    let mut parts = Vec::with_capacity(text.len());
    text.chars().for_each(|c| take_apart(c, &mut parts));
    for marks in parts.chunk_by_mut(|_, next| class(*next) != 0) {
        marks.sort_by_key(|c| class(*c));
    }
    parts
}

fn take_apart(c: char, parts: &mut Vec<char>) {
    let mut ends = Vec::new();
    let mut first = u32::from(c);
    while let Ok(at) = COMPOSITIONS.binary_search_by_key(&first, |(composed, ..)| *composed) {
        let (_, start, end) = COMPOSITIONS[at];
        ends.push(end);
        first = start;
    }
    parts.extend([first].into_iter().chain(ends.into_iter().rev()).filter_map(char::from_u32));
}

/// Puts together what can be: each character with the last one of class 0, unless another of its class or a higher one
/// stands between.
fn composed(parts: &[char]) -> Vec<char> {
    let mut composed: Vec<char> = Vec::with_capacity(parts.len());
    let mut starter = None;
    let mut class_before = 0;
    for part in parts {
        let class = class(*part);
        if let Some(at) = starter {
            let is_free = composed.len() == at + 1 || class_before < class;
            if let Some(whole) = is_free.then(|| pair(composed[at], *part)).flatten() {
                composed[at] = whole;
                continue;
            }
        }
        if class == 0 {
            starter = Some(composed.len());
        }
        class_before = class;
        composed.push(*part);
    }
    composed
}

fn pair(first: char, second: char) -> Option<char> {
    let wanted = (u32::from(first), u32::from(second));
    let found = COMPOSITIONS.iter().find(|(_, first, second)| (*first, *second) == wanted);
    found.and_then(|(composed, ..)| char::from_u32(*composed))
}

fn class(c: char) -> u8 {
    let found = CLASSES.binary_search_by_key(&u32::from(c), |(mark, _)| *mark);
    found.map_or(0, |at| CLASSES[at].1)
}
