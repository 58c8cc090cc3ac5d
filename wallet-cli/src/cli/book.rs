//! The wallet's contacts while its command line is read.
//!
//! Whose contacts they are, the command line itself says. So it is read twice where it has a name: at first any name
//! stands for somebody, and then for whom the wallet knows by it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use lojal_types::{Address, AddressText, NetworkKind};
use lojal_wallet::contacts::Contacts;
use lojal_wallet::label::Label;

/// The names of a command line.
enum Book {
    /// Nobody is known yet; true once somebody was asked for.
    Closed(bool),
    /// The wallet's contacts, and those who were named.
    Open(Contacts, Vec<(Label, AddressText)>),
}

/// The names of this process's command line; a process has one.
static BOOK: Mutex<Book> = Mutex::new(Book::Closed(false));

fn book() -> MutexGuard<'static, Book> {
    BOOK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The address of a name, with or without an @ before it; none where it can't be one, or nobody has it.
pub fn find(text: &str) -> Option<AddressText> {
    let name: Label = text.trim().strip_prefix('@').unwrap_or(text).parse().ok()?;
    match &mut *book() {
        Book::Closed(was_asked) => {
            *was_asked = true;
            Some(Address::new([0; 20]).to_text(NetworkKind::Test))
        }
        Book::Open(contacts, named) => {
            let address = *contacts.get(&name)?;
            if !named.iter().any(|(known, _)| *known == name) {
                named.push((name, address));
            }
            Some(address)
        }
    }
}

/// Tells whether names stand for somebody whom nobody knows yet.
pub fn is_closed() -> bool {
    matches!(*book(), Book::Closed(_))
}

/// Tells whether somebody was asked for while nobody was known.
pub fn was_asked() -> bool {
    matches!(*book(), Book::Closed(true))
}

/// Lets names stand for these contacts from now on.
pub fn open(contacts: Contacts) {
    *book() = Book::Open(contacts, Vec::new());
}

/// Those who were named.
pub fn named() -> Vec<(Label, AddressText)> {
    match &*book() {
        Book::Closed(_) => Vec::new(),
        Book::Open(_, named) => named.clone(),
    }
}
