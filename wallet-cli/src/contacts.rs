//! The address book of a wallet: names for addresses, for this wallet's eyes only.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::path::Path;

use lojal_types::AddressText;
use thiserror::Error;

use crate::files::{self, Existing};
use crate::home::{Home, HomeError};
use crate::label::Label;

/// Most contacts of a wallet.
pub const CONTACTS_MAX: usize = 1_000;

const FILE: &str = "contacts.toml";
/// Locked by whoever reads the file to write it again.
const LOCK: &str = "contacts.lock";
/// Largest file, in bytes.
const BYTES_MAX: u64 = 512 * 1024;

/// The names of a wallet, each for one address.
pub type Contacts = BTreeMap<Label, AddressText>;

/// A reason a contact isn't kept or removed.
#[derive(Debug, Error)]
pub enum ContactsError {
    /// The file.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The name is another one's.
    #[error("{name} is {address} already: choose another name, or add --replace")]
    Taken {
        /// The name.
        name: Label,
        /// Its address.
        address: AddressText,
    },
    /// The name looks like another one.
    #[error(
        "{name} looks like {known}, which is kept already, and is written with letters of another alphabet: choose a \
         name that nobody can take for it"
    )]
    Similar {
        /// The name.
        name: Label,
        /// The one that it looks like.
        known: Label,
    },
    /// No room.
    #[error("a wallet has at most {CONTACTS_MAX} contacts: remove some with lojal contact remove")]
    Full,
    /// Nobody of this name.
    #[error("no contact is called {0}: lojal contact list shows those that there are")]
    Unknown(Label),
}

/// The contacts of the wallet in a directory; none where there is no wallet.
///
/// # Errors
/// [`HomeError`] when they can't be read.
pub fn known(home: &Path) -> Result<Contacts, HomeError> {
    let path = home.join(FILE);
    let text = files::read_if_there(&path, BYTES_MAX);
    let text = text.map_err(|source| HomeError::File { path: path.clone(), source })?;
    toml::from_str(&text).map_err(|error| HomeError::Content { path, reason: error.to_string() })
}

/// Keeps a name for an address; with `replace` in the place of another address of the name, which is given back.
///
/// # Errors
/// See [`ContactsError`].
pub fn add(
    home: &Home,
    name: Label,
    address: AddressText,
    replace: bool,
) -> Result<Option<AddressText>, ContactsError> {
    change(home, |contacts| {
        let before = contacts.get(&name).copied().filter(|before| *before != address);
        if let Some(address) = before.filter(|_| !replace) {
            return Err(ContactsError::Taken { name, address });
        }
        if let Some(known) = contacts.keys().find(|known| known.is_imitated_by(&name)).cloned() {
            return Err(ContactsError::Similar { name, known });
        }
        contacts.insert(name, address);
        if contacts.len() > CONTACTS_MAX { Err(ContactsError::Full) } else { Ok(before) }
    })
}

/// Removes a name, and gives its address.
///
/// # Errors
/// See [`ContactsError`].
pub fn remove(home: &Home, name: Label) -> Result<AddressText, ContactsError> {
    change(home, |contacts| contacts.remove(&name).ok_or(ContactsError::Unknown(name)))
}

fn change<T>(home: &Home, change: impl FnOnce(&mut Contacts) -> Result<T, ContactsError>) -> Result<T, ContactsError> {
    let lock_path = home.dir().join(LOCK);
    let at_lock = |source| HomeError::File { path: lock_path.clone(), source };
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&lock_path).map_err(at_lock)?;
    // Another process may be about to write: it takes as long as one small file takes.
    lock.lock().map_err(at_lock)?;
    let mut contacts = known(home.dir())?;
    let changed = change(&mut contacts)?;
    let text = toml::to_string(&contacts).expect("names and addresses are texts");
    let path = home.dir().join(FILE);
    let written = files::write(&path, text.as_bytes(), Existing::Replace);
    written.map_err(|source| HomeError::File { path, source })?;
    Ok(changed)
}
