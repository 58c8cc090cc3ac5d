//! The size of a directory on disk.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::Serialize;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_added_up_with_those_below() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let below = directory.path().join("below");
        fs::create_dir(&below).expect("an empty directory");
        fs::write(directory.path().join("a"), [1; 1000]).expect("writable");
        fs::write(below.join("b"), [1; 500]).expect("writable");
        assert_eq!(size(directory.path()).apparent_bytes, 1500);
        assert_eq!(size(Path::new("/nowhere/at/all")), Size::default());
    }
}
