//! Files of receipts: whoever has one can show that a transaction is on the ledger, and with which outcome, to
//! everybody who has the network's genesis document.

use std::io::{self, Write};
use std::path::Path;

use lojal_client::SavedReceipt;

use crate::files::{self, Existing};

/// Largest file, in bytes: a receipt after as many changes of the validators as one may have.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Writes a new file. An error says what to do.
///
/// # Errors
/// When it can't be written, or is there already.
pub fn write(path: &Path, receipt: &SavedReceipt) -> io::Result<()> {
    write_new(path, receipt.to_string().as_bytes())
}

/// Writes a new file that only its owner can read. An error says what to do.
///
/// # Errors
/// When it can't be written, or is there already.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_new_by(path, |file| file.write_all(bytes))
}

/// Writes a new file as [`write_new`] does, of which somebody writes one part after the other.
pub(crate) fn write_new_by(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    files::write_by(path, Existing::Keep, |file| content(file)).map_err(|error| {
        let advice = match error.kind() {
            io::ErrorKind::AlreadyExists => "a file of this name is there already: give another name",
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                "there is no such directory: make it, or give another name"
            }
            io::ErrorKind::PermissionDenied => "nothing may be written in this directory: name a file elsewhere",
            _ => return error,
        };
        io::Error::new(error.kind(), advice)
    })
}

/// The text of a file, which nobody has checked; or the reason that it can't be that of a receipt.
///
/// # Errors
/// When it can't be read.
pub fn read(path: &Path) -> io::Result<Result<String, &'static str>> {
    match files::read_regular(path, BYTES_MAX) {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(Err("the file isn't text in UTF-8")),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Ok(Err("the file is longer than any receipt")),
        read => read.map(Ok),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::*;

    #[test]
    fn what_is_no_text_or_too_long_is_no_receipt_and_what_is_no_file_is_not_read() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("receipt.json");
        for bytes in [&b"{\"format\"\x80"[..], b"\xff\xfe{\0\n\0"] {
            fs::write(&path, bytes).expect("writable");
            assert!(read(&path).expect("readable").expect_err("no text").contains("UTF-8"));
        }
        File::create(&path).and_then(|file| file.set_len(BYTES_MAX + 1)).expect("writable");
        assert!(read(&path).expect("readable").expect_err("too long").contains("longer"));
        let error = read(dir.path()).expect_err("a directory");
        assert!(error.to_string().contains("no regular file"), "{error}");
        assert_eq!(read(&dir.path().join("none")).expect_err("not there").kind(), io::ErrorKind::NotFound);
    }
}
