//! The hashes of the tree (protocol, State and proofs).

use sha2::{Digest, Sha256};

use super::PAGE_ENTRIES_MAX;
use crate::key::account_of;

/// Bytes of a hash.
pub(super) const HASH_BYTES: usize = 32;
pub(crate) type Hash = [u8; HASH_BYTES];

/// Number of bytes of an account's address that begin the key hashes of its entries: enough that hardly any two
/// accounts share them, and few enough that 224 bits of hash keep entries apart.
pub(super) const ACCOUNT_PATH_BYTES: usize = 4;

/// Bytes of the label by which an entry is known to those who may not read it.
const LABEL_BYTES: usize = 8;
/// All that the hash of a page tells of an entry's key.
pub(super) type Label = [u8; LABEL_BYTES];
/// Bytes of what a page's hash has of an entry.
const SLOT_BYTES: usize = LABEL_BYTES + HASH_BYTES;

/// Bit `depth` of a key hash, counted from the most significant: whether its entry goes right.
pub(super) fn bit(key_hash: &Hash, depth: usize) -> bool {
    key_hash[depth / 8] & (0x80 >> (depth % 8)) != 0
}

/// The key hash, which puts an entry into its place in the tree. "The hash of a key that is about an account (kinds 32
/// to 47 and 64 to 79, whose keys begin with the account's address) has its first four bytes replaced by those of the
/// address, so that an account's entries lie next to each other." (protocol, State and proofs) The address is a hash
/// itself, so what a transaction needs of an account is in one page, or a few next to each other.
pub fn hash_key(key: &[u8]) -> [u8; 32] {
    let mut key_hash = hash("lojal/key/v1", [key]);
    if let Some(account) = account_of(key) {
        key_hash[..ACCOUNT_PATH_BYTES].copy_from_slice(&account[..ACCOUNT_PATH_BYTES]);
    }
    key_hash
}

/// The label of an entry: "the first eight bytes of the account's address if its key is about an account, and else of
/// its key hash" (protocol, State and proofs).
pub(super) fn label_of(key: &[u8], key_hash: &Hash) -> Label {
    let from = account_of(key).map_or(key_hash.as_slice(), |account| account.as_slice());
    *from.first_chunk().expect("an address has more bytes, and so has a hash")
}

/// The hash of an entry: "its hash is that of its key hash and its value" (protocol, State and proofs).
pub(super) fn hash_entry(key_hash: &Hash, value: &[u8]) -> Hash {
    hash("lojal/entry/v1", [key_hash, value])
}

/// The hash of a branch over two subtrees: "a branch its two children" (protocol, State and proofs).
pub fn hash_branch(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    hash("lojal/branch/v1", [left.as_slice(), right.as_slice()])
}

/// The hash of a page: "A page hashes the label and the hash of each of its entries, in the order of their key hashes;
/// a branch its two children." (protocol, State and proofs)
pub(super) fn hash_page<'a>(entries: impl Iterator<Item = (Label, &'a Hash)>) -> Hash {
    let mut slots = [[0; SLOT_BYTES]; PAGE_ENTRIES_MAX];
    let mut count = 0;
    for (slot, (label, hash)) in slots.iter_mut().zip(entries) {
        slot[..LABEL_BYTES].copy_from_slice(&label);
        slot[LABEL_BYTES..].copy_from_slice(hash);
        count += 1;
    }
    hash("lojal/page/v1", [slots[..count].as_flattened()])
}

fn hash<'a>(tag: &str, parts: impl IntoIterator<Item = &'a [u8]>) -> Hash {
    let mut hasher = Sha256::new_with_prefix(tag);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}
