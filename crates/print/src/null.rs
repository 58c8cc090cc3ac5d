//! The null device, which takes everything and keeps nothing.
//!
//! A program that is started with a closed output has it there: the runtime opens it, so that no file of the program's
//! own comes to stand in that place.

use std::fs::{File, Metadata, metadata};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use crate::OutputLost;

/// The null device's name.
const NULL: &str = "/dev/null";

/// Tells whether everything that is written here is thrown away.
pub(crate) fn is_null(output: &impl AsFd) -> bool {
    let device = |data: Metadata| data.file_type().is_char_device().then(|| data.rdev());
    let here = output.as_fd().try_clone_to_owned().and_then(|file| File::from(file).metadata()).ok().and_then(device);
    here.is_some() && here == metadata(NULL).ok().and_then(device)
}

/// The error of a device that keeps nothing.
pub(crate) fn error() -> io::Error {
    io::Error::other("it is closed, or the null device")
}

/// The same for standard output.
pub(crate) fn lost() -> OutputLost {
    OutputLost(error().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_null_device_is_null() {
        let open = |path: &str| File::options().write(true).open(path).expect("every Linux has it");
        assert!(is_null(&open(NULL)));
        assert!(!is_null(&open("/dev/full")));
        let (_reader, writer) = io::pipe().expect("a pipe");
        assert!(!is_null(&writer));
    }
}
