//! Key files that leave a wallet, for another device.

use std::io;
use std::path::Path;

use crate::files;
use crate::home::HomeError;
use crate::keystore::{KEY_FILE_BYTES_MAX, KeyFile};
use crate::saved::write_new;

/// Writes a new file. An error says what to do.
///
/// # Errors
/// When it can't be written, or is there already.
pub fn write(path: &Path, key: &KeyFile) -> io::Result<()> {
    write_new(path, key.to_json().as_bytes())
}

/// Reads the key file at a path.
///
/// # Errors
/// [`HomeError`] when it can't be read, or is no key file.
pub fn read(path: &Path) -> Result<KeyFile, HomeError> {
    let at_path = |source| HomeError::File { path: path.to_owned(), source };
    let text = files::read_regular(path, KEY_FILE_BYTES_MAX).map_err(at_path)?;
    KeyFile::from_json(&text).map_err(|source| HomeError::Key { path: path.to_owned(), source })
}
