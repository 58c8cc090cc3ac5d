//! Keys and values of the index.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{BlockId, BrandId, Height, Month};

use crate::log::BlockPlace;

/// The first bytes of the keys. The first two are whole keys: the last checkpoint, and the version of the index.
pub(super) const META: u8 = 0;
pub(super) const CREATED: u8 = 7;
pub(super) const BLOCK: u8 = 1;
pub(super) const VALIDATORS: u8 = 6;
pub(super) const FILES: u8 = 8;
pub(super) const SET_CHANGES: u8 = 9;
/// The block after which the ends of months are known, unless that is the first.
pub(super) const OPENED: u8 = 10;
/// By brand: what its points were in after that block.
pub(super) const OPENING: u8 = 11;
/// By brand and month.
pub(super) const MONTH_END: u8 = 12;

/// The value under a block's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct BlockEntry {
    pub(crate) id: BlockId,
    pub(crate) place: BlockPlace,
}

pub(super) fn block(height: Height) -> Vec<u8> {
    [&[BLOCK][..], &height.get().to_be_bytes()].concat()
}

/// The prefix of what there is of a brand.
pub(super) fn of_brand(kind: u8, brand: BrandId) -> Vec<u8> {
    // No id has a zero, so none runs on into what stands after it.
    [&[kind], brand.as_str().as_bytes(), &[0]].concat()
}

/// The key of the end of a month.
pub(super) fn month_end(brand: BrandId, month: Month) -> Vec<u8> {
    [of_brand(MONTH_END, brand), month.get().to_be_bytes().to_vec()].concat()
}

/// The key of one part of a value, under the prefix of all of them.
pub(super) fn part(prefix: &[u8], number: u16) -> Vec<u8> {
    [prefix, &number.to_be_bytes()].concat()
}
