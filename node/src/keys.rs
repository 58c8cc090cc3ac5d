//! The key that takes the place of a validator's: made beside it, and in its place once the ledger has it
//! (docs/adr/0078).
//!
//! ```text
//! DIR/next/validator.key    the next key, and next/guard, next/validator.toml
//! DIR/retired/KEY.key       the keys before, by their public keys
//! ```

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use lojal_signer::Guard;
use lojal_store::Disk;
use lojal_types::{Action, KeyPair, NodeProof, PublicKey, SetKeys, Validator};

use crate::card::print;
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

/// Makes the next key, with a guard and an entry of its own; the key comes last, so that whoever finds it finds all.
fn make(dir: &NodeDir) -> Result<(), ConfigError> {
    if dir.config()?.signer.is_some() {
        return Err(ConfigError::KeyElsewhere(dir.path().to_owned()));
    }
    let (entry, keys, next) = (dir.entry()?, dir.keys()?, dir.next());
    let path = next.validator_key_path();
    if path.exists() {
        return Err(ConfigError::NextKey(path));
    }
    // What a command left that didn't come to its end was never used.
    match fs::remove_dir_all(next.path()) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(ConfigError::File(next.path().to_owned(), error));
        }
        _ => {}
    }
    fs::create_dir_all(next.path()).map_err(|error| ConfigError::File(next.path().to_owned(), error))?;
    let Validator { name, power, .. } = entry.into_validator();
    let keys = NodeKeys { validator: random_key(), network: keys.network };
    Guard::create(&Disk::real(), &next.guard(), &keys.validator.public_key(), false)?;
    write_new(&next.entry_path(), &keys.entry(name, power).to_toml(), 0o644)?;
    write_key(&path, &keys.validator)?;
    sync(next.path())?;
    sync(dir.path())
}

/// Prints the motion that gives the validator its next key.
fn tell(dir: &NodeDir) -> Result<(), ConfigError> {
    let chain = dir.genesis(&dir.config()?)?.chain_id();
    let (validator, network) = (dir.next().validator_key()?, dir.network_key()?);
    let Validator { name, .. } = dir.entry()?.into_validator();
    let (public_key, network_key) = (validator.public_key(), PublicKey::new(*network.public_key().as_bytes()));
    let bytes = NodeProof::signing_bytes(&chain, &name, &public_key, &network_key);
    let proof = NodeProof { by_validator: validator.sign(&bytes), by_network: network.sign(&bytes) };
    print(Action::SetKeys(SetKeys { name, public_key, network_key, proof }));
    Ok(())
}

/// The next key of a directory, once it is whole.
pub fn next(dir: &NodeDir) -> Result<Option<KeyPair>, ConfigError> {
    let next = dir.next();
    if next.validator_key_path().exists() { next.validator_key().map(Some) } else { Ok(None) }
}

/// Puts the next key in the place of the one before, if the ledger has it among the validators; returns where the one
/// before is then. Whatever moment a crash comes at, it is completed by the next call.
///
/// # Errors
/// When a file can't be moved.
pub fn take_over(dir: &NodeDir, validators: &[Validator]) -> Result<Option<PathBuf>, ConfigError> {
    let Some(key) = next(dir)?.map(|key| key.public_key()) else { return Ok(None) };
    let (own, next) = (dir.validator_key_path(), dir.next());
    // Without the one before, this was begun already.
    let is_due = validators.iter().any(|one| one.public_key == key) || !own.exists();
    if !is_due {
        return Ok(None);
    }
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| ConfigError::File(path, error)
    };
    let guard = Guard::file(&next.guard(), &key);
    if guard.exists() {
        fs::create_dir_all(dir.guard()).map_err(failed(&dir.guard()))?;
        fs::rename(&guard, Guard::file(&dir.guard(), &key)).map_err(failed(&guard))?;
        sync(&dir.guard())?;
    }
    if next.entry_path().exists() {
        fs::rename(next.entry_path(), dir.entry_path()).map_err(failed(&next.entry_path()))?;
    }
    // The engine's log is of what the key before has signed, and the new one has signed nothing.
    match fs::remove_dir_all(dir.consensus_log()) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(&dir.consensus_log())(error)),
        _ => {}
    }
    let retired = dir.path().join("retired");
    let mut before = retired.clone();
    if own.exists() {
        fs::create_dir_all(&retired).map_err(failed(&retired))?;
        before = retired.join(format!("{}.key", dir.validator_key()?.public_key()));
        fs::rename(&own, &before).map_err(failed(&own))?;
        sync(&retired)?;
        sync(dir.path())?;
    }
    fs::rename(next.validator_key_path(), &own).map_err(failed(&next.validator_key_path()))?;
    sync(dir.path())?;
    fs::remove_dir_all(next.path()).map_err(failed(next.path()))?;
    Ok(Some(before))
}

/// Makes durable which files a directory has.
fn sync(directory: &Path) -> Result<(), ConfigError> {
    let synced = File::open(directory).and_then(|file| file.sync_all());
    synced.map_err(|error| ConfigError::File(directory.to_owned(), error))
}

#[cfg(test)]
mod tests;
