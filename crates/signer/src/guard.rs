//! The guard: the key, and the file that remembers what was signed with it.
//!
//! Its directory is no part of the data, so that whoever deletes or restores the data leaves it alone. Every record is
//! on the disk before the signature in it is given out. An opening writes the file anew, so that it rests on nothing
//! that an earlier process may not have made durable.

mod transfer;

use std::fs::File;
use std::path::{Path, PathBuf};

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_store::{AppendFile, Disk, StoreError, framed, lock};
use lojal_types::{ChainId, Height, KeyPair, PublicKey, Readiness, Signature};

use crate::error::GuardError;
use crate::limits::GUARD_BYTES_MAX;
use crate::memory::{Answer, Memory, Verdict};
use crate::record::{Header, Record, State, VERSION, read};
use crate::statement::{Signed, Statement};

pub use transfer::Floor;

/// A validator's key with its guard.
#[derive(Debug)]
pub struct Guard {
    disk: Disk,
    path: PathBuf,
    key: KeyPair,
    chain: ChainId,
    memory: Memory,
    file: AppendFile,
    is_poisoned: bool,
    /// Held as long as this lives.
    _lock: File,
}

/// The standing of a guard, as far as those need it who decide whether to ask it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Standing {
    /// The height below which nothing is signed.
    pub height: Height,
    /// True if something else was signed at that height than was asked for.
    pub has_strayed: bool,
    /// True if more may have been signed than the guard knows.
    pub is_doubtful: bool,
}

/// The word of an operator about a guard that was brought from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adoption {
    /// It is the only one, and nothing was signed since.
    Moved,
    /// The original may have signed more.
    Copied,
}

/// A guard's file as it was read.
struct Read {
    header: Header,
    memory: Memory,
}

impl Guard {
    /// Makes the guard of a key with which nothing was signed yet; of one with which much may have been signed that
    /// nobody knows of, if it `is_doubtful`.
    ///
    /// # Errors
    /// When there is one already, another process has the directory, or the disk refuses.
    pub fn create(disk: &Disk, directory: &Path, key: &PublicKey, is_doubtful: bool) -> Result<(), GuardError> {
        let _lock = take(disk, directory)?;
        let path = path_of(directory, key);
        if disk.exists(&path)? {
            return Err(GuardError::Exists(path));
        }
        let mut memory = Memory::default();
        memory.state.is_doubtful = is_doubtful;
        write_anew(disk, &path, key, None, &memory).map(|_| ())
    }

    /// Opens the guard of a key for a network. From now on no other process can.
    ///
    /// # Errors
    /// When it is missing, another key's or network's, a copy, damaged, in use, or can't be written.
    pub fn open(disk: &Disk, directory: &Path, key: KeyPair, chain: ChainId) -> Result<Self, GuardError> {
        let path = path_of(directory, &key.public_key());
        if !disk.exists(&path)? {
            return Err(GuardError::Missing(path));
        }
        let lock = take(disk, directory)?;
        let Read { header, memory } = load(disk, &path)?;
        if header.key != key.public_key() {
            return Err(GuardError::OtherKey(path));
        }
        if let Some(found) = header.chain.filter(|found| *found != chain) {
            return Err(GuardError::OtherChain { path, found, expected: chain });
        }
        if header.file != disk.identity(&path)? {
            return Err(GuardError::Copied(path));
        }
        let file = write_anew(disk, &path, &header.key, Some(chain), &memory)?;
        let mut guard = Self { disk: disk.clone(), path, key, chain, memory, file, is_poisoned: false, _lock: lock };
        guard.enter();
        Ok(guard)
    }

    /// Takes a guard over that was brought from elsewhere.
    ///
    /// # Errors
    /// When there is none, it is damaged, in use, or can't be written.
    pub fn adopt(disk: &Disk, directory: &Path, key: &PublicKey, adoption: Adoption) -> Result<Standing, GuardError> {
        let path = path_of(directory, key);
        if !disk.exists(&path)? {
            return Err(GuardError::Missing(path));
        }
        let _lock = take(disk, directory)?;
        let Read { header, mut memory } = load(disk, &path)?;
        if header.key != *key {
            return Err(GuardError::OtherKey(path));
        }
        memory.state.is_doubtful |= adoption == Adoption::Copied;
        write_anew(disk, &path, key, header.chain, &memory)?;
        Ok(standing(&memory))
    }

    /// Reads a guard that may be in use: its standing, and the statements at its height.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub fn look(disk: &Disk, directory: &Path, key: &PublicKey) -> Result<(Standing, Vec<Signed>), GuardError> {
        let path = path_of(directory, key);
        if !disk.exists(&path)? {
            return Err(GuardError::Missing(path));
        }
        let Read { memory, .. } = load(disk, &path)?;
        Ok((standing(&memory), memory.signed().copied().collect()))
    }

    /// The file of a key's guard in a directory.
    pub fn file(directory: &Path, key: &PublicKey) -> PathBuf {
        path_of(directory, key)
    }

    /// The key that it signs with.
    pub fn public_key(&self) -> PublicKey {
        self.key.public_key()
    }

    /// The network that it signs for.
    pub fn chain(&self) -> ChainId {
        self.chain
    }

    /// Its standing.
    pub fn standing(&self) -> Standing {
        standing(&self.memory)
    }

    /// An engine begins to ask, which may not know what an earlier one has signed.
    pub fn enter(&mut self) {
        self.memory.enter();
    }

    /// Signs a statement, or what may be signed in its place. It is on the disk before this returns.
    ///
    /// # Errors
    /// When the statement isn't this key's to sign, or the disk refuses; then nothing is signed any more.
    pub fn sign(&mut self, statement: &Statement) -> Result<Answer, GuardError> {
        if self.is_poisoned {
            return Err(GuardError::Poisoned);
        }
        let slot = statement.slot().ok_or(GuardError::Misuse("a statement outside of any round"))?;
        if statement.validator() != self.key.address() {
            return Err(GuardError::Misuse("another validator's statement"));
        }
        match self.memory.judge(statement, slot) {
            Verdict::New => self.sign_new(*statement).map(Answer::Signed),
            Verdict::ForNoBlock(vote) => {
                self.stray()?;
                self.sign_new(Statement::Vote(vote)).map(Answer::Instead)
            }
            Verdict::Known(signed) => Ok(Answer::Signed(signed)),
            Verdict::Earlier(signed) => {
                self.stray()?;
                Ok(Answer::Instead(signed))
            }
            Verdict::Withheld => Ok(Answer::Withheld),
            Verdict::Below(height) => Ok(Answer::Below(height)),
        }
    }

    /// Signs that the node runs. That contradicts nothing, so it isn't remembered: its bytes begin with a tag of their
    /// own, and no vote or proposal has them.
    pub fn live(&self, readiness: &Readiness) -> Signature {
        self.key.sign(&readiness.signing_bytes(&self.chain))
    }

    /// The validator is past every height at which it can have signed: it is no longer doubtful.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn settle(&mut self, height: Height) -> Result<(), GuardError> {
        if height > self.memory.state.height {
            self.memory.begin(height);
        }
        self.memory.state.is_doubtful = false;
        self.keep(&Record::State(self.memory.state))
    }

    /// Remembers that the engine's own log of this height doesn't say what was signed.
    fn stray(&mut self) -> Result<(), GuardError> {
        if self.memory.state.has_strayed {
            return Ok(());
        }
        self.memory.state.has_strayed = true;
        self.keep(&Record::State(self.memory.state))
    }

    fn sign_new(&mut self, statement: Statement) -> Result<Signed, GuardError> {
        let signed = Signed { statement, signature: self.key.sign(&statement.signing_bytes(&self.chain)) };
        self.memory.remember(signed);
        self.keep(&Record::Signed(signed))?;
        Ok(signed)
    }

    fn keep(&mut self, record: &Record) -> Result<(), GuardError> {
        if self.is_poisoned {
            return Err(GuardError::Poisoned);
        }
        let kept = self.append(record);
        self.is_poisoned = kept.is_err();
        kept
    }

    fn append(&mut self, record: &Record) -> Result<(), GuardError> {
        self.file.append(&[&framed::write(record)])?;
        self.file.sync()?;
        if self.file.size() > GUARD_BYTES_MAX {
            self.file = write_anew(&self.disk, &self.path, &self.key.public_key(), Some(self.chain), &self.memory)?;
        }
        Ok(())
    }
}

fn standing(memory: &Memory) -> Standing {
    let state = memory.state;
    Standing { height: state.height, has_strayed: state.has_strayed, is_doubtful: state.is_doubtful }
}

fn path_of(directory: &Path, key: &PublicKey) -> PathBuf {
    directory.join(key.to_string())
}

/// Makes the directory and takes its lock.
fn take(disk: &Disk, directory: &Path) -> Result<File, GuardError> {
    disk.create_directory(directory)?;
    lock(directory).map_err(|error| match error {
        StoreError::Locked(_) => GuardError::Locked(directory.to_owned()),
        other => GuardError::Disk(other),
    })
}

fn load(disk: &Disk, path: &Path) -> Result<Read, GuardError> {
    let bytes = disk.read_whole(path)?.ok_or_else(|| GuardError::Missing(path.to_owned()))?;
    let damaged = |offset| GuardError::Damaged { path: path.to_owned(), offset };
    let records = read(&bytes).map_err(|fault| damaged(fault.offset))?;
    let Some((Record::Header(header), rest)) = records.split_first() else { return Err(damaged(0)) };
    if header.version != VERSION {
        return Err(GuardError::Version { path: path.to_owned(), found: header.version });
    }
    let mut memory = Memory::default();
    for record in rest {
        match record {
            Record::Header(_) => {}
            Record::State(state) => memory.restore(*state),
            Record::Signed(signed) => memory.remember(*signed),
        }
    }
    Ok(Read { header: *header, memory })
}

/// Writes the file anew beside its place and moves it there, durably: a crash leaves the old one or the new one.
fn write_anew(
    disk: &Disk,
    path: &Path,
    key: &PublicKey,
    chain: Option<ChainId>,
    memory: &Memory,
) -> Result<AppendFile, GuardError> {
    let beside = path.with_extension("new");
    disk.remove(&beside)?;
    let mut file = disk.create(&beside)?;
    let header = Header { version: VERSION, key: *key, chain, file: disk.identity(&beside)? };
    let signed = memory.signed().map(|signed| Record::Signed(*signed));
    let records = [Record::Header(header), Record::State(memory.state)].into_iter().chain(signed);
    let bytes: Vec<u8> = records.flat_map(|record| framed::write(&record)).collect();
    file.append(&[&bytes])?;
    file.sync()?;
    disk.rename(&beside, path)?;
    path.parent().map_or(Ok(()), |directory| disk.sync_directory(directory))?;
    Ok(disk.open_to_append(path)?)
}

#[cfg(test)]
mod tests;
