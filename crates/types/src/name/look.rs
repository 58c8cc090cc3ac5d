//! The look of a name, which tells the names that could be taken for each other.

use super::compose::decomposed;
use super::looks::{LOOKS, SMALL};

/// The signs that a name can have besides letters, marks, digits and blanks.
pub(super) const SIGNS: &str = "!&'()+,-./:·’";

/// Finds two owners of which a text could be taken for one of the other's, the first such pair in their order.
///
/// "Two texts could be taken for each other if they look the same as they are written, or one of them as it is written
/// and the other in small letters, or both in small letters." (protocol, Names)
pub fn confusable<'a, T: Copy + Ord>(texts: impl Iterator<Item = (T, &'a str)>) -> Option<(T, T)> {
    let mut looks: Vec<(String, T)> =
        texts.flat_map(|(owner, text)| looks(text).into_iter().map(move |look| (look, owner))).collect();
    looks.sort_unstable();
    looks.windows(2).find(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1).map(|pair| (pair[0].1, pair[1].1))
}

/// A text's looks, as it is written and in small letters: "What a text looks like is what is left of it without
/// accents, blanks and signs, every character replaced by what it looks like" (protocol, Names).
pub fn looks(text: &str) -> [String; 2] {
    let (mut written, mut in_small_letters) = (String::new(), String::new());
    for c in decomposed(text).into_iter().filter(|c| *c != ' ' && !SIGNS.contains(*c)) {
        add_look(&mut written, c);
        add_look(&mut in_small_letters, small(c));
    }
    [written, in_small_letters]
}

fn add_look(looks: &mut String, c: char) {
    match LOOKS.binary_search_by_key(&u32::from(c), |(from, _)| *from) {
        Ok(at) => looks.push_str(LOOKS[at].1),
        Err(_) => looks.push(c),
    }
}

fn small(c: char) -> char {
    let found = SMALL.binary_search_by_key(&u32::from(c), |(capital, _)| *capital);
    found.ok().and_then(|at| char::from_u32(SMALL[at].1)).unwrap_or(c)
}
