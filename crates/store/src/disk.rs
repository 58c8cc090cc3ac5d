//! Every operation on files and directories, but for those that sled does itself.

mod crash;
mod faults;
mod identity;
mod simulated;
mod space;
#[cfg(test)]
mod tests;
mod tracking;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::num::NonZeroU64;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Advice, fadvise};

use crate::error::StoreError;
pub use crash::IndexAfterCrash;
pub use faults::Faults;
pub use identity::FileIdentity;
pub use simulated::SimulatedDisk;

const COPY_BYTES: usize = 256 * 1024;

/// The disk of a store's files: the operating system's file system, unless it is that of a [`SimulatedDisk`].
#[derive(Clone, Debug, Default)]
pub struct Disk {
    simulated: Option<SimulatedDisk>,
}

/// A file that only grows, and whose growth is made durable on demand.
#[derive(Debug)]
pub struct AppendFile {
    disk: Disk,
    file: File,
    path: PathBuf,
    len: u64,
}

impl AppendFile {
    /// The place of the next byte.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The size of the file, in bytes.
    pub fn size(&self) -> u64 {
        self.len
    }

    /// Appends the parts one after the other. After an error, any part of them may be in the file.
    pub fn append(&mut self, parts: &[&[u8]]) -> Result<(), StoreError> {
        for part in parts {
            self.disk.write(&mut self.file, &self.path, part).map_err(StoreError::io("append to", &self.path))?;
            self.len += part.len() as u64;
        }
        Ok(())
    }

    /// Makes everything appended so far durable (fdatasync). After an error nobody knows what is.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        let synced = match &self.disk.simulated {
            Some(simulated) => simulated.sync(&self.path),
            None => self.file.sync_data(),
        };
        synced.map_err(StoreError::io("sync", &self.path))
    }
}

/// A file that is read.
#[derive(Debug)]
pub(crate) struct ReadFile {
    disk: Disk,
    file: File,
}

impl Read for ReadFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(simulated) = &self.disk.simulated {
            simulated.read()?;
        }
        self.file.read(buffer)
    }
}

impl ReadFile {
    /// Fills the buffer with what is at a place, wherever the file is read otherwise.
    pub(crate) fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        if let Some(simulated) = &self.disk.simulated {
            simulated.read()?;
        }
        self.file.read_exact_at(buffer, offset)
    }

    /// Tells the operating system that a part of the file will be read soon.
    pub(crate) fn prepare(&self, offset: u64, len: u64) {
        if self.disk.simulated.is_none() {
            // Without that, reading it takes longer.
            let _ = fadvise(&self.file, offset, NonZeroU64::new(len), Advice::WillNeed);
        }
    }
}

impl Disk {
    /// The operating system's file system.
    pub fn real() -> Self {
        Self::default()
    }

    /// True if it is that of a [`SimulatedDisk`].
    pub(crate) fn is_simulated(&self) -> bool {
        self.simulated.is_some()
    }

    /// Makes a new file to append to; there must be none.
    pub fn create(&self, path: &Path) -> Result<AppendFile, StoreError> {
        self.new_file(path, OpenOptions::new().append(true).create_new(true))
            .map(|file| AppendFile { disk: self.clone(), file, path: path.to_owned(), len: 0 })
            .map_err(StoreError::io("create", path))
    }

    /// Opens a file to append to it.
    pub fn open_to_append(&self, path: &Path) -> Result<AppendFile, StoreError> {
        let file = OpenOptions::new().append(true).open(path).map_err(StoreError::io("open", path))?;
        Ok(AppendFile { disk: self.clone(), file, path: path.to_owned(), len: self.len(path)? })
    }

    /// Makes a directory and those above it, unless it is there; durably, if the one above it was.
    pub fn create_directory(&self, path: &Path) -> Result<(), StoreError> {
        if path.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(path).map_err(StoreError::io("create the directory", path))?;
        let above = path.canonicalize().map_err(StoreError::io("resolve", path))?;
        above.parent().map_or(Ok(()), |above| self.sync_directory(above))
    }

    /// The identity of a file. On a simulated disk all have the same, since a power cut makes its files anew.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn identity(&self, path: &Path) -> Result<FileIdentity, StoreError> {
        match &self.simulated {
            Some(_) => Ok(FileIdentity::SIMULATED),
            None => FileIdentity::of(path).map_err(StoreError::io("look at", path)),
        }
    }

    /// Makes the entries of a directory durable.
    pub fn sync_directory(&self, path: &Path) -> Result<(), StoreError> {
        let synced = match &self.simulated {
            Some(simulated) => simulated.sync_directory(path),
            None => File::open(path).and_then(|directory| directory.sync_all()),
        };
        synced.map_err(StoreError::io("sync the directory", path))
    }

    /// The names in a directory that are valid text.
    pub(crate) fn names(&self, directory: &Path) -> Result<Vec<String>, StoreError> {
        let list = || -> io::Result<Vec<String>> {
            self.look()?;
            let names = fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name().into_string().ok()));
            names.filter_map(Result::transpose).collect()
        };
        list().map_err(StoreError::io("list", directory))
    }

    /// True if there is something at a path.
    pub fn exists(&self, path: &Path) -> Result<bool, StoreError> {
        self.look().and_then(|()| path.try_exists()).map_err(StoreError::io("look for", path))
    }

    /// The size of a file.
    pub(crate) fn len(&self, path: &Path) -> Result<u64, StoreError> {
        let metadata = self.look().and_then(|()| fs::metadata(path));
        Ok(metadata.map_err(StoreError::io("read the size of", path))?.len())
    }

    /// Opens a file to read it from `offset` on.
    pub(crate) fn read_from(&self, path: &Path, offset: u64) -> Result<ReadFile, StoreError> {
        let mut file = self.look().and_then(|()| File::open(path)).map_err(StoreError::io("open", path))?;
        file.seek(SeekFrom::Start(offset)).map_err(StoreError::io("read", path))?;
        Ok(ReadFile { disk: self.clone(), file })
    }

    /// Cuts a file off, durably.
    pub(crate) fn truncate(&self, path: &Path, len: u64) -> Result<(), StoreError> {
        let cut = || -> io::Result<()> {
            let file = OpenOptions::new().write(true).open(path)?;
            if let Some(simulated) = &self.simulated {
                simulated.truncate(path, len)?;
            }
            file.set_len(len)?;
            self.sync(&file, path)
        };
        cut().map_err(StoreError::io("truncate", path))
    }

    /// Makes what is in a file from `offset` on durable, even if an earlier attempt failed: after that, the operating
    /// system may hold for written what isn't, and would sync nothing if it were not written again.
    pub(crate) fn rewrite(&self, path: &Path, offset: u64) -> Result<(), StoreError> {
        let rewrite = || -> io::Result<()> {
            let file = OpenOptions::new().read(true).write(true).open(path)?;
            let (mut buffer, mut at) = (vec![0; COPY_BYTES], offset);
            loop {
                self.look()?;
                let read = file.read_at(&mut buffer, at)?;
                if read == 0 {
                    break;
                }
                if let Some(simulated) = &self.simulated {
                    simulated.write(path, 0).1.map_or(Ok(()), Err)?;
                }
                file.write_all_at(&buffer[..read], at)?;
                at = at.saturating_add(read as u64);
            }
            self.sync(&file, path)?;
            if let Some(simulated) = &self.simulated {
                simulated.rewritten(path, offset);
            }
            Ok(())
        };
        rewrite().map_err(StoreError::io("write again", path))
    }

    /// Writes over what is in a file, durably; after an error or a crash the place may hold any part of the bytes, of
    /// what was there before, or of neither.
    pub(crate) fn overwrite(&self, path: &Path, offset: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let overwrite = || -> io::Result<()> {
            let file = OpenOptions::new().write(true).open(path)?;
            match &self.simulated {
                Some(simulated) => simulated.overwrite(&file, path, offset, bytes)?,
                None => file.write_all_at(bytes, offset)?,
            }
            self.sync(&file, path)
        };
        overwrite().map_err(StoreError::io("write over", path))
    }

    /// Gives a file or directory another name; replaces a file of that name.
    pub fn rename(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        let renamed = match &self.simulated {
            Some(simulated) => simulated.rename(from, to),
            None => fs::rename(from, to),
        };
        renamed.map_err(StoreError::io("rename", from))
    }

    /// Gives a file a second name.
    pub(crate) fn link(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        let linked = match &self.simulated {
            Some(simulated) => simulated.link(from, to),
            None => fs::hard_link(from, to),
        };
        linked.map_err(StoreError::io("link", from))
    }

    /// Writes the first `len` bytes of a file into another, durably.
    pub(crate) fn copy_start(&self, from: &Path, to: &Path, len: u64) -> Result<(), StoreError> {
        let copy = || -> io::Result<()> {
            let mut target = self.empty_file(to)?;
            let mut source = ReadFile { disk: self.clone(), file: File::open(from)? }.take(len);
            let mut buffer = vec![0; COPY_BYTES];
            loop {
                match source.read(&mut buffer)? {
                    0 => return self.sync(&target, to),
                    read => self.write(&mut target, to, &buffer[..read])?,
                }
            }
        };
        copy().map_err(StoreError::io("copy", from))
    }

    /// Makes a file, durably, or appends to it; returns its size after that.
    pub(crate) fn mark(&self, path: &Path, content: &[u8]) -> Result<u64, StoreError> {
        let write = || -> io::Result<u64> {
            let mut file = self.new_file(path, OpenOptions::new().create(true).append(true))?;
            self.write(&mut file, path, content)?;
            self.sync(&file, path)?;
            Ok(file.metadata()?.len())
        };
        let bytes = write().map_err(StoreError::io("write", path))?;
        path.parent().map_or(Ok(()), |above| self.sync_directory(above))?;
        Ok(bytes)
    }

    /// Writes a file, durably; after an error or a crash it may hold any part of the bytes.
    pub(crate) fn write_whole(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let write = || -> io::Result<()> {
            let mut file = self.empty_file(path)?;
            self.write(&mut file, path, bytes)?;
            self.sync(&file, path)
        };
        write().map_err(StoreError::io("write", path))?;
        path.parent().map_or(Ok(()), |above| self.sync_directory(above))
    }

    /// Reads a file, if it is there.
    pub fn read_whole(&self, path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
        let read = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            ReadFile { disk: self.clone(), file: File::open(path)? }.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        match self.look().and_then(|()| read()) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io("read", path)(error)),
        }
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, path: &Path) -> Result<(), StoreError> {
        let removed = match &self.simulated {
            Some(simulated) => simulated.remove(path),
            None => fs::remove_file(path),
        };
        match removed {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(StoreError::io("remove", path)(source)),
            _ => Ok(()),
        }
    }

    /// Makes every file and directory under a path durable. Files that vanish meanwhile are nobody's any more.
    pub(crate) fn sync_tree(&self, path: &Path) -> Result<(), StoreError> {
        if let Some(simulated) = &self.simulated {
            return simulated.sync_tree(path).map_err(StoreError::io("sync", path));
        }
        if path.is_dir() {
            for name in self.names(path)? {
                self.sync_tree(&path.join(name))?;
            }
        }
        let synced = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened.and_then(|file| file.sync_all()),
        };
        synced.map_err(StoreError::io("sync", path))
    }

    /// Opens a file to write it from the start.
    fn empty_file(&self, path: &Path) -> io::Result<File> {
        if let Some(simulated) = &self.simulated
            && path.exists()
        {
            simulated.truncate(path, 0)?;
        }
        self.new_file(path, OpenOptions::new().write(true).create(true).truncate(true))
    }

    fn new_file(&self, path: &Path, options: &OpenOptions) -> io::Result<File> {
        match &self.simulated {
            Some(simulated) => simulated.create(path, options),
            None => options.open(path),
        }
    }

    fn write(&self, file: &mut File, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let Some(simulated) = &self.simulated else { return file.write_all(bytes) };
        let (granted, refused) = simulated.write(path, bytes.len());
        file.write_all(&bytes[..granted])?;
        refused.map_or(Ok(()), Err)
    }

    fn sync(&self, file: &File, path: &Path) -> io::Result<()> {
        match &self.simulated {
            Some(simulated) => simulated.sync(path),
            None => file.sync_all(),
        }
    }

    /// Before anything is asked of the file system: a simulated power cut answers nothing.
    fn look(&self) -> io::Result<()> {
        self.simulated.as_ref().map_or(Ok(()), SimulatedDisk::look)
    }
}
