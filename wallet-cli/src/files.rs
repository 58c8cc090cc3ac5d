//! Files that are there completely or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

/// The names of files that are being written begin and end so.
const PART: (&str, &str) = (".lojal-", ".part");
/// The age from which on such a file that nobody has locked was left behind; a younger one may just have been made.
const LEFT_AFTER: Duration = Duration::from_secs(60);

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
    remove_left(dir);
    let made = tempfile::Builder::new().prefix(PART.0).suffix(PART.1).tempfile_in(dir)?; // created with mode 0600
    made.as_file().lock()?;
    let mut file = BufWriter::new(made);
    content(&mut file)?;
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    match existing {
        Existing::Keep => file.persist_noclobber(path).map_err(|error| error.error)?,
        Existing::Replace => file.persist(path).map_err(|error| error.error)?,
    };
    sync_dir(dir)
}

/// Removes what writers have left behind that were killed: it may have secrets in it. What can't be looked at or
/// removed stays.
fn remove_left(dir: &Path) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let is_part = |name: &str| name.starts_with(PART.0) && name.ends_with(PART.1);
    for entry in entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_part)) {
        let Ok(file) = File::open(entry.path()) else { continue };
        let written = file.metadata().and_then(|known| known.modified());
        let age = written.ok().and_then(|written| SystemTime::now().duration_since(written).ok());
        // Whoever still writes it has locked it.
        if age.is_some_and(|age| age >= LEFT_AFTER) && file.try_lock().is_ok() {
            let _ = std::fs::remove_file(entry.path());
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_writer_has_left_behind_is_removed_by_the_next_one() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let part = |name: &str, age_s: u64| {
            let file = File::create(dir.path().join(name)).expect("a new file");
            file.set_modified(SystemTime::now() - Duration::from_secs(age_s)).expect("its time can be set");
            file
        };
        let still_written = part(".lojal-a.part", 3_600);
        still_written.lock().expect("a lock");
        drop((part(".lojal-b.part", 3_600), part(".lojal-c.part", 0), part("notes.part", 3_600)));
        write(&dir.path().join("list.jsonl"), b"lines", Existing::Keep).expect("it is written");
        let known = std::fs::read_dir(dir.path()).expect("a directory").flatten();
        let mut names: Vec<_> = known.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable();
        assert_eq!(names, [".lojal-a.part", ".lojal-c.part", "list.jsonl", "notes.part"]);
    }
}
