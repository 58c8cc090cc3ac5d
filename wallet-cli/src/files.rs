//! Files that are there completely or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// The treatment of a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Leave it alone and fail with [`io::ErrorKind::AlreadyExists`].
    Keep,
    /// Put the new one in its place.
    Replace,
}

/// Writes a file that only its owner can read. After a crash there is the old content or the new one.
pub(crate) fn write(path: &Path, bytes: &[u8], existing: Existing) -> io::Result<()> {
    write_by(path, existing, |file| file.write_all(bytes))
}

/// Writes a file as [`write`] does, of which somebody writes one part after the other.
pub(crate) fn write_by(
    path: &Path,
    existing: Existing,
    content: impl FnOnce(&mut BufWriter<NamedTempFile>) -> io::Result<()>,
) -> io::Result<()> {
    // The parent of a bare name is the empty path.
    let dir = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let mut file = BufWriter::new(NamedTempFile::new_in(dir)?); // created with mode 0600
    content(&mut file)?;
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    match existing {
        Existing::Keep => file.persist_noclobber(path).map_err(|error| error.error)?,
        Existing::Replace => file.persist(path).map_err(|error| error.error)?,
    };
    sync_dir(dir)
}

/// Makes the names in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// The words of a file system that says no, with what to do where that helps.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or directory: check its name and where it is".to_owned(),
        io::ErrorKind::PermissionDenied => format!("{error}: ask whoever it belongs to, or name another one"),
        io::ErrorKind::InvalidData => {
            "it is no text in UTF-8: save it as UTF-8 (a spreadsheet as \"CSV UTF-8\"), and try again".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Reads a text file of at most `bytes_max` bytes.
///
/// # Errors
/// When it can't be read, or is longer.
pub fn read(path: &Path, bytes_max: u64) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(bytes_max + 1).read_to_string(&mut text)?;
    if text.len() as u64 > bytes_max {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is longer than {bytes_max} bytes")));
    }
    Ok(text)
}

/// Reads a text file as [`read`] does, and nothing else than a file: a pipe, say, may have nobody at its other end.
///
/// # Errors
/// As for [`read`], and for what is no file.
pub(crate) fn read_regular(path: &Path, bytes_max: u64) -> io::Result<String> {
    if std::fs::metadata(path)?.is_file() {
        read(path, bytes_max)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"))
    }
}

/// Reads a text file of at most `bytes_max` bytes; one that isn't there is empty.
pub(crate) fn read_if_there(path: &Path, bytes_max: u64) -> io::Result<String> {
    match read(path, bytes_max) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    }
}
