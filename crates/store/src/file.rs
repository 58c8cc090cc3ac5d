//! Every operation on files and directories, but for those that sled does itself.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// A file that only grows, and whose growth is made durable on demand.
#[derive(Debug)]
pub(crate) struct AppendFile {
    file: File,
    path: PathBuf,
    len: u64,
    #[cfg(test)]
    pub(crate) fault: Option<Fault>,
}

/// What a test makes go wrong.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The disk is full after this many bytes more.
    FullAfter(usize),
    /// The next sync fails.
    Sync,
}

impl AppendFile {
    /// Makes a new file; there must be none.
    pub(crate) fn create(path: &Path) -> Result<Self, StoreError> {
        let file =
            OpenOptions::new().append(true).create_new(true).open(path).map_err(StoreError::io("create", path))?;
        Ok(Self::new(file, path, 0))
    }

    /// Opens a file to append to it.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let file = OpenOptions::new().append(true).open(path).map_err(StoreError::io("open", path))?;
        let len = file.metadata().map_err(StoreError::io("read the size of", path))?.len();
        Ok(Self::new(file, path, len))
    }

    fn new(file: File, path: &Path, len: u64) -> Self {
        Self {
            file,
            path: path.to_owned(),
            len,
            #[cfg(test)]
            fault: None,
        }
    }

    /// Where the next byte goes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Appends the parts one after the other. After an error, any part of them may be in the file.
    pub(crate) fn append(&mut self, parts: &[&[u8]]) -> Result<(), StoreError> {
        for part in parts {
            self.write(part).map_err(StoreError::io("append to", &self.path))?;
            self.len += part.len() as u64;
        }
        Ok(())
    }

    fn write(&mut self, part: &[u8]) -> io::Result<()> {
        #[cfg(test)]
        if let Some(Fault::FullAfter(room)) = &mut self.fault {
            let fits = part.len().min(*room);
            *room -= fits;
            self.file.write_all(&part[..fits])?;
            return if fits == part.len() { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) };
        }
        self.file.write_all(part)
    }

    /// Makes everything appended so far durable (fdatasync). After an error nobody knows what is.
    pub(crate) fn sync(&mut self) -> Result<(), StoreError> {
        #[cfg(test)]
        if self.fault == Some(Fault::Sync) {
            let source = io::Error::other("injected");
            return Err(StoreError::Io { action: "sync", path: self.path.clone(), source });
        }
        self.file.sync_data().map_err(StoreError::io("sync", &self.path))
    }
}

/// Makes a directory and those above it, unless it is there; durably, if the one above it was.
pub(crate) fn create_directory(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(path).map_err(StoreError::io("create the directory", path))?;
    let above = path.canonicalize().map_err(StoreError::io("resolve", path))?;
    above.parent().map_or(Ok(()), sync_directory)
}

/// Makes the entries of a directory durable.
pub(crate) fn sync_directory(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(StoreError::io("sync the directory", path))
}

/// Takes the lock file for as long as the answer lives.
pub(crate) fn lock(directory: &Path) -> Result<File, StoreError> {
    let path = directory.join("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(StoreError::io("open the lock file", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(directory.to_owned())),
        Err(TryLockError::Error(source)) => Err(StoreError::Io { action: "lock", path, source }),
    }
}

/// The names in a directory that are valid text.
pub(crate) fn names(directory: &Path) -> Result<Vec<String>, StoreError> {
    let list = || -> io::Result<Vec<String>> {
        let names = fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name().into_string().ok()));
        names.filter_map(Result::transpose).collect()
    };
    list().map_err(StoreError::io("list", directory))
}

/// Whether there is something at a path.
pub(crate) fn exists(path: &Path) -> Result<bool, StoreError> {
    path.try_exists().map_err(StoreError::io("look for", path))
}

/// The size of a file.
pub(crate) fn len(path: &Path) -> Result<u64, StoreError> {
    Ok(fs::metadata(path).map_err(StoreError::io("read the size of", path))?.len())
}

/// Opens a file to read it from `offset` on.
pub(crate) fn read_from(path: &Path, offset: u64) -> Result<File, StoreError> {
    let mut file = File::open(path).map_err(StoreError::io("open", path))?;
    file.seek(SeekFrom::Start(offset)).map_err(StoreError::io("read", path))?;
    Ok(file)
}

/// Cuts a file off, durably.
pub(crate) fn truncate(path: &Path, len: u64) -> Result<(), StoreError> {
    let cut = || -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(len)?;
        file.sync_all()
    };
    cut().map_err(StoreError::io("truncate", path))
}

/// Gives a file or directory another name; replaces a file of that name.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(StoreError::io("rename", from))
}

/// Gives a file a second name.
pub(crate) fn link(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::hard_link(from, to).map_err(StoreError::io("link", from))
}

/// Writes the first `len` bytes of a file into another, durably.
pub(crate) fn copy_start(from: &Path, to: &Path, len: u64) -> Result<(), StoreError> {
    let copy = || -> io::Result<()> {
        let mut target = File::create(to)?;
        io::copy(&mut File::open(from)?.take(len), &mut target)?;
        target.sync_all()
    };
    copy().map_err(StoreError::io("copy", from))
}

/// Makes a file, durably, or appends to it; returns its size after that.
pub(crate) fn mark(path: &Path, content: &[u8]) -> Result<u64, StoreError> {
    let write = || -> io::Result<u64> {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        file.write_all(content)?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    };
    let bytes = write().map_err(StoreError::io("write", path))?;
    path.parent().map_or(Ok(()), sync_directory)?;
    Ok(bytes)
}

/// Writes a file, durably; after an error or a crash it may hold any part of the bytes.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let write = || -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(StoreError::io("write", path))?;
    path.parent().map_or(Ok(()), sync_directory)
}

/// Reads a file, if it is there.
pub(crate) fn read_whole(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("read", path)(error)),
    }
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::Io { action: "remove", path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// Makes every file and directory under a path durable. Files that vanish meanwhile are nobody's any more.
pub(crate) fn sync_tree(path: &Path) -> Result<(), StoreError> {
    let sync = || -> io::Result<()> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        file.sync_all()
    };
    if path.is_dir() {
        for name in names(path)? {
            sync_tree(&path.join(name))?;
        }
    }
    sync().map_err(StoreError::io("sync", path))
}
