//! The bytes of a guard's file: records one after the other, each with its length and checksum.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_store::{FileIdentity, framed};
use lojal_types::{ChainId, Height, PublicKey};

use crate::limits::RECORD_BYTES_MAX;
use crate::statement::Signed;

/// The version of the format.
pub(crate) const VERSION: u16 = 1;

/// A record of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Record {
    /// The first record, and no other: whose guard this is, and where.
    Header(Header),
    /// The state from here on.
    State(State),
    /// A statement that was signed.
    Signed(Signed),
}

/// The beginning of a guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Header {
    /// The version of the format.
    pub version: u16,
    /// The key whose signatures it remembers.
    pub key: PublicKey,
    /// The network that the key signs for; none before the first start.
    pub chain: Option<ChainId>,
    /// The file that it was written into.
    pub file: FileIdentity,
}

/// The things that a guard knows beside the statements themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct State {
    /// Nothing is signed below this height.
    pub height: Height,
    /// Nothing is signed in the rounds of that height before this one.
    pub first_round: u32,
    /// True if something else was signed at that height than was asked for: the engine's own log of the height then
    /// isn't what the engine would do.
    pub has_strayed: bool,
    /// True if more may have been signed than this guard knows.
    pub is_doubtful: bool,
}

/// A file's content that is no guard's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// The place of the first byte that is no part of a record.
    pub offset: usize,
}

/// Reads the records of a file, without the one that a crash has left unfinished at its end: its signature has never
/// left.
///
/// # Errors
/// When more than the last record can't be read: then it is damage.
pub fn read(bytes: &[u8]) -> Result<Vec<Record>, Damaged> {
    let (mut records, mut offset) = (Vec::new(), 0);
    while offset < bytes.len() {
        let Some((record, length)) = framed::read(&bytes[offset..], RECORD_BYTES_MAX) else {
            let is_torn = !records.is_empty() && framed::is_last::<Record>(&bytes[offset..], RECORD_BYTES_MAX);
            return if is_torn { Ok(records) } else { Err(Damaged { offset }) };
        };
        if matches!(record, Record::Header(_)) != records.is_empty() {
            return Err(Damaged { offset });
        }
        records.push(record);
        offset += length;
    }
    Ok(records)
}

#[cfg(test)]
mod tests;
