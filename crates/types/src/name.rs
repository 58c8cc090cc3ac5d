//! Names that people read: of networks, brands and validators (protocol, Names).
//!
//! What a name may be is looked up in tables that never change, not in those of a newer Unicode: two nodes must judge
//! the same name alike.

mod compose;
#[rustfmt::skip]
mod compositions;
#[rustfmt::skip]
mod letters;
mod look;
#[rustfmt::skip]
mod looks;

use std::fmt;
use std::io;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use crate::decode::{from_text, invalid_data};
use crate::limits::{NAME_BYTES_MAX, NAME_MARKS_MAX};
use compose::is_composed;
use letters::{LETTERS, MARKS};
use look::SIGNS;

pub use look::{confusable, looks};

/// The script of ASCII's letters, which stand beside any other.
const LATIN: &str = "Latin";

/// A display name of a network, brand or validator: 1 to [`NAME_BYTES_MAX`] bytes in the one form in which it can be
/// written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, Serialize)]
#[serde(transparent)]
pub struct Name(String);

/// A text that can't be a display name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// Too short or too long.
    #[error("a name has 1 to {NAME_BYTES_MAX} bytes")]
    Length,
    /// A character that no name has.
    #[error(
        "U+{:04X} can't be in a name: it has letters, digits, single blanks between words, and {SIGNS}",
        u32::from(*.0)
    )]
    Character(char),
    /// A blank at an end or beside another one.
    #[error("a name has single blanks, between words only")]
    Blank,
    /// A mark without a letter before it, or too many.
    #[error("in a name marks follow a letter, at most {NAME_MARKS_MAX} of them")]
    Marks,
    /// Nothing to call somebody by.
    #[error("a name has at least one letter or digit")]
    Letter,
    /// Letters that mislead beside each other.
    #[error("a name has letters of one script besides Latin ones, and these are {0} and {1}")]
    Scripts(&'static str, &'static str),
    /// Letters and marks apart that are one character.
    #[error("a name is written with composed characters (NFC): type it again")]
    Form,
}

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl FromStr for Name {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        check(text)?;
        Ok(Self(text.to_owned()))
    }
}
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl BorshDeserialize for Name {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let len = u32::deserialize_reader(reader)? as usize;
        if len > NAME_BYTES_MAX {
            return Err(invalid_data(NameError::Length));
        }
        let mut bytes = vec![0; len];
        reader.read_exact(&mut bytes)?;
        String::from_utf8(bytes).map_err(invalid_data)?.parse().map_err(invalid_data)
    }
}
impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

/// The kind of a character in a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    Sign,
    Digit,
    /// Of a script; those that go with all scripts have an empty one.
    Letter(&'static str),
    Mark(&'static str),
}

fn kind(c: char) -> Option<Kind> {
    match c {
        ' ' => Some(Kind::Blank),
        '0'..='9' => Some(Kind::Digit),
        'A'..='Z' | 'a'..='z' => Some(Kind::Letter(LATIN)),
        _ if SIGNS.contains(c) => Some(Kind::Sign),
        _ if c.is_ascii() => None,
        _ => script_in(LETTERS, c).map(Kind::Letter).or_else(|| script_in(MARKS, c).map(Kind::Mark)),
    }
}

fn script_in(table: &[(&'static str, &[(u32, u32)])], c: char) -> Option<&'static str> {
    let number = u32::from(c);
    let has = |ranges: &[(u32, u32)]| {
        let after = ranges.partition_point(|(first, _)| *first <= number);
        after.checked_sub(1).is_some_and(|at| number <= ranges[at].1)
    };
    table.iter().find(|(_, ranges)| has(ranges)).map(|(script, _)| *script)
}

/// The rule of names, character by character: "A name is 1 to 64 bytes of letters, marks, digits, single blanks inside
/// and chosen signs, with at least one letter or digit" […] "Marks follow a letter, at most 4 in a row. Letters and
/// marks are composed" (protocol, Names).
fn check(text: &str) -> Result<(), NameError> {
    if !(1..=NAME_BYTES_MAX).contains(&text.len()) {
        return Err(NameError::Length);
    }
    let mut scripts = None;
    let mut has_word = false;
    let mut marks = 0;
    let mut has_marks = false;
    let mut before = Kind::Blank;
    for c in text.chars() {
        let kind = kind(c).ok_or(NameError::Character(c))?;
        marks = if matches!(kind, Kind::Mark(_)) { marks + 1 } else { 0 };
        match (before, kind) {
            (Kind::Blank, Kind::Blank) => return Err(NameError::Blank),
            (Kind::Letter(_) | Kind::Mark(_), Kind::Mark(_)) if marks <= NAME_MARKS_MAX => {}
            (_, Kind::Mark(_)) => return Err(NameError::Marks),
            _ => {}
        }
        has_word |= matches!(kind, Kind::Letter(_) | Kind::Digit);
        has_marks |= marks > 0;
        if let Kind::Letter(script) | Kind::Mark(script) = kind {
            scripts = beside(scripts, script)?;
        }
        before = kind;
    }
    match before {
        Kind::Blank => Err(NameError::Blank),
        _ if !has_word => Err(NameError::Letter),
        // Only marks compose with what stands before them.
        _ if has_marks && !is_composed(text) => Err(NameError::Form),
        _ => Ok(()),
    }
}

/// The script besides Latin of a name with one more letter: "Besides Latin letters it has those of one other script;
/// Han, Kana, Bopomofo and Hangul count as one." (protocol, Names) The table has these four under one name.
fn beside(found: Option<&'static str>, script: &'static str) -> Result<Option<&'static str>, NameError> {
    match found {
        _ if script == LATIN || script.is_empty() => Ok(found),
        Some(other) if other != script => Err(NameError::Scripts(other, script)),
        _ => Ok(Some(script)),
    }
}

#[cfg(test)]
mod tests;
