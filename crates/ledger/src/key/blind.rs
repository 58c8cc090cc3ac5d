//! Blinds: what keeps the records of accounts from being guessed by their hashes.
//!
//! "The record of every kind that is about an account ends with its blind, but for the account's own (32), which has
//! the digest in it, and that of a governor's seat (36), which is public." (protocol, State and proofs)

use lojal_types::hash::{hash, tag};
use lojal_types::{Address, Hash};

use super::account_of;

/// Bytes of a blind.
pub const BLIND_BYTES: usize = 16;

/// True if the records of a kind end with a blind.
pub(crate) const fn is_blinded(kind: u8) -> bool {
    matches!(kind, 33..=35 | 37..=47 | 64..=79)
}

/// The account that a record is about, if it ends with a blind.
pub(crate) fn blinded_account(key: &[u8]) -> Option<Address> {
    let is_blinded = key.first().is_some_and(|kind| is_blinded(*kind));
    account_of(key).filter(|_| is_blinded).copied().map(Address::new)
}

/// The blind of a record that a block changes: "the first 16 bytes of the hash, under `lojal/blind/v1`, of the digest
/// of the account's activity after the block and the key" (protocol, State and proofs).
pub fn blind(digest: &Hash, key: &[u8]) -> [u8; BLIND_BYTES] {
    let hash = hash(tag::BLIND, &[digest.as_bytes(), key]);
    *hash.first_chunk().expect("32 bytes are more than 16")
}

/// The bytes of a record without its blind, and the blind; none of a kind that has none, or if they are too few.
pub(crate) fn split_blind(kind: u8, value: &[u8]) -> Option<(&[u8], Option<&[u8; BLIND_BYTES]>)> {
    if !is_blinded(kind) {
        return Some((value, None));
    }
    let (record, blind) = value.split_last_chunk()?;
    Some((record, Some(blind)))
}
