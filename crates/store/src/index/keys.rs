//! Keys and values of the index.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{BlockId, Height};

use crate::log::BlockPlace;

/// The first bytes of the keys. The first two are whole keys: the last checkpoint, and the version of the index.
pub(super) const META: u8 = 0;
pub(super) const CREATED: u8 = 7;
pub(super) const BLOCK: u8 = 1;
pub(super) const VALIDATORS: u8 = 6;
pub(super) const FILES: u8 = 8;
pub(super) const SET_CHANGES: u8 = 9;

/// The value under a block's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct BlockEntry {
    pub(crate) id: BlockId,
    pub(crate) place: BlockPlace,
}

pub(super) fn block(height: Height) -> Vec<u8> {
    [&[BLOCK][..], &height.get().to_be_bytes()].concat()
}

/// The key of one part of a value, under the prefix of all of them.
pub(super) fn part(prefix: &[u8], number: u16) -> Vec<u8> {
    [prefix, &number.to_be_bytes()].concat()
}
