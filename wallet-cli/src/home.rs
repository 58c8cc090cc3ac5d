//! The wallet's home directory: the encrypted key, the genesis document that everything is checked against, and the
//! gateways to talk to.
//!
//! A rotation of the key survives a crash at any point: the new key is on disk as `key.next.json` before any
//! transaction names it, it stays there until the outcome is certain, and takes the place of `key.json` in one step.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use lojal_client::ClientError;
use lojal_text::without_byte_order_mark;
use lojal_types::{Address, AddressText, ChainId, Genesis, GenesisDocument, KeyPair, NetworkKind, PublicKey};
use thiserror::Error;

use crate::files::{self, Existing};
use crate::keystore::{KEY_FILE_BYTES_MAX, KeyFile, KeystoreError, Secret};
use crate::passphrase::Passphrase;

/// Most gateways of one wallet.
pub const GATEWAYS_MAX: usize = 16;
/// Most witnesses of one wallet.
pub const WITNESSES_MAX: usize = 8;
/// Largest genesis document, in bytes.
pub const GENESIS_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Largest `wallet.toml`, in bytes.
pub const SETTINGS_BYTES_MAX: u64 = 64 * 1024;

const KEY: &str = "key.json";
const KEY_NEXT: &str = "key.next.json";
const KEY_OLD: &str = "key.json.old";
const KEY_LOCK: &str = "key.lock";
const GENESIS: &str = "genesis.toml";
const SETTINGS: &str = "wallet.toml";

mod settings;

pub use settings::Settings;

/// A fault of a wallet's home.
#[derive(Debug, Error)]
pub enum HomeError {
    /// There is none.
    #[error(
        "there is no wallet in {}: make one with `lojal init`, or name another directory with --home",
        .0.display()
    )]
    Missing(PathBuf),
    /// There is one already.
    #[error("there already is a wallet in {}: it was left alone; name another directory with --home", .0.display())]
    Exists(PathBuf),
    /// Another process is changing the key.
    #[error(
        "another command is changing the key of the wallet in {}: wait until it has ended, and run this again",
        .0.display()
    )]
    Busy(PathBuf),
    /// The file system says no.
    #[error("{}: {}", path.display(), files::reason(source))]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// A file's content is wrong.
    #[error("{}: {reason}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The fault.
        reason: String,
    },
    /// A key file can't be used.
    #[error("{}: {source}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// The fault.
        source: KeystoreError,
    },
    /// A gateway's address is none.
    #[error(transparent)]
    Gateway(#[from] ClientError),
    /// No gateway, or too many.
    #[error("{0} gateways; a wallet has 1 to {GATEWAYS_MAX}")]
    GatewayCount(usize),
    /// Too many witnesses.
    #[error("{0} witnesses; a wallet has at most {WITNESSES_MAX}")]
    WitnessCount(usize),
}

/// A wallet's home, opened; its key is still encrypted.
#[derive(Debug)]
pub struct Home {
    dir: PathBuf,
    genesis: Genesis,
    settings: Settings,
    key: KeyFile,
    next_key: Option<KeyFile>,
}

impl Home {
    /// Makes a home in `dir`, which is created if needed, for a key whose account it starts, and that no words bring
    /// back. The directory is its owner's alone (0700), and so is every file (0600).
    ///
    /// # Errors
    /// [`HomeError::Exists`] when there is a key already: it is never overwritten; others: see [`HomeError`].
    pub fn create(
        dir: &Path,
        key: &KeyPair,
        passphrase: &Passphrase,
        gateway_urls: &[String],
        genesis_toml: &str,
    ) -> Result<Self, HomeError> {
        let secret = Secret::Key(KeyPair::from_seed(key.seed()));
        Self::create_for(key.address(), dir, &secret, passphrase, gateway_urls, genesis_toml)
    }
    /// Makes a home like [`Home::create`], for the account at `account`; the secret's key signs for it.
    ///
    /// # Errors
    /// As for [`Home::create`].
    pub fn create_for(
        account: Address,
        dir: &Path,
        secret: &Secret,
        passphrase: &Passphrase,
        gateway_urls: &[String],
        genesis_toml: &str,
    ) -> Result<Self, HomeError> {
        let genesis = check_genesis(&dir.join(GENESIS), genesis_toml)?;
        let settings = Settings::new(gateway_urls);
        settings.check()?;
        let key_path = dir.join(KEY);
        if Self::is_in(dir) {
            return Err(HomeError::Exists(dir.to_owned()));
        }
        let sealed = KeyFile::seal(account.to_text(genesis.network()), secret, passphrase)
            .map_err(|source| HomeError::Key { path: key_path.clone(), source })?;
        create_dir(dir).map_err(|source| HomeError::File { path: dir.to_owned(), source })?;
        write(&dir.join(GENESIS), genesis_toml, Existing::Replace)?;
        settings.write(&dir.join(SETTINGS))?;
        // The key comes last: with it the home is complete.
        match write(&key_path, &sealed.to_json(), Existing::Keep) {
            Err(HomeError::File { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {
                Err(HomeError::Exists(dir.to_owned()))
            }
            written => written.and_then(|()| Self::open(dir)),
        }
    }
    /// Tells whether there is a wallet's key in `dir`.
    pub fn is_in(dir: &Path) -> bool {
        dir.join(KEY).exists()
    }
    /// Opens the home in `dir`.
    ///
    /// # Errors
    /// [`HomeError::Missing`] when there is none; others: see [`HomeError`].
    pub fn open(dir: &Path) -> Result<Self, HomeError> {
        let key = read_key(&dir.join(KEY))?.ok_or_else(|| HomeError::Missing(dir.to_owned()))?;
        let genesis_path = dir.join(GENESIS);
        let genesis = check_genesis(&genesis_path, &read(&genesis_path, GENESIS_BYTES_MAX)?)?;
        let settings = Settings::read(&dir.join(SETTINGS))?;
        let next_key = read_key(&dir.join(KEY_NEXT))?;
        for (name, file) in [(KEY, Some(&key)), (KEY_NEXT, next_key.as_ref())] {
            let Some(file) = file else { continue };
            let content = |reason| HomeError::Content { path: dir.join(name), reason };
            file.address().to_canonical(genesis.network()).map_err(|error| content(error.to_string()))?;
            if file.address() != key.address() {
                return Err(content(format!("it belongs to another account than {KEY}: move it away")));
            }
        }
        Ok(Self { dir: dir.to_owned(), genesis, settings, key, next_key })
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
    /// The network that this wallet belongs to.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }
    /// The network's id.
    pub fn chain_id(&self) -> ChainId {
        self.genesis.chain_id()
    }
    /// The kind of network, which says the prefix of addresses.
    pub fn network(&self) -> NetworkKind {
        self.genesis.network()
    }
    /// The gateways, the preferred one first; at least one.
    pub fn gateways(&self) -> &[String] {
        &self.settings.gateways
    }
    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
    /// Changes the settings.
    ///
    /// # Errors
    /// [`HomeError`] when they can't be right, or be written.
    pub fn set(&mut self, settings: Settings) -> Result<(), HomeError> {
        settings.check()?;
        settings.write(&self.dir.join(SETTINGS))?;
        self.settings = settings;
        Ok(())
    }
    /// The account, as people see it.
    pub fn address_text(&self) -> AddressText {
        self.key.address()
    }
    /// The account.
    pub fn address(&self) -> Address {
        self.key.address().to_canonical(self.network()).expect("checked when opened")
    }
    /// The key that signs for the account, as far as this home knows.
    pub fn public_key(&self) -> PublicKey {
        self.key.public_key()
    }
    /// The file of the key that signs for the account.
    pub fn key_file(&self) -> &KeyFile {
        &self.key
    }
    /// Decrypts the key that signs for the account.
    ///
    /// # Errors
    /// [`HomeError::Key`] for a wrong passphrase.
    pub fn unlock(&self, passphrase: &Passphrase) -> Result<KeyPair, HomeError> {
        self.secret(passphrase).map(|secret| secret.key())
    }
    /// Decrypts the secret of the key that signs for the account.
    ///
    /// # Errors
    /// [`HomeError::Key`] for a wrong passphrase.
    pub fn secret(&self, passphrase: &Passphrase) -> Result<Secret, HomeError> {
        self.key.unlock(passphrase).map_err(|source| HomeError::Key { path: self.dir.join(KEY), source })
    }
    /// Makes this the wallet of another account, whose key on the ledger has become the one of this home. The old key
    /// file stays as `key.json.old`.
    ///
    /// # Errors
    /// See [`HomeError`].
    pub fn adopt(&mut self, account: Address, passphrase: &Passphrase) -> Result<(), HomeError> {
        let path = self.dir.join(KEY);
        let secret = self.secret(passphrase)?;
        let sealed = KeyFile::seal(account.to_text(self.network()), &secret, passphrase)
            .map_err(|source| HomeError::Key { path: path.clone(), source })?;
        // A key that was never agreed on for the new account has no use.
        self.abandon_rotation()?;
        write(&self.dir.join(KEY_OLD), &self.key.to_json(), Existing::Replace)?;
        write(&path, &sealed.to_json(), Existing::Replace)?;
        self.key = sealed;
        Ok(())
    }

    /// The key of a rotation whose outcome this home doesn't know yet.
    pub fn next_public_key(&self) -> Option<PublicKey> {
        self.next_key.as_ref().map(KeyFile::public_key)
    }
    /// Gives the key to rotate to: the backup's next one, or a random one of a home without a backup, safely on disk;
    /// or, while an earlier rotation may still happen, the key of that one, so that whichever of the two happens, this
    /// home has the key.
    ///
    /// # Errors
    /// See [`HomeError`].
    pub fn begin_rotation(&mut self, passphrase: &Passphrase) -> Result<KeyPair, HomeError> {
        let path = self.dir.join(KEY_NEXT);
        let at_path = |source| HomeError::Key { path: path.clone(), source };
        if self.next_key.is_none() {
            let next = self.secret(passphrase)?.next().map_err(at_path)?;
            let sealed = KeyFile::seal(self.address_text(), &next, passphrase).map_err(at_path)?;
            write(&path, &sealed.to_json(), Existing::Keep)?;
            // What counts is what can be read again.
            self.next_key = read_key(&path)?;
        }
        let next_key = self.next_key.as_ref().ok_or_else(|| HomeError::Missing(path.clone()))?;
        next_key.unlock(passphrase).map(|secret| secret.key()).map_err(at_path)
    }
    /// Takes the right to change the key, which one process has at a time, and reads the home again: another one may
    /// have changed it before. Without that, one process could forget the new key that another has just sent to the
    /// ledger.
    ///
    /// # Errors
    /// [`HomeError::Busy`] while another process has it; others: see [`HomeError`].
    pub fn lock_key(&mut self) -> Result<KeyLock, HomeError> {
        let path = self.dir.join(KEY_LOCK);
        let at_path = |source| HomeError::File { path: path.clone(), source };
        let file = fs::OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(at_path)?;
        file.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => HomeError::Busy(self.dir.clone()),
            fs::TryLockError::Error(source) => at_path(source),
        })?;
        *self = Self::open(&self.dir)?;
        Ok(KeyLock { _file: file })
    }
    /// Puts the new key in the place of the old one, which stays as `key.json.old`. To be called when the rotation is
    /// final.
    ///
    /// # Errors
    /// See [`HomeError`]; the rotation can then be finished later.
    pub fn finish_rotation(&mut self) -> Result<(), HomeError> {
        let Some(next_key) = self.next_key.clone() else { return Ok(()) };
        write(&self.dir.join(KEY_OLD), &self.key.to_json(), Existing::Replace)?;
        let (from, to) = (self.dir.join(KEY_NEXT), self.dir.join(KEY));
        fs::rename(&from, &to)
            .and_then(|()| files::sync_dir(&self.dir))
            .map_err(|source| HomeError::File { path: to, source })?;
        self.key = next_key;
        self.next_key = None;
        Ok(())
    }
    /// Forgets the new key. To be called only when no rotation to it can happen any more.
    ///
    /// # Errors
    /// See [`HomeError`].
    pub fn abandon_rotation(&mut self) -> Result<(), HomeError> {
        if self.next_key.take().is_none() {
            return Ok(());
        }
        let path = self.dir.join(KEY_NEXT);
        fs::remove_file(&path)
            .and_then(|()| files::sync_dir(&self.dir))
            .map_err(|source| HomeError::File { path, source })
    }
}

/// The right to change a wallet's key, until it is dropped or its process ends.
#[derive(Debug)]
pub struct KeyLock {
    _file: fs::File,
}

/// Reads the text of a genesis document that a new home is to trust.
///
/// # Errors
/// [`HomeError::File`] when there is none, or it is longer than [`GENESIS_BYTES_MAX`].
pub fn read_genesis_file(path: &Path) -> Result<String, HomeError> {
    read(path, GENESIS_BYTES_MAX)
}

/// The genesis document of a file, checked.
///
/// # Errors
/// [`HomeError`] when it can't be read, or is none.
pub fn genesis_of(path: &Path) -> Result<Genesis, HomeError> {
    check_genesis(path, &read_genesis_file(path)?)
}

/// Checks the text of a genesis document; `path` is for the error.
fn check_genesis(path: &Path, text: &str) -> Result<Genesis, HomeError> {
    GenesisDocument::from_toml(text)
        .and_then(Genesis::new)
        .map_err(|error| HomeError::Content { path: path.to_owned(), reason: error.to_string() })
}

fn read(path: &Path, bytes_max: u64) -> Result<String, HomeError> {
    let text = files::read(path, bytes_max).map_err(|source| HomeError::File { path: path.to_owned(), source })?;
    Ok(without_byte_order_mark(&text).to_owned())
}

fn read_key(path: &Path) -> Result<Option<KeyFile>, HomeError> {
    let text = match read(path, KEY_FILE_BYTES_MAX) {
        Err(HomeError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    KeyFile::from_json(&text).map(Some).map_err(|source| HomeError::Key { path: path.to_owned(), source })
}

fn write(path: &Path, text: &str, existing: Existing) -> Result<(), HomeError> {
    files::write(path, text.as_bytes(), existing).map_err(|source| HomeError::File { path: path.to_owned(), source })
}

/// Creates the directory for its owner alone; one that exists stays as it is.
fn create_dir(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

#[cfg(test)]
pub(crate) mod tests;
