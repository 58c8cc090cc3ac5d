//! The backup of a wallet: 24 words that anybody can write on paper (BIP-39, English), from which every key of the
//! wallet is derived (SLIP-0010).
//!
//! The n-th key of an account, counted by its rotations from 0, is at the path `m/44'/7777'/0'/n'`. The coin type 7777
//! is not registered in SLIP-0044. The optional passphrase of BIP-39 is empty: what protects the words is where they
//! are kept.

use std::io;
use std::path::Path;

use bip0039::language::English;
use bip0039::{Error, Mnemonic};
use lojal_text::{TypedError, typed};
use lojal_types::{KeyPair, PublicKey};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::files::{self, Existing};
use crate::random::{RandomError, random_bytes};
use crate::slip10::Node;

/// The number of words of a backup: 256 bits and a checksum of 8.
pub const WORDS: usize = 24;
/// Longest text that can hold the words, in bytes.
pub const WORDS_BYTES_MAX: u64 = 1024;
/// Bytes of the number that the words write down.
pub const ENTROPY_BYTES: usize = 32;
/// The coin type of the path; not registered in SLIP-0044.
pub const COIN_TYPE: u32 = 7777;
/// Most rotations of one backup's key, so that a restored wallet finds the one that signs.
pub const ROTATIONS_MAX: u32 = 1_000;

/// Letters that tell all words of the list apart.
const LETTERS_MIN: usize = 4;
const PURPOSE: u32 = 44;
const ACCOUNT: u32 = 0;

/// A reason words are no backup.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WordsError {
    /// Too few or too many.
    #[error("a backup has {WORDS} words, and these are {0}: look for missing or doubled ones")]
    Count(usize),
    /// Something between the words that nobody sees.
    #[error("the words: {0}")]
    Typed(TypedError),
    /// A word that no backup has.
    #[error("word {position}, {word:?}, is in no backup: check its spelling")]
    Unknown {
        /// The word's place, counted from 1.
        position: usize,
        /// The word.
        word: String,
    },
    /// A number that is not the next word's.
    #[error("the number {found} stands before word {expected}: look for missing words, and keep their order")]
    Number {
        /// The number.
        found: usize,
        /// The word that it stands before, counted from 1.
        expected: usize,
    },
    /// Words that a backup can have, but not these together.
    #[error(
        "the checksum of the words is wrong: each of them is spelt right, but one is another word than on the paper, \
         or two changed places"
    )]
    Checksum,
}

/// The number of words in a text, numbers before them left out.
pub fn count_words(text: &str) -> usize {
    text.split_whitespace().filter(|part| number(part).is_none()).count()
}

/// The number that stands before a word, such as `7`, `7.` or `7)`.
fn number(part: &str) -> Option<usize> {
    part.trim_end_matches(['.', ')', ':']).parse().ok()
}

/// The word of the list that is meant by a word, or by its first letters: four of them tell all words of the list
/// apart.
fn known(part: &str) -> Option<&'static str> {
    let list = English::words();
    let at = list.partition_point(|word| *word < part);
    let candidate = list.get(at).filter(|word| word.starts_with(part))?;
    let is_enough = *candidate == part || part.len() >= LETTERS_MIN;
    is_enough.then_some(*candidate)
}

/// The secret that the words write down; wiped from memory when dropped, and never shown by accident.
#[derive(Clone)]
pub struct Backup(Zeroizing<[u8; ENTROPY_BYTES]>);

impl Backup {
    /// A new secret from the operating system's random numbers.
    ///
    /// # Errors
    /// Without random bytes.
    pub fn random() -> Result<Self, RandomError> {
        random_bytes().map(Self)
    }
    /// Wraps a secret.
    pub fn from_entropy(entropy: [u8; ENTROPY_BYTES]) -> Self {
        Self(Zeroizing::new(entropy))
    }
    /// Reads the words, in any case and with any space between them; also with their numbers before them, as they were
    /// shown, and cut off after four letters or more, which say which word it is.
    ///
    /// # Errors
    /// When they are no backup, with the word that is wrong.
    pub fn from_words(text: &str) -> Result<Self, WordsError> {
        let form = match typed(text).map(Zeroizing::new) {
            Ok(form) => form,
            Err(TypedError::Empty) => return Err(WordsError::Count(0)),
            Err(error @ TypedError::Unseen(_)) => return Err(WordsError::Typed(error)),
        };
        let lower = Zeroizing::new(form.to_lowercase());
        let mut words: Vec<&str> = Vec::with_capacity(WORDS);
        for part in lower.split(' ') {
            match number(part) {
                Some(number) if number == words.len() + 1 => {}
                Some(found) => return Err(WordsError::Number { found, expected: words.len() + 1 }),
                None => {
                    let unknown = || WordsError::Unknown { position: words.len() + 1, word: part.to_owned() };
                    words.push(known(part).ok_or_else(unknown)?);
                }
            }
        }
        if words.len() != WORDS {
            return Err(WordsError::Count(words.len()));
        }
        let phrase = Zeroizing::new(words.join(" "));
        let mnemonic = Mnemonic::<English>::from_phrase(phrase.as_str()).map_err(|error| match error {
            Error::BadWordCount(count) => WordsError::Count(count),
            // All words were looked up above.
            Error::UnknownWord(_) | Error::BadEntropyBitCount(_) | Error::InvalidChecksum => WordsError::Checksum,
        })?;
        let entropy = mnemonic.entropy().try_into().expect("24 words are 32 bytes");
        Ok(Self::from_entropy(entropy))
    }
    /// The words, with a space between each two.
    pub fn words(&self) -> Zeroizing<String> {
        Zeroizing::new(self.mnemonic().phrase().to_owned())
    }
    /// Writes the words to a new file that only its owner can read.
    ///
    /// # Errors
    /// When there is something at the path already, or the file can't be written.
    pub fn write_words(&self, path: &Path) -> io::Result<()> {
        let line = Zeroizing::new(format!("{}\n", self.words().as_str()));
        files::write(path, line.as_bytes(), Existing::Keep)
    }
    /// The bytes that the words write down.
    pub(crate) fn entropy(&self) -> &[u8; ENTROPY_BYTES] {
        &self.0
    }
    /// The key after a number of rotations.
    pub fn key(&self, rotation: u32) -> KeyPair {
        KeyPair::from_seed(self.account().child(rotation).secret())
    }
    /// The number of rotations, at most [`ROTATIONS_MAX`], after which the key is `wanted`.
    pub fn rotation_of(&self, wanted: PublicKey) -> Option<u32> {
        let account = self.account();
        let key = |rotation| KeyPair::from_seed(account.child(rotation).secret()).public_key();
        (0..=ROTATIONS_MAX).find(|rotation| key(*rotation) == wanted)
    }

    fn mnemonic(&self) -> Mnemonic<English> {
        Mnemonic::from_entropy(self.0.to_vec()).expect("32 bytes are 24 words")
    }
    fn account(&self) -> Node {
        let seed = Zeroizing::new(self.mnemonic().to_seed(""));
        Node::master(&*seed).child(PURPOSE).child(COIN_TYPE).child(ACCOUNT)
    }
}
impl std::fmt::Debug for Backup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Backup(…)")
    }
}

#[cfg(test)]
mod tests;
