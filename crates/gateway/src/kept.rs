//! The things that a gateway keeps for others beside the ledger: their ids, and records in files that are replaced as a
//! whole.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// The id of something that a gateway keeps: 8 random bytes in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeptId([u8; 8]);

/// A text that is no such id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected an id, 16 lower-case hex digits")]
pub(crate) struct KeptIdError;

impl KeptId {
    /// A new one.
    pub(crate) fn random() -> Self {
        Self(rand::random())
    }
}
impl fmt::Display for KeptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
impl FromStr for KeptId {
    type Err = KeptIdError;
    fn from_str(text: &str) -> Result<Self, KeptIdError> {
        let mut bytes = [0; 8];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| KeptIdError)?;
        Some(Self(bytes)).filter(|id| id.to_string() == text).ok_or(KeptIdError)
    }
}

/// A record as its file has it.
pub(crate) struct KeptRecord<R> {
    pub(crate) id: KeptId,
    directory: PathBuf,
    record: Mutex<R>,
}

impl<R: Clone + Serialize + DeserializeOwned> KeptRecord<R> {
    /// Writes a new one, under an id of its own.
    ///
    /// # Errors
    /// When it can't be written.
    pub(crate) fn create(directory: &Path, record: R) -> io::Result<Self> {
        let kept = Self { id: KeptId::random(), directory: directory.to_owned(), record: Mutex::new(record) };
        kept.save(&kept.get())?;
        Ok(kept)
    }
    /// Reads those of a directory. One that can't be read, of a name, is told in the log, and left where it is.
    pub(crate) fn all_in(directory: &Path, name: &str) -> Vec<Self> {
        let read = |(id, bytes): (KeptId, Vec<u8>)| match serde_json::from_slice(&bytes) {
            Ok(record) => Some(Self { id, directory: directory.to_owned(), record: Mutex::new(record) }),
            Err(error) => {
                tracing::error!(%id, %error, "{name} can't be read, and is left out");
                None
            }
        };
        kept_in(directory).filter_map(read).collect()
    }
    /// The record as it is now.
    pub(crate) fn get(&self) -> MutexGuard<'_, R> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Changes it, on the disk first; nothing is changed if that fails, or if it is over.
    ///
    /// # Errors
    /// When it can't be written.
    pub(crate) fn change(&self, is_over: impl FnOnce() -> bool, change: impl FnOnce(&mut R)) -> io::Result<()> {
        let mut record = self.get();
        if is_over() {
            return Ok(());
        }
        let mut changed = record.clone();
        change(&mut changed);
        self.save(&changed)?;
        *record = changed;
        Ok(())
    }
    fn save(&self, record: &R) -> io::Result<()> {
        replace(&self.directory, self.id, &serde_json::to_vec(record)?)
    }
    /// Removes its file.
    ///
    /// # Errors
    /// When it can't be removed, or isn't there.
    pub(crate) fn delete(&self) -> io::Result<()> {
        fs::remove_file(self.directory.join(format!("{}.json", self.id)))
    }
}

/// Writes a file of JSON so that it is there as a whole, before or after, whatever happens, and for its owner alone.
fn replace(directory: &Path, id: KeptId, bytes: &[u8]) -> io::Result<()> {
    let (path, new) = (directory.join(format!("{id}.json")), directory.join(format!("{id}.new")));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, &path)?;
    File::open(directory)?.sync_all()
}

/// The files of a directory that are named by an id; none if there is no directory. What a crash has left of one that
/// was never in its place is removed.
fn kept_in(directory: &Path) -> impl Iterator<Item = (KeptId, Vec<u8>)> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::error!(path = %directory.display(), %error, "its files can't be listed, and are left out");
            None
        }
        entries => entries.ok(),
    };
    entries.into_iter().flatten().flatten().filter_map(|entry| {
        let path = entry.path();
        let (id, ending) = path.file_name()?.to_str()?.split_once('.')?;
        let id = id.parse().ok()?;
        let file = match ending {
            "json" => fs::read(&path).map(Some),
            "new" => fs::remove_file(&path).map(|()| None),
            _ => return None,
        };
        file.unwrap_or_else(|error| {
            tracing::error!(path = %path.display(), %error, "a file can't be read or removed, and is left out");
            None
        })
        .map(|bytes| (id, bytes))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_files_are_left_where_they_are_and_half_ones_of_a_crash_go() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let kept = KeptRecord::create(directory.path(), "one".to_owned()).expect("written");
        let file = |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes).expect("written");
        file("00000000000000aa.json", b"\"two");
        file("00000000000000bb.json", &[0xff; 9]);
        file("00000000000000cc.new", b"\"thr");
        file("vapid.new", b"another's");
        fs::create_dir(directory.path().join("00000000000000dd.json")).expect("made");
        let read: Vec<KeptRecord<String>> = KeptRecord::all_in(directory.path(), "a text");
        let read: Vec<(KeptId, String)> = read.iter().map(|kept| (kept.id, kept.get().clone())).collect();
        assert_eq!(read, [(kept.id, "one".to_owned())]);
        let there = |name: &str| directory.path().join(name).exists();
        assert!(there("00000000000000aa.json") && there("00000000000000bb.json") && there("vapid.new"));
        assert!(!there("00000000000000cc.new"));
        assert!(KeptRecord::<String>::all_in(&directory.path().join("none"), "a text").is_empty());
    }

    #[test]
    fn an_id_has_one_text() {
        let id = KeptId([0xab; 8]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in ["", "abab", "ABABABABABABABAB", "abababababababaz", "../../../etc/pass"] {
            assert_eq!(wrong.parse::<KeptId>(), Err(KeptIdError), "{wrong}");
        }
    }
}
