//! The tokens with which a wallet reads at its gateways (protocol, Read tokens). They are made when its key is unlocked
//! and kept, so that a question takes no passphrase while they last.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use lojal_types::limits::READ_TOKEN_MS_MAX;
use lojal_types::read::READ_TOKEN_CHARS_MAX;
use lojal_types::{Audience, KeyPair, ReadToken, SignedReadToken, TimeMs};
use thiserror::Error;

use crate::clock::{self, ClockError};
use crate::files::{self, Existing};
use crate::home::{GATEWAYS_MAX, Home, HomeError};
use crate::passphrase::{PassphraseError, Unlocker};

/// Most tokens that are kept, the newest.
pub const TOKENS_MAX: usize = 4 * GATEWAYS_MAX;
/// The time that a token lasts: less than it could, since a gateway's clock can be late.
const LIFE_MS: u64 = READ_TOKEN_MS_MAX - 10 * 60 * 1000;
/// The rest of a token's time below which another is made when there is a key at hand.
const RENEWED_MS: u64 = READ_TOKEN_MS_MAX / 2;
/// The rest of a token's time below which it isn't used any more.
const USED_MS: u64 = 60 * 1000;

const FILE: &str = "read-tokens";
/// Largest file, in bytes.
const BYTES_MAX: u64 = (TOKENS_MAX * (READ_TOKEN_CHARS_MAX + 1)) as u64;

/// A reason there is no token.
#[derive(Debug, Error)]
pub enum TokensError {
    /// The wallet can't be opened.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// Nobody gives the passphrase.
    #[error("the gateway shows this to who may read it, and to say who that is this wallet needs its passphrase: {0}")]
    Passphrase(#[from] PassphraseError),
    /// This machine has no time.
    #[error(transparent)]
    Clock(#[from] ClockError),
}

/// The tokens of a wallet.
#[derive(Debug)]
pub struct Tokens {
    dir: PathBuf,
    unlocker: Rc<Unlocker>,
}

impl Tokens {
    /// Those of a home, whose key is unlocked when there has to be another.
    pub fn new(dir: &Path, unlocker: Rc<Unlocker>) -> Self {
        Self { dir: dir.to_owned(), unlocker }
    }
    /// Makes tokens for hosts, and keeps them.
    ///
    /// # Errors
    /// See [`TokensError`].
    pub fn make(&self, audiences: &[Audience]) -> Result<Vec<SignedReadToken>, TokensError> {
        let home = Home::open(&self.dir)?;
        let key = home.unlock(&*self.unlocker.passphrase()?)?;
        let made = made(&home, &key, audiences, clock::local_time()?);
        keep(&home, &made)?;
        Ok(made)
    }
}

/// Makes tokens of an account for hosts.
pub fn made(home: &Home, key: &KeyPair, audiences: &[Audience], now: TimeMs) -> Vec<SignedReadToken> {
    let token = |audience: &Audience| {
        let (account, public_key, audience) = (home.address(), key.public_key(), audience.clone());
        ReadToken { account, public_key, audience, until_ms: now.plus_ms(LIFE_MS) }.sign(&home.chain_id(), key)
    };
    audiences.iter().map(token).collect()
}

/// The token for a host among those that a home keeps, if it still lasts a while.
pub fn usable<'a>(kept: &'a [SignedReadToken], audience: &Audience, now: TimeMs) -> Option<&'a SignedReadToken> {
    kept.iter().find(|one| one.token.audience == *audience && one.token.until_ms > now.plus_ms(USED_MS))
}

/// Tells whether there should be another token for a host, now that there is a key at hand.
pub fn is_old(kept: &[SignedReadToken], audience: &Audience, now: TimeMs) -> bool {
    !kept.iter().any(|one| one.token.audience == *audience && one.token.until_ms > now.plus_ms(RENEWED_MS))
}

/// The tokens that a home keeps for its account and its key; what can't be read is as good as none.
pub fn kept(home: &Home) -> Vec<SignedReadToken> {
    let text = files::read_if_there(&home.dir().join(FILE), BYTES_MAX).unwrap_or_default();
    let tokens = text.lines().filter_map(|line| line.parse::<SignedReadToken>().ok());
    let is_own = |one: &SignedReadToken| {
        one.token.account == home.address() && one.token.public_key == home.public_key() && one.holds(&home.chain_id())
    };
    tokens.filter(is_own).collect()
}

/// Keeps tokens, in the place of others for the same hosts: one line each, in a file that only its owner can read.
///
/// # Errors
/// [`HomeError::File`] when it can't be written.
pub fn keep(home: &Home, made: &[SignedReadToken]) -> Result<(), HomeError> {
    let is_other = |one: &SignedReadToken| !made.iter().any(|new| new.token.audience == one.token.audience);
    let mut all: Vec<SignedReadToken> = kept(home).into_iter().filter(is_other).collect();
    all.extend(made.iter().cloned());
    let last = &all[all.len().saturating_sub(TOKENS_MAX)..];
    let text: String = last.iter().map(|one| format!("{one}\n")).collect();
    let path = home.dir().join(FILE);
    files::write(&path, text.as_bytes(), Existing::Replace).map_err(|source| HomeError::File { path, source })
}

/// Deletes the tokens that a home keeps; tells whether there were any.
///
/// # Errors
/// [`HomeError::File`] when they can't be deleted.
pub fn forget(dir: &Path) -> Result<bool, HomeError> {
    let path = dir.join(FILE);
    match fs::remove_file(&path) {
        Ok(()) => files::sync_dir(dir).map(|()| true).map_err(|source| HomeError::File { path, source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(HomeError::File { path, source }),
    }
}
