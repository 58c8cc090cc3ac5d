//! A page's bytes outside the tree: what a store keeps, and what it brings back.

use lojal_types::Month;
use thiserror::Error;

use super::PAGE_ENTRIES_MAX;
use super::hash::{Hash, hash_entry, hash_key};
use super::node::{Entry, Page};
use crate::key::shelf_of;

/// Bytes of the length of a key, and of a value.
const LENGTH_BYTES: usize = 4;

/// The way to a page: the first bits of its key hashes. Only pages that many keys with the same beginning have been
/// made for lie deeper, and those have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PagePath(u128);

impl PagePath {
    /// The way to the page where a key hash belongs.
    pub fn of(key_hash: &[u8; 32]) -> Self {
        let (first, _) = key_hash.split_first_chunk().expect("a hash has more bytes");
        Self(u128::from_be_bytes(*first))
    }

    /// True if it goes to the right at a depth.
    pub(super) fn goes_right(self, depth: u32) -> bool {
        self.0 & (1 << (u128::BITS - 1 - depth)) != 0
    }
}

/// A page that was stored and has come back: its hash is the one that was asked for, so it is that page.
#[derive(Clone)]
pub struct LoadedPage(pub(super) Page);

/// Bytes that are not the page that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PageError {
    /// Not a page of anything.
    #[error("the bytes of a stored page are not a page's")]
    Form,
    /// Another page, or a damaged one.
    #[error("a stored page has another hash than the tree says")]
    OtherHash {
        /// The hash of the page that the bytes are.
        found: [u8; 32],
    },
}

impl LoadedPage {
    /// The page with this hash out of its stored bytes: for each entry, in the order of the key hashes, the lengths of
    /// key and value (two little-endian u32), and then key and value.
    ///
    /// # Errors
    /// When the bytes are not those of the page.
    pub fn decode(hash: &[u8; 32], mut bytes: &[u8]) -> Result<Self, PageError> {
        let mut stored = Vec::with_capacity(PAGE_ENTRIES_MAX);
        while let Some(entry) = next_entry(&mut bytes)?
            && stored.len() <= PAGE_ENTRIES_MAX
        {
            stored.push(entry);
        }
        if !(1..=PAGE_ENTRIES_MAX).contains(&stored.len()) {
            return Err(PageError::Form);
        }
        let entries: Vec<Entry<'_>> =
            stored.iter().map(|(key_hash, hash, key, value)| Entry { key_hash, hash, key, value }).collect();
        // Entries in another order have another hash, too.
        let page = Page::new(&entries);
        if page.hash() == hash { Ok(Self(page)) } else { Err(PageError::OtherHash { found: *page.hash() }) }
    }

    /// The hash of the page.
    pub fn hash(&self) -> &[u8; 32] {
        self.0.hash()
    }

    /// The memory that it takes, in bytes.
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// The way to it.
    pub fn path(&self) -> PagePath {
        PagePath::of(self.first())
    }

    /// The month of the shelf that it is of; none if it is of the main tree.
    pub fn shelf(&self) -> Option<Month> {
        shelf_of(self.0.entries().next().expect("a loaded page has entries").key)
    }

    /// The value of the key with this hash, if it has it.
    pub(crate) fn get(&self, key_hash: &Hash) -> Option<&[u8]> {
        self.0.get(key_hash)
    }

    /// The key hash of its first entry, which says where it belongs.
    pub(super) fn first(&self) -> &Hash {
        self.0.entries().next().expect("a loaded page has entries").key_hash
    }
}

impl Page {
    /// Appends the bytes that are stored of it.
    pub(super) fn encode(&self, bytes: &mut Vec<u8>) {
        for entry in self.entries() {
            for part in [entry.key, entry.value] {
                let length = u32::try_from(part.len()).expect("a page's parts stay far below 4 GiB");
                bytes.extend_from_slice(&length.to_le_bytes());
            }
            bytes.extend_from_slice(entry.key);
            bytes.extend_from_slice(entry.value);
        }
    }
}

/// An entry as it is stored, with its hashes: that of its key, its own, the key, the value.
pub(super) type StoredEntry<'a> = (Hash, Hash, &'a [u8], &'a [u8]);

/// Takes the next entry from the start of stored bytes; none at the end.
pub(super) fn next_entry<'a>(bytes: &mut &'a [u8]) -> Result<Option<StoredEntry<'a>>, PageError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let (key_length, rest) = length(bytes)?;
    let (value_length, rest) = length(rest)?;
    let (key, rest) = rest.split_at_checked(key_length).ok_or(PageError::Form)?;
    let (value, rest) = rest.split_at_checked(value_length).ok_or(PageError::Form)?;
    *bytes = rest;
    let key_hash = hash_key(key);
    Ok(Some((key_hash, hash_entry(&key_hash, value), key, value)))
}

fn length(bytes: &[u8]) -> Result<(usize, &[u8]), PageError> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>().ok_or(PageError::Form)?;
    Ok((u32::from_le_bytes(*length) as usize, rest))
}

#[cfg(test)]
mod tests;
