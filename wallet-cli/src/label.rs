//! Short names that somebody gives to what is theirs: to contacts and to profiles.

use std::fmt;
use std::str::FromStr;

use lojal_text::{TypedError, typed};
use lojal_types::name::confusable;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most characters of a name.
pub const LABEL_CHARS_MAX: usize = 40;

/// The beginnings of addresses and of texts to be scanned: a name that looks like one would be taken for one.
const NOT_FIRST: [&str; 3] = ["loj1", "tloj1", "lojal:"];
/// Words that mean something else where a name can stand.
const TAKEN: [&str; 4] = ["default", "household", "brand", "none"];

/// A text that is no name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LabelError {
    /// Nothing, or what nobody sees.
    #[error(transparent)]
    Typed(#[from] TypedError),
    /// Something else than letters, digits, and what may join them.
    #[error("a name begins with a letter and has letters, digits, dots, - and _: {0:?} is none")]
    Form(String),
    /// Too long.
    #[error("a name has at most {LABEL_CHARS_MAX} characters")]
    Long,
    /// A word with a meaning.
    #[error("{0:?} means something else here: choose another name")]
    Taken(String),
}

/// A name, in small letters: it is found in whichever case it is typed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(String);

impl Label {
    /// Tells whether another name looks like this one because its letters, or some, are of another alphabet than Latin.
    pub fn is_imitated_by(&self, other: &Self) -> bool {
        let is_foreign = |label: &Self| label.0.chars().any(|letter| letter.is_alphabetic() && !is_latin(letter));
        let looks_same = || confusable([(0, self.0.as_str()), (1, other.0.as_str())].into_iter()).is_some();
        self != other && (is_foreign(self) || is_foreign(other)) && looks_same()
    }
}

/// Tells whether a letter is in one of the blocks of Latin letters that people of Europe write.
fn is_latin(letter: char) -> bool {
    matches!(letter, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

impl FromStr for Label {
    type Err = LabelError;
    fn from_str(text: &str) -> Result<Self, LabelError> {
        let name = typed(text)?.to_lowercase();
        let is_part = |letter: char| letter.is_alphanumeric() || ['-', '_', '.'].contains(&letter);
        if !name.starts_with(char::is_alphabetic) || !name.chars().all(is_part) {
            return Err(LabelError::Form(name));
        }
        if name.chars().count() > LABEL_CHARS_MAX {
            return Err(LabelError::Long);
        }
        if TAKEN.contains(&name.as_str()) || NOT_FIRST.iter().any(|start| name.starts_with(start)) {
            return Err(LabelError::Taken(name));
        }
        Ok(Self(name))
    }
}
impl TryFrom<String> for Label {
    type Error = LabelError;
    fn try_from(text: String) -> Result<Self, LabelError> {
        text.parse()
    }
}
impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0
    }
}
impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_letters_of_another_alphabet_is_taken_for_the_one_that_it_looks_like() {
        let label = |name: &str| name.parse::<Label>().expect(name);
        for (one, other) in [("bo", "b\u{43e}"), ("\u{430}nna", "anna"), ("\u{441}\u{43e}\u{440}\u{430}", "copa")] {
            assert!(label(one).is_imitated_by(&label(other)), "{one} {other}");
        }
        for (one, other) in
            [("bo", "bo"), ("\u{e5}sa", "asa"), ("anna-berg", "annaberg"), ("\u{437}\u{43e}\u{44f}", "zoe")]
        {
            assert!(!label(one).is_imitated_by(&label(other)), "{one} {other}");
        }
    }

    #[test]
    fn a_name_is_found_in_any_case_and_never_taken_for_something_else() {
        for name in ["bo", "Bo", " BO\n", "b\u{f8}", "anna-berg", "till_7", "kaffet.se"] {
            let label: Label = name.parse().expect(name);
            assert_eq!(label.to_string(), name.trim().to_lowercase());
        }
        assert_eq!("a\u{30a}sa".parse::<Label>(), "\u{e5}sa".parse(), "however it is typed");
        for wrong in ["", "7", "12.50", "-x", "a b", "a/b", "a=b", "../x", "b\u{200b}o", &"a".repeat(41)] {
            assert!(wrong.parse::<Label>().is_err(), "{wrong:?}");
        }
        for taken in ["household", "Default", "tloj1qqq", "LOJ1QQ", "brand", "none"] {
            assert!(matches!(taken.parse::<Label>(), Err(LabelError::Taken(_))), "{taken}");
        }
    }
}
