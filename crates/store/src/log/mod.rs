//! The block log: segment files of records, only ever appended to.
//!
//! A record is (kind: u8, length of the payload: u32 LE, CRC32C over kind, length and payload: u32 LE, payload). A
//! segment starts with a header record. Then, for one height after the other, come the blocks and proposals that were
//! seen, in any order, and the certificate that decides. A segment ends after a certificate, so that every block is in
//! the segment of its certificate. What rots among the blocks and proposals that were not decided becomes a record that
//! says nothing, see [`mend`].

pub(crate) mod mend;
pub(crate) mod pairing;
pub(crate) mod read;
pub(crate) mod record;
pub(crate) mod repair;
pub(crate) mod scan;
pub(crate) mod segment;
pub(crate) mod writer;

use borsh::{BorshDeserialize, BorshSerialize};

/// A place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub(crate) struct Position {
    /// The number of the segment, from 1.
    pub(crate) segment: u32,
    /// The byte in it.
    pub(crate) offset: u64,
}

/// The place of a committed block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct BlockPlace {
    /// The number of the segment.
    pub(crate) segment: u32,
    /// The byte in it at which the record of the block begins.
    pub(crate) block_offset: u64,
    /// The byte at which the record of the certificate begins.
    pub(crate) commit_offset: u64,
    /// The byte after the record of the certificate.
    pub(crate) end_offset: u64,
}

impl BlockPlace {
    /// The place in the log after the block.
    pub(crate) fn end(&self) -> Position {
        Position { segment: self.segment, offset: self.end_offset }
    }
}
