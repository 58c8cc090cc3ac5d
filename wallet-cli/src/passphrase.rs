//! The sources of a passphrase: a file, the environment, or a person at a terminal.

use std::cell::OnceCell;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use lojal_text::{TypedError, decomposed, typed, variable};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::files;

/// Longest passphrase, in bytes.
pub const PASSPHRASE_BYTES_MAX: usize = 1024;
/// Fewest characters of a passphrase that a person makes a key with.
pub const NEW_CHARS_MIN: usize = 10;
/// Names the file that holds the passphrase.
pub const FILE_VARIABLE: &str = "LOJAL_PASSPHRASE_FILE";
/// Holds the passphrase itself.
pub const VARIABLE: &str = "LOJAL_PASSPHRASE";

/// A secret text; wiped from memory when dropped, and never shown.
///
/// It is kept in every form in which a key file may have been sealed with it, each once. New files are sealed with the
/// first: the one form of everything typed ([`typed`]). Older ones may have been sealed with decomposed marks, or with
/// exactly what was typed.
pub struct Passphrase(Vec<Zeroizing<String>>);

/// A reason there is no passphrase.
#[derive(Debug, Error)]
pub enum PassphraseError {
    /// None, or too long.
    #[error("a passphrase has 1 to {PASSPHRASE_BYTES_MAX} bytes")]
    Length,
    /// A new one that is soon guessed.
    #[error(
        "a new passphrase has at least {NEW_CHARS_MIN} characters: four words that nobody would guess are good ones"
    )]
    Short,
    /// A text that can't be typed again with certainty.
    #[error("the passphrase: {0}")]
    Typed(#[from] TypedError),
    /// The file can't be read.
    #[error("the passphrase file {} can't be read: {}", path.display(), files::reason(source))]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The variable holds something that is no text.
    #[error("{VARIABLE} holds no UTF-8 text")]
    Variable,
    /// Nobody to ask.
    #[error(
        "there is no terminal to ask for the passphrase: give --passphrase-file, or set {FILE_VARIABLE} or {VARIABLE}"
    )]
    NoTerminal,
    /// The terminal failed.
    #[error("the terminal can't be asked for the passphrase: {0}")]
    Terminal(io::Error),
    /// The two entries of a new passphrase differ.
    #[error("the two passphrases are not the same; nothing was done, start again")]
    Different,
}

impl Passphrase {
    /// A passphrase for new key files, however short: what a person chooses comes from [`Sources::read`].
    ///
    /// # Errors
    /// When it is empty, longer than [`PASSPHRASE_BYTES_MAX`], or holds what nobody sees.
    pub fn new(text: String) -> Result<Self, PassphraseError> {
        Self::for_purpose(text, Purpose::Create)
    }
    /// A passphrase that opens key files, also older ones that could not be sealed with it any more.
    ///
    /// # Errors
    /// [`PassphraseError::Length`] when it is empty or longer than [`PASSPHRASE_BYTES_MAX`].
    pub fn to_unlock(text: String) -> Result<Self, PassphraseError> {
        Self::for_purpose(text, Purpose::Unlock)
    }
    #[cfg(test)]
    pub(crate) fn exactly(text: &str) -> Self {
        Self(vec![Zeroizing::new(text.to_owned())])
    }
    fn for_purpose(text: String, purpose: Purpose) -> Result<Self, PassphraseError> {
        let raw = Zeroizing::new(text);
        if !(1..=PASSPHRASE_BYTES_MAX).contains(&raw.len()) {
            return Err(PassphraseError::Length);
        }
        let form = match (typed(&raw).map(Zeroizing::new), purpose) {
            (Ok(form), _) => form,
            (Err(error), Purpose::Create) => return Err(error.into()),
            // An older file may have been sealed with it.
            (Err(_), Purpose::Unlock) => return Ok(Self(vec![raw])),
        };
        let decomposed = Zeroizing::new(decomposed(&form));
        let mut forms = vec![form];
        for other in [decomposed, raw] {
            if !forms.contains(&other) {
                forms.push(other);
            }
        }
        Ok(Self(forms))
    }
    /// The form that new key files are sealed with.
    pub(crate) fn form(&self) -> &[u8] {
        self.0[0].as_bytes()
    }
    fn chars(&self) -> usize {
        self.0[0].chars().count()
    }
    /// The forms that a key file may have been sealed with, the likeliest first: at most three.
    pub(crate) fn forms(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|form| form.as_bytes())
    }
    fn from_file(path: &Path, purpose: Purpose) -> Result<Self, PassphraseError> {
        // Room for the line end, which is not part of the passphrase.
        let text = files::read(path, PASSPHRASE_BYTES_MAX as u64 + 2)
            .map(Zeroizing::new)
            .map_err(|source| PassphraseError::File { path: path.to_owned(), source })?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        Self::for_purpose(line.strip_suffix('\r').unwrap_or(line).to_owned(), purpose)
    }
}
impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// The purpose that a passphrase is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To encrypt a new key: a person is asked twice.
    Create,
    /// To use a key.
    Unlock,
}

/// The places to look, in this order: the files, the text, a terminal.
#[derive(Debug, Default)]
pub struct Sources {
    /// The file that the command line names.
    pub option_file: Option<PathBuf>,
    /// The file that [`FILE_VARIABLE`] names.
    pub variable_file: Option<PathBuf>,
    /// The value of [`VARIABLE`].
    pub variable: Option<std::ffi::OsString>,
}

impl Sources {
    /// The file of the command line, if there is one, and this process's environment.
    pub fn from_environment(option_file: Option<PathBuf>) -> Self {
        Self { option_file, variable_file: variable(FILE_VARIABLE).map(PathBuf::from), variable: variable(VARIABLE) }
    }
    /// The passphrase from the first place that has one.
    ///
    /// # Errors
    /// When that place fails: a file that can't be read is not skipped.
    pub fn read(&self, purpose: Purpose) -> Result<Passphrase, PassphraseError> {
        let passphrase = self.find(purpose)?;
        let is_short = purpose == Purpose::Create && passphrase.chars() < NEW_CHARS_MIN;
        if is_short { Err(PassphraseError::Short) } else { Ok(passphrase) }
    }
    fn find(&self, purpose: Purpose) -> Result<Passphrase, PassphraseError> {
        if let Some(path) = self.option_file.as_ref().or(self.variable_file.as_ref()) {
            return Passphrase::from_file(path, purpose);
        }
        if let Some(text) = &self.variable {
            return Passphrase::for_purpose(text.to_str().ok_or(PassphraseError::Variable)?.to_owned(), purpose);
        }
        if !io::stdin().is_terminal() {
            return Err(PassphraseError::NoTerminal);
        }
        match purpose {
            Purpose::Unlock => prompt("Passphrase: ", purpose),
            Purpose::Create => {
                let first = prompt("New passphrase: ", purpose)?;
                if first.chars() < NEW_CHARS_MIN {
                    return Err(PassphraseError::Short);
                }
                let second = prompt("The same again: ", purpose)?;
                if first.form() == second.form() { Ok(first) } else { Err(PassphraseError::Different) }
            }
        }
    }
}

/// The passphrase of a wallet, asked for once: at the first time that something needs it.
#[derive(Debug, Default)]
pub struct Unlocker {
    sources: Sources,
    known: OnceCell<Rc<Passphrase>>,
}

impl Unlocker {
    /// One that looks in these places.
    pub fn new(sources: Sources) -> Self {
        Self { sources, known: OnceCell::new() }
    }
    /// The passphrase.
    ///
    /// # Errors
    /// As of [`Sources::read`].
    pub fn passphrase(&self) -> Result<Rc<Passphrase>, PassphraseError> {
        if let Some(known) = self.known.get() {
            return Ok(known.clone());
        }
        let read = Rc::new(self.sources.read(Purpose::Unlock)?);
        Ok(self.known.get_or_init(|| read).clone())
    }
}

fn prompt(text: &str, purpose: Purpose) -> Result<Passphrase, PassphraseError> {
    Passphrase::for_purpose(rpassword::prompt_password(text).map_err(PassphraseError::Terminal)?, purpose)
}

#[cfg(test)]
mod tests;
