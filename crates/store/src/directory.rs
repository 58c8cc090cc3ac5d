//! The directory of a file of pages: of each, its place among the key hashes, its hash, its number of entries and its
//! length. The pages lie in their file in the same order, each after the one before, so that nothing says where.
//!
//! ```text
//! 0         1         2             2 + p            34 + p
//! +---------+---------+-------------+----------------+---------------+
//! | depth   | entries | path (p)    | hash           | length        |
//! +---------+---------+-------------+----------------+---------------+
//! ```
//!
//! - `depth` has two bytes, little-endian, from 128 on: seven bits in each, and the highest bit of the first one set.
//! - `path` has the bits in which the key hashes agree, `depth` of them, filled up to whole bytes with 0.
//! - Of a part of the key hashes where there are no entries nothing follows; so old pages don't come back there.
//! - `length` is written as `depth` is, in up to five bytes.

use lojal_ledger::tree::{DEPTH_MAX, PAGE_ENTRIES_MAX, PageAt};
use thiserror::Error;

/// Most bytes of a line.
pub const LINE_BYTES_MAX: usize = 2 + 1 + 32 + 32 + 5;

/// A line of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The page.
    pub page: PageAt,
    /// The bytes that are stored of it; 0 if it has no entries.
    pub length: u32,
}

/// Bytes that are no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the directory of a file of pages is malformed")]
pub struct Malformed;

impl Line {
    /// Appends its bytes.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        let PageAt { path, depth, hash, entries } = &self.page;
        number(u32::from(*depth), bytes);
        bytes.push(*entries);
        bytes.extend_from_slice(&path[..usize::from(*depth).div_ceil(8)]);
        if *entries > 0 {
            bytes.extend_from_slice(hash);
            number(self.length, bytes);
        }
    }

    /// Takes the next line from the start of some bytes; it has only one form.
    ///
    /// # Errors
    /// When there is none.
    pub fn decode(bytes: &mut &[u8]) -> Result<Self, Malformed> {
        let depth = read_number(bytes)?;
        let depth = u16::try_from(depth).ok().filter(|depth| usize::from(*depth) <= DEPTH_MAX).ok_or(Malformed)?;
        let (entries, rest) = bytes.split_first().ok_or(Malformed)?;
        let (bits, rest) = rest.split_at_checked(usize::from(depth).div_ceil(8)).ok_or(Malformed)?;
        *bytes = rest;
        let mut path = [0; 32];
        path[..bits.len()].copy_from_slice(bits);
        let is_filled_up = bits.last().is_none_or(|last| depth % 8 == 0 || last << (depth % 8) == 0);
        if !is_filled_up || usize::from(*entries) > PAGE_ENTRIES_MAX {
            return Err(Malformed);
        }
        let (mut hash, mut length) = ([0; 32], 0);
        if *entries > 0 {
            let rest;
            (hash, rest) = bytes.split_first_chunk().map(|(hash, rest)| (*hash, rest)).ok_or(Malformed)?;
            *bytes = rest;
            length = read_number(bytes)?;
        }
        Ok(Self { page: PageAt { path, depth, hash, entries: *entries }, length })
    }
}

fn number(mut number: u32, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_number(bytes: &mut &[u8]) -> Result<u32, Malformed> {
    let mut number = 0_u32;
    for shift in (0..u32::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(Malformed)?;
        *bytes = rest;
        let bits = u32::from(byte & 0x7f);
        let shifted = bits << shift;
        if shifted >> shift != bits || (*byte == 0 && shift > 0) {
            return Err(Malformed);
        }
        number |= shifted;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Malformed)
}

#[cfg(test)]
mod tests;
