//! The key that takes the place of a validator's: made beside it, and in its place once the ledger has it
//! (docs/adr/0078).
//!
//! ```text
//! DIR/next/validator.key    the next key, and next/guard, next/validator.toml
//! DIR/retired/KEY.key       the keys before, by their public keys
//! ```

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use lojal_signer::Guard;
use lojal_store::Disk;
use lojal_types::{KeyPair, PublicKey, Validator};

use crate::card::{print, replacement};
use crate::config::{ConfigError, NodeDir, NodeKeys, random_key, write_key, write_new};

/// `lojal-node key`.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make the key that is to take the place of the validator's, and print the motion that asks the governors for it.
    /// The node, which may run, votes with the old one until the motion is carried out, and then with the new one.
    New(KeyPlace),
    /// Print that motion once more.
    Card(KeyPlace),
}

/// The place of a key.
#[derive(Debug, clap::Args)]
pub struct KeyPlace {
    /// The node's directory.
    #[arg(long)]
    dir: PathBuf,
}

/// Executes the command.
///
/// # Errors
/// When a file of the directory is missing, in the way, or not as it should be.
pub fn execute(command: &KeyCommand) -> Result<(), ConfigError> {
    match command {
        KeyCommand::New(KeyPlace { dir }) => {
            let dir = NodeDir::new(dir);
            make(&dir)?;
            tell(&dir)
        }
        KeyCommand::Card(KeyPlace { dir }) => tell(&NodeDir::new(dir)),
    }
}

/// The directory of a validator whose key is in it.
fn check(dir: &NodeDir) -> Result<(), ConfigError> {
    if dir.config()?.signer.is_some() {
        return Err(ConfigError::KeyElsewhere(dir.path().to_owned()));
    }
    if dir.is_of_follower() { Err(ConfigError::NoVote(dir.path().to_owned())) } else { Ok(()) }
}

/// Makes the next key, with a guard and an entry of its own; the key comes last and whole, so that whoever finds it
/// finds all.
fn make(dir: &NodeDir) -> Result<(), ConfigError> {
    check(dir)?;
    let (entry, keys, next) = (dir.entry()?, dir.keys()?, dir.next());
    let path = next.validator_key_path();
    if path.exists() {
        return Err(ConfigError::NextKey(path));
    }
    // What a command left that didn't come to its end was never used.
    remove(next.path())?;
    fs::create_dir_all(next.path()).map_err(failed(next.path()))?;
    let Validator { name, power, .. } = entry.into_validator();
    let keys = NodeKeys { validator: random_key(), network: keys.network };
    Guard::create(&Disk::real(), &next.guard(), &keys.validator.public_key(), false)?;
    write_new(&next.entry_path(), &keys.entry(name, power).to_toml(), 0o644)?;
    let aside = path.with_extension("new");
    write_key(&aside, &keys.validator)?;
    fs::rename(&aside, &path).map_err(failed(&path))?;
    sync(next.path())?;
    sync(dir.path())
}

/// Prints the motion that gives the validator its next key.
fn tell(dir: &NodeDir) -> Result<(), ConfigError> {
    check(dir)?;
    let validator = next(dir)?.ok_or_else(|| ConfigError::NoNextKey(dir.path().to_owned()))?;
    print(replacement(dir, &NodeKeys { validator, network: dir.network_key()? })?);
    Ok(())
}

/// The next key of a directory, once it is whole.
///
/// # Errors
/// When its file can't be read, or holds none.
pub fn next(dir: &NodeDir) -> Result<Option<KeyPair>, ConfigError> {
    let next = dir.next();
    if next.validator_key_path().exists() { next.validator_key().map(Some) } else { Ok(None) }
}

/// Puts the next key in the place of the one before, if the ledger has it as that of this node's validator; returns
/// where the one before is then. Whatever moment a crash comes at, it is completed by the next call.
///
/// # Errors
/// When a file can't be moved; what was begun is completed by another call.
pub fn take_over(dir: &NodeDir, validators: &[Validator]) -> Result<Option<PathBuf>, ConfigError> {
    let own = dir.validator_key_path();
    let next_key = match next(dir) {
        Ok(Some(key)) => key.public_key(),
        Ok(None) => return Ok(None),
        // One that can't be read is nobody's vote, as long as there is another one.
        Err(_) if own.exists() => return Ok(None),
        Err(error) => return Err(error),
    };
    let network_key = PublicKey::new(*dir.network_key()?.public_key().as_bytes());
    let is_own = |one: &Validator| one.public_key == next_key && one.network_key == network_key;
    let before = if own.exists() { Some(dir.validator_key()?.public_key()) } else { None };
    if before == Some(next_key) {
        // It has taken the place, and a crash or somebody has left it here.
        remove(dir.next().path())?;
        return Ok(None);
    }
    // Without the one before, this was begun already, if the guard has moved.
    let is_begun = before.is_none() && Guard::file(&dir.guard(), &next_key).exists();
    if !is_begun && !validators.iter().any(is_own) {
        return Ok(None);
    }
    prepare(dir, &next_key)?;
    let mut kept = dir.path().join("retired");
    if let Some(before) = before {
        fs::create_dir_all(&kept).map_err(failed(&kept))?;
        sync(dir.path())?;
        fs::rename(&own, dir.retired(&before)).map_err(failed(&own))?;
        sync(&kept)?;
        kept = dir.retired(&before);
    }
    let next = dir.next();
    fs::rename(next.validator_key_path(), &own).map_err(failed(&next.validator_key_path()))?;
    sync(dir.path())?;
    remove(next.path())?;
    Ok(Some(kept))
}

/// Moves what belongs to the next key. A guard that is there is never replaced: it knows more.
fn prepare(dir: &NodeDir, key: &PublicKey) -> Result<(), ConfigError> {
    let (next, guard) = (dir.next(), Guard::file(&dir.guard(), key));
    let beside = Guard::file(&next.guard(), key);
    if !guard.exists() {
        fs::create_dir_all(dir.guard()).map_err(failed(&dir.guard()))?;
        fs::rename(&beside, &guard).map_err(failed(&beside))?;
        sync(&dir.guard())?;
    }
    if next.entry_path().exists() {
        fs::rename(next.entry_path(), dir.entry_path()).map_err(failed(&next.entry_path()))?;
    }
    // The engine's log is of what the key before has signed, and the new one has signed nothing.
    remove(&dir.consensus_log())
}

/// Removes a directory that may not be there.
fn remove(directory: &Path) -> Result<(), ConfigError> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(directory)(error)),
        _ => Ok(()),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ConfigError {
    let path = path.to_owned();
    move |error| ConfigError::File(path, error)
}

/// Makes durable which files a directory has.
fn sync(directory: &Path) -> Result<(), ConfigError> {
    File::open(directory).and_then(|file| file.sync_all()).map_err(failed(directory))
}

#[cfg(test)]
mod tests;
