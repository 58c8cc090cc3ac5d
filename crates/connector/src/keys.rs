//! The API keys of tills: 256 random bits that are shown once, kept as their SHA-256 with what they may do.
//!
//! The file is read for every request, so a key that is revoked is refused from the next one on.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lojal_types::{Day, HexBytes, Name, Points};
use lojal_wallet::random::{RandomError, random_bytes};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use thiserror::Error;

use crate::limits::{KEYS_BYTES_MAX, KEYS_MAX};

/// The beginning of every key, by which scanners of source code find one that has got into it.
pub(crate) const KEY_PREFIX: &str = "ljk1_";

const FILE: &str = "keys.json";
const LOCK: &str = "keys.lock";

/// A thing that a key may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Reward purchases, and stamp.
    Earn,
    /// Ask for payments, and for uses of vouchers.
    Pay,
    /// Take points that are held, or let go of them.
    Capture,
    /// Take back what was given or stamped for a purchase.
    Return,
    /// Read balances, and what became of references.
    Read,
    /// Give customers codes for their accounts.
    Claim,
    /// Give members what campaigns give.
    Grant,
}

impl Role {
    const ALL: [Self; 7] = [Self::Earn, Self::Pay, Self::Capture, Self::Return, Self::Read, Self::Claim, Self::Grant];

    fn name(self) -> &'static str {
        match self {
            Self::Earn => "earn",
            Self::Pay => "pay",
            Self::Capture => "capture",
            Self::Return => "return",
            Self::Read => "read",
            Self::Claim => "claim",
            Self::Grant => "grant",
        }
    }
}
impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
/// A text that is no role.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the roles are earn, pay, capture, return, read, claim and grant")]
pub struct RoleError;
impl FromStr for Role {
    type Err = RoleError;
    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or(RoleError)
    }
}

/// A key, without itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiKey {
    /// The number by which it is revoked.
    pub(crate) id: u32,
    /// The name, for whoever reads the list.
    pub(crate) name: Name,
    /// SHA-256 of the key.
    sha256: HexBytes,
    /// The things that it may be used for.
    pub(crate) roles: Vec<Role>,
    /// Most points in a day (UTC), for each role that has such a limit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) daily_max: BTreeMap<Role, Points>,
    /// The day on which it was made.
    pub(crate) made: Day,
    /// The day on which it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) revoked: Option<Day>,
}

impl ApiKey {
    /// True if it may be used for something.
    pub(crate) fn may(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// The file's content.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    keys: Vec<ApiKey>,
}

/// A reason that the keys can't be read or changed.
#[derive(Debug, Error)]
pub enum KeysError {
    /// The file system says no.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// A file that holds no keys.
    #[error("{} holds no list of API keys ({reason}): restore it from a backup", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The fault.
        reason: String,
    },
    /// Too many.
    #[error("there are {KEYS_MAX} API keys already: revoke one that no till uses any more, or let tills share one")]
    TooMany,
    /// No key with a number.
    #[error("there is no API key with the number {0}: `lojal-connect key list` lists them")]
    Unknown(u32),
    /// The system gives no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// The keys of a connector's directory.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    dir: PathBuf,
}

impl Keys {
    /// Those in a directory.
    pub(crate) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }
    /// All of them, in the order in which they were made.
    ///
    /// # Errors
    /// When the file can't be read.
    pub(crate) fn all(&self) -> Result<Vec<ApiKey>, KeysError> {
        let path = self.dir.join(FILE);
        let mut text = String::new();
        let read = File::open(&path).and_then(|file| file.take(KEYS_BYTES_MAX).read_to_string(&mut text));
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(|source| KeysError::File { path: path.clone(), source })?,
        };
        let content: Result<Content, _> = serde_json::from_str(&text);
        content.map(|content| content.keys).map_err(|error| KeysError::Content { path, reason: error.to_string() })
    }
    /// The key that a text is, unless it is none or was revoked. It takes as long for one that is nearly right.
    ///
    /// # Errors
    /// When the file can't be read.
    pub(crate) fn find(&self, text: &str) -> Result<Option<ApiKey>, KeysError> {
        let digest = Sha256::digest(text.as_bytes());
        let mut found = None;
        for key in self.all()? {
            // Every key is compared, whichever is the one.
            if is_equal(digest.as_slice(), &key.sha256.0) && key.revoked.is_none() {
                found = Some(key);
            }
        }
        Ok(found)
    }
    /// Makes a key, and gives its text, which is nowhere else.
    ///
    /// # Errors
    /// See [`KeysError`].
    pub(crate) fn add(
        &self,
        name: Name,
        roles: Vec<Role>,
        daily_max: BTreeMap<Role, Points>,
        today: Day,
    ) -> Result<(u32, String), KeysError> {
        let _lock = self.lock()?;
        let mut keys = self.all()?;
        // The numbers rise, so the number of one that goes isn't given again as long as there is a later one.
        if keys.len() >= KEYS_MAX {
            let oldest = keys.iter().position(|key| key.revoked.is_some()).ok_or(KeysError::TooMany)?;
            keys.remove(oldest);
        }
        let text = format!("{KEY_PREFIX}{}", hex::encode(*random_bytes::<32>()?));
        let id = keys.iter().map(|key| key.id).max().unwrap_or(0).saturating_add(1);
        let sha256 = HexBytes(Sha256::digest(text.as_bytes()).to_vec());
        keys.push(ApiKey { id, name, sha256, roles, daily_max, made: today, revoked: None });
        self.write(keys)?;
        Ok((id, text))
    }
    /// Takes a key's rights away, for ever. One that has none any more stays as it is.
    ///
    /// # Errors
    /// See [`KeysError`].
    pub(crate) fn revoke(&self, id: u32, today: Day) -> Result<(), KeysError> {
        let _lock = self.lock()?;
        let mut keys = self.all()?;
        let key = keys.iter_mut().find(|key| key.id == id).ok_or(KeysError::Unknown(id))?;
        key.revoked.get_or_insert(today);
        self.write(keys)
    }

    fn lock(&self) -> Result<File, KeysError> {
        let path = self.dir.join(LOCK);
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        // Another process may be about to write: it takes as long as one small file takes.
        let locked = lock.and_then(|file| file.lock().map(|()| file));
        locked.map_err(|source| KeysError::File { path, source })
    }
    /// Writes the file for its owner alone. After a crash there is the old content or the new one.
    fn write(&self, keys: Vec<ApiKey>) -> Result<(), KeysError> {
        let path = self.dir.join(FILE);
        let text = serde_json::to_string_pretty(&Content { keys }).expect("plain data") + "\n";
        let written = NamedTempFile::new_in(&self.dir).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|error| error.error)?;
            File::open(&self.dir)?.sync_all()
        });
        written.map_err(|source| KeysError::File { path, source })
    }
}

/// Compares without stopping at the first difference.
fn is_equal(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |sum: u8, (one, other)| black_box(sum | (one ^ other)));
    one.len() == other.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Day {
        "2027-03-14".parse().expect("a day")
    }
    fn keys() -> (tempfile::TempDir, Keys) {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let keys = Keys::new(dir.path());
        (dir, keys)
    }
    fn add(keys: &Keys, roles: &[Role]) -> (u32, String) {
        keys.add("till 7".parse().expect("a name"), roles.to_vec(), BTreeMap::new(), today()).expect("made")
    }

    #[test]
    fn a_key_is_known_by_its_text_alone_which_is_kept_nowhere() {
        let (dir, keys) = keys();
        let (first, text) = add(&keys, &[Role::Earn, Role::Read]);
        let (second, other) = add(&keys, &[Role::Pay]);
        assert_ne!((first, &text), (second, &other));
        assert_eq!(text.len(), KEY_PREFIX.len() + 64, "256 bits");
        let found = keys.find(&text).expect("readable").expect("known");
        assert!(found.id == first && found.may(Role::Earn) && found.may(Role::Read) && !found.may(Role::Pay));
        let file = std::fs::read_to_string(dir.path().join(FILE)).expect("the file");
        assert!(!file.contains(&text[KEY_PREFIX.len()..]), "{file}");
        for wrong in ["", KEY_PREFIX, &text[..text.len() - 1], &format!("{text}0"), &text.to_uppercase()] {
            assert_eq!(keys.find(wrong).expect("readable"), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_revoked_key_is_none_any_more() {
        let (_dir, keys) = keys();
        let (id, text) = add(&keys, &[Role::Earn]);
        let (_, other) = add(&keys, &[Role::Earn]);
        keys.revoke(id, today()).expect("there");
        assert_eq!(keys.find(&text).expect("readable"), None);
        assert!(keys.find(&other).expect("readable").is_some());
        keys.revoke(id, today().plus(1)).expect("it stays revoked");
        assert_eq!(keys.all().expect("readable")[0].revoked, Some(today()));
        assert!(matches!(keys.revoke(9, today()), Err(KeysError::Unknown(9))));
        let (third, _) = add(&keys, &[Role::Read]);
        assert_eq!(third, 3, "no number is used again");
    }

    #[test]
    fn a_damaged_file_opens_to_nobody() {
        let (dir, keys) = keys();
        let (_, text) = add(&keys, &[Role::Earn]);
        std::fs::write(dir.path().join(FILE), "{\"keys\": [").expect("writable");
        assert!(matches!(keys.find(&text), Err(KeysError::Content { .. })));
    }

    #[test]
    fn comparing_looks_at_every_byte() {
        assert!(is_equal(b"abc", b"abc") && is_equal(b"", b""));
        assert!(!is_equal(b"abc", b"abd") && !is_equal(b"abc", b"ab") && !is_equal(b"xbc", b"abc"));
    }
}
