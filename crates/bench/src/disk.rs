//! Directories on disk: their size, and copies of them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use serde::Serialize;

use crate::error::BenchError;

/// The files of a directory and of those below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Size {
    /// The length of the files together, in bytes.
    pub apparent_bytes: u64,
    /// The disk that the files take, in bytes; less than they are long if they have holes.
    pub allocated_bytes: u64,
}

/// Adds up a directory; files that vanish meanwhile count as nothing.
pub fn size(directory: &Path) -> Size {
    let mut total = Size::default();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            let below = size(&entry.path());
            total.apparent_bytes += below.apparent_bytes;
            total.allocated_bytes += below.allocated_bytes;
        } else {
            total.apparent_bytes += metadata.len();
            total.allocated_bytes += metadata.blocks() * 512;
        }
    }
    total
}

/// Copies a directory and those below it to a place where there is none. A file system that can share the blocks of
/// two files until one is written to does so.
pub fn copy(from: &Path, to: &Path) -> Result<(), BenchError> {
    fs::create_dir_all(to).map_err(BenchError::file(to))?;
    for entry in fs::read_dir(from).map_err(BenchError::file(from))? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).map_err(BenchError::file(from))?;
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name)).map_err(BenchError::file(&path))?;
        }
    }
    Ok(())
}

/// Has the operating system write what programs have left unwritten.
pub fn sync() -> Result<(), BenchError> {
    let failed = |reason: &dyn ToString| BenchError::program("sync", reason.to_string());
    match Command::new("sync").status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(&status)),
        Err(error) => Err(failed(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_added_up_and_copied_with_those_below() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let below = directory.path().join("below");
        fs::create_dir(&below).expect("an empty directory");
        fs::write(directory.path().join("a"), [1; 1000]).expect("writable");
        fs::write(below.join("b"), [1; 500]).expect("writable");
        assert_eq!(size(directory.path()).apparent_bytes, 1500);
        let copied = tempfile::tempdir().expect("a temporary directory");
        copy(directory.path(), &copied.path().join("copy")).expect("readable and writable");
        assert_eq!(fs::read(copied.path().join("copy/below/b")).expect("copied"), [1; 500]);
        assert_eq!(size(copied.path()).apparent_bytes, 1500);
        assert_eq!(size(Path::new("/nowhere/at/all")), Size::default());
    }
}
