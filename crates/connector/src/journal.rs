//! The journal on disk: records one after the other, each with its length and checksum, and each synced before anybody
//! is told of it. An opening writes the file anew, so that it rests on nothing that an earlier process may not have
//! made durable.

use std::fs::File;
use std::path::{Path, PathBuf};

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_store::{AppendFile, Disk, StoreError, framed, lock};
use lojal_types::{Address, BrandId, ChainId};
use thiserror::Error;

use crate::entry::{Call, Entry, Payment};
use crate::limits::{JOURNAL_SLACK_BYTES, RECORD_BYTES_MAX};

/// The version of the format.
const VERSION: u16 = 2;
/// The bytes that are written at once when the file is written anew.
const BUFFER_BYTES: usize = 1024 * 1024;
const FILE: &str = "journal";
const BESIDE: &str = "journal.new";

/// A thing that is kept; the last one of its id counts.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) enum Item {
    Entry(Box<Entry>),
    Payment(Box<Payment>),
    Call(Box<Call>),
}

/// The owner of a journal.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Owner {
    pub(crate) chain: ChainId,
    pub(crate) brand: BrandId,
    pub(crate) account: Address,
}

/// A record: what is written and synced at once.
#[derive(BorshSerialize, BorshDeserialize)]
enum Record {
    /// The first one, and no other.
    Header(u16, Owner),
    Items(Vec<Item>),
}

/// A fault of the journal.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The disk refuses.
    #[error(transparent)]
    Disk(#[from] StoreError),
    /// Another process has it.
    #[error(
        "{} is in use by another lojal-connect: wait until that one has ended, or stop it, and start again",
        .0.display()
    )]
    Locked(PathBuf),
    /// Not what was written.
    #[error(
        "{} is damaged at byte {offset}: stop here, keep the file, and start with a new directory and the same wallet; \
         the ledger refuses what was done before, and answers for it",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The place of the first byte that is no part of a record.
        offset: usize,
    },
    /// Another program wrote it.
    #[error(
        "{} has version {found}, but this program knows version {VERSION}: use the program that wrote it, or start \
         with a new directory and the same wallet",
        path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u16,
    },
    /// Another network's, brand's or account's.
    #[error("{} belongs to another network, brand or operator: use another directory", .0.display())]
    Other(PathBuf),
    /// An earlier fault.
    #[error("the journal could not be written before: start again, which reads what is on the disk")]
    Poisoned,
}

/// The file, open to be appended to.
#[derive(Debug)]
pub(crate) struct Journal {
    disk: Disk,
    path: PathBuf,
    owner: Owner,
    file: Option<AppendFile>,
    /// The size at which it is written anew.
    full_bytes: u64,
    is_poisoned: bool,
    /// Held as long as this lives.
    _lock: File,
}

impl Journal {
    /// Opens the one of a directory, and gives what is in it. Nothing can be appended before it is written anew.
    ///
    /// # Errors
    /// When it is in use, damaged, or somebody else's, or the disk refuses.
    pub(crate) fn open(disk: &Disk, directory: &Path, owner: Owner) -> Result<(Self, Vec<Item>), JournalError> {
        disk.create_directory(directory)?;
        let lock = lock(directory).map_err(|error| match error {
            StoreError::Locked(directory) => JournalError::Locked(directory),
            error => JournalError::Disk(error),
        })?;
        let path = directory.join(FILE);
        let items = match disk.read_whole(&path)? {
            Some(bytes) => read(&bytes, &path, &owner)?,
            None => Vec::new(),
        };
        let (disk, full_bytes) = (disk.clone(), 0);
        Ok((Self { disk, path, owner, file: None, full_bytes, is_poisoned: false, _lock: lock }, items))
    }
    /// Appends items, which are durable when this returns.
    ///
    /// # Errors
    /// When the disk refuses; then nothing is appended any more, since nobody knows what is on it.
    pub(crate) fn append(&mut self, items: &[Item]) -> Result<(), JournalError> {
        let Some(file) = self.file.as_mut().filter(|_| !self.is_poisoned) else { return Err(JournalError::Poisoned) };
        let bytes = framed::write(&Record::Items(items.to_vec()));
        let appended = file.append(&[&bytes]).and_then(|()| file.sync());
        self.is_poisoned = appended.is_err();
        Ok(appended?)
    }
    /// True if it has grown so much that it should be written anew.
    pub(crate) fn is_full(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.size() > self.full_bytes)
    }
    /// Writes it anew beside its place and moves it there, durably: a crash leaves the old one or the new one.
    ///
    /// # Errors
    /// As for [`Journal::append`].
    pub(crate) fn write_anew(&mut self, items: impl Iterator<Item = Item>) -> Result<(), JournalError> {
        if self.is_poisoned {
            return Err(JournalError::Poisoned);
        }
        let written = self.write_file(items);
        self.is_poisoned = written.is_err();
        self.file = Some(written?);
        Ok(())
    }
    fn write_file(&mut self, items: impl Iterator<Item = Item>) -> Result<AppendFile, StoreError> {
        let beside = self.path.with_file_name(BESIDE);
        self.disk.remove(&beside)?;
        let mut file = self.disk.create(&beside)?;
        file.append(&[&framed::write(&Record::Header(VERSION, self.owner.clone()))])?;
        let mut buffer = Vec::new();
        for item in items {
            buffer.extend(framed::write(&Record::Items(vec![item])));
            if buffer.len() > BUFFER_BYTES {
                file.append(&[&std::mem::take(&mut buffer)])?;
            }
        }
        file.append(&[&buffer])?;
        file.sync()?;
        self.disk.rename(&beside, &self.path)?;
        self.path.parent().map_or(Ok(()), |directory| self.disk.sync_directory(directory))?;
        let file = self.disk.open_to_append(&self.path)?;
        self.full_bytes = file.size().saturating_mul(2).saturating_add(JOURNAL_SLACK_BYTES);
        Ok(file)
    }
}

/// Reads the items of a file, without the record that a crash has left unfinished at its end: nobody was told of it.
fn read(bytes: &[u8], path: &Path, owner: &Owner) -> Result<Vec<Item>, JournalError> {
    let damaged = |offset| JournalError::Damaged { path: path.to_owned(), offset };
    let Some((Record::Header(version, found), mut offset)) = framed::read(bytes, RECORD_BYTES_MAX) else {
        return Err(damaged(0));
    };
    if version != VERSION {
        return Err(JournalError::Version { path: path.to_owned(), found: version });
    }
    if found != *owner {
        return Err(JournalError::Other(path.to_owned()));
    }
    let mut items = Vec::new();
    while offset < bytes.len() {
        match framed::read(&bytes[offset..], RECORD_BYTES_MAX) {
            Some((Record::Items(more), length)) => {
                items.extend(more);
                offset += length;
            }
            None if framed::is_last::<Record>(&bytes[offset..], RECORD_BYTES_MAX) => break,
            Some((Record::Header(..), _)) | None => return Err(damaged(offset)),
        }
    }
    Ok(items)
}

#[cfg(test)]
mod tests;
