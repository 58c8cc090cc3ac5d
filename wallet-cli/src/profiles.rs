//! The profiles of a person: names for the directories of their wallets, and the one that is in use.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::files::{self, Existing};
use crate::home::HomeError;
use crate::label::Label;

/// Most profiles of a person.
pub const PROFILES_MAX: usize = 100;

/// Largest file, in bytes.
const BYTES_MAX: u64 = 512 * 1024;

/// `profiles.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profiles {
    /// The profile in use; none is the wallet in the default directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Label>,
    /// The directories of the wallets.
    #[serde(default)]
    pub homes: BTreeMap<Label, PathBuf>,
}

impl Profiles {
    /// The directory of a profile's wallet.
    pub fn home(&self, name: &Label) -> Option<&Path> {
        self.homes.get(name).map(PathBuf::as_path)
    }
    /// Reads a file; one that isn't there has no profiles.
    ///
    /// # Errors
    /// [`HomeError`] when it can't be read.
    pub fn read(path: &Path) -> Result<Self, HomeError> {
        let text = files::read_if_there(path, BYTES_MAX);
        let text = text.map_err(|source| HomeError::File { path: path.to_owned(), source })?;
        let content = |reason| HomeError::Content { path: path.to_owned(), reason };
        let profiles: Self = toml::from_str(&text).map_err(|error| content(error.to_string()))?;
        match &profiles.used {
            Some(used) if !profiles.homes.contains_key(used) => {
                Err(content(format!("there is no profile {used}, which should be in use: change the line `used`")))
            }
            _ => Ok(profiles),
        }
    }
    /// Writes the file, and makes its directory where there is none.
    ///
    /// # Errors
    /// [`HomeError`] when it can't be written, or a directory's name is no text.
    pub fn write(&self, path: &Path) -> Result<(), HomeError> {
        let content = |error: toml::ser::Error| HomeError::Content { path: path.to_owned(), reason: error.to_string() };
        let text = toml::to_string(self).map_err(content)?;
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        let written = made.and_then(|()| files::write(path, text.as_bytes(), Existing::Replace));
        written.map_err(|source| HomeError::File { path: path.to_owned(), source })
    }
}
