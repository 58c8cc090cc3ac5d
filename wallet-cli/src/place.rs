//! The directories of wallets, and of what knows them by name.

use std::path::PathBuf;

use lojal_wallet::label::Label;
use lojal_wallet::profiles::Profiles;

use crate::error::CommandError;

/// Names the directory for settings of the user's programs (XDG Base Directory Specification).
const CONFIG_VARIABLE: &str = "XDG_CONFIG_HOME";

/// The wallet's directory that is named, or that of the profile that is named, or of the one in use, or the default.
///
/// # Errors
/// When there is no such profile, or it is unknown where the user's home is.
pub fn home_dir(home: Option<&PathBuf>, profile: Option<&Label>) -> Result<PathBuf, CommandError> {
    if let Some(home) = home {
        return Ok(home.clone());
    }
    let profiles = match profiles_file() {
        Ok(path) => Profiles::read(&path)?,
        Err(_) => Profiles::default(),
    };
    match profile.or(profiles.used.as_ref()) {
        Some(name) => {
            let home = profiles.home(name).ok_or_else(|| CommandError::UnknownProfile(name.clone()))?;
            Ok(home.to_owned())
        }
        None => default_home(),
    }
}

/// The wallet's directory for those who name none.
///
/// # Errors
/// When it is unknown where the user's home is.
pub fn default_home() -> Result<PathBuf, CommandError> {
    Ok(user_dir()?.join(".lojal"))
}

/// The wallet's directory of a profile that names none.
///
/// # Errors
/// When it is unknown where the user's home is.
pub fn home_of(profile: &Label) -> Result<PathBuf, CommandError> {
    Ok(user_dir()?.join(format!(".lojal-{profile}")))
}

/// The file of the profiles.
///
/// # Errors
/// When it is unknown where the user's home is.
pub fn profiles_file() -> Result<PathBuf, CommandError> {
    let config = lojal_text::variable(CONFIG_VARIABLE).map(PathBuf::from).filter(|dir| dir.is_absolute());
    let config = config.map_or_else(|| user_dir().map(|dir| dir.join(".config")), Ok)?;
    Ok(config.join("lojal").join("profiles.toml"))
}

fn user_dir() -> Result<PathBuf, CommandError> {
    // An empty HOME is none: this directory is nobody's home.
    let user = std::env::home_dir().filter(|dir| !dir.as_os_str().is_empty());
    user.ok_or(CommandError::NoHomeDirectory)
}
