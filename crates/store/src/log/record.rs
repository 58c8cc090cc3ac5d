//! Records: how they look, and how they are read one after the other.

use std::io::{self, Read};
use std::ops::RangeInclusive;
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_chain::block::EMPTY_BLOCK_BYTES;
use lojal_types::limits::{BLOCK_BYTES_MAX, VALIDATORS_MAX};
use lojal_types::{Address, BlockId, Certificate, ChainId, Header, Height};
use thiserror::Error;

/// The version of the log's format. Until release 1.0 it counts as well the changes in place under which blocks of
/// before don't verify (protocol, Staying compatible).
pub(crate) const LOG_VERSION: u32 = 3;
/// Kind, length and checksum.
pub(crate) const RECORD_HEAD_BYTES: usize = 1 + 4 + 4;
const SEGMENT_HEADER_BYTES: usize = 4 + 32 + 8;
const PROPOSAL_BYTES: RangeInclusive<usize> = (8 + 4 + 1 + 20 + 32)..=(8 + 4 + 5 + 20 + 32);
/// A validator's address and signature.
pub(crate) const SIGNATURE_BYTES: usize = 20 + 64;
/// Height, round and block of a certificate, and how many signatures follow.
pub(crate) const UNSIGNED_COMMIT_BYTES: usize = 8 + 4 + 32 + 4;
const COMMIT_BYTES: RangeInclusive<usize> =
    (UNSIGNED_COMMIT_BYTES + SIGNATURE_BYTES)..=(UNSIGNED_COMMIT_BYTES + SIGNATURE_BYTES * VALIDATORS_MAX);
/// The largest record of a certificate.
pub(crate) const COMMIT_RECORD_BYTES_MAX: usize = RECORD_HEAD_BYTES + *COMMIT_BYTES.end();
/// The record at the start of a segment.
pub(crate) const HEADER_RECORD_BYTES: usize = RECORD_HEAD_BYTES + SEGMENT_HEADER_BYTES;

/// The kind of a record. The numbers are part of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Header = 1,
    Block = 2,
    Proposal = 3,
    Commit = 4,
    Filler = 5,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Header, Self::Block, Self::Proposal, Self::Commit, Self::Filler]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }

    /// The lengths that a payload of this kind can have.
    pub(crate) fn payload_bytes(self) -> RangeInclusive<usize> {
        match self {
            Self::Header => SEGMENT_HEADER_BYTES..=SEGMENT_HEADER_BYTES,
            Self::Block => EMPTY_BLOCK_BYTES..=BLOCK_BYTES_MAX,
            Self::Proposal => PROPOSAL_BYTES,
            Self::Commit => COMMIT_BYTES,
            Self::Filler => 0..=BLOCK_BYTES_MAX,
        }
    }
}

/// The first record of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct SegmentHeader {
    pub(crate) version: u32,
    pub(crate) chain_id: ChainId,
    /// The first height whose records are in the segment.
    pub(crate) first_height: Height,
}

/// The proposal of a block in a round: what a vote after a crash may have to rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProposalRecord {
    /// The height.
    pub height: Height,
    /// The round in which it was proposed.
    pub round: u32,
    /// The earlier round in which a quorum held it for valid, if there was one.
    pub valid_round: Option<u32>,
    /// The proposer of that round, who need not have built the block.
    pub proposer: Address,
    /// The block.
    pub block: BlockId,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    Header(SegmentHeader),
    Block {
        id: BlockId,
        height: Height,
        bytes: Arc<[u8]>,
    },
    Proposal(ProposalRecord),
    Commit(Certificate),
    /// In the place of what has rotted and isn't needed any more.
    Filler,
}

/// Bytes that are no record.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RecordFault {
    /// The file ends within it.
    #[error("the record is incomplete")]
    Incomplete,
    /// No such kind.
    #[error("{0} is no kind of record")]
    Kind(u8),
    /// Longer or shorter than its kind can be.
    #[error("{0} bytes are too few or too many for a record of this kind")]
    Length(u32),
    /// Changed since it was written.
    #[error("the record's checksum is wrong")]
    Checksum,
    /// Not an encoding of what it should be.
    #[error("the record's content is malformed: {0}")]
    Content(String),
}

/// The bytes before a payload.
///
/// # Panics
/// If the payload is longer than its kind can be, which the caller has checked.
pub(crate) fn head(kind: Kind, payload: &[u8]) -> [u8; RECORD_HEAD_BYTES] {
    let length = u32::try_from(payload.len()).expect("the caller has checked the length");
    let mut head = [0; RECORD_HEAD_BYTES];
    head[0] = kind as u8;
    head[1..5].copy_from_slice(&length.to_le_bytes());
    let checksum = checksum(&head[..5], payload);
    head[5..].copy_from_slice(&checksum.to_le_bytes());
    head
}

/// Appends a whole record to a buffer.
pub(crate) fn put(buffer: &mut Vec<u8>, kind: Kind, payload: &[u8]) {
    buffer.extend(head(kind, payload));
    buffer.extend(payload);
}

/// The bytes of a segment's first record.
pub(crate) fn header_record(chain_id: ChainId, first_height: Height) -> Vec<u8> {
    let header = SegmentHeader { version: LOG_VERSION, chain_id, first_height };
    let mut record = Vec::with_capacity(HEADER_RECORD_BYTES);
    put(&mut record, Kind::Header, &encode(&header));
    record
}

/// Canonical bytes.
pub(crate) fn encode(value: &impl BorshSerialize) -> Vec<u8> {
    borsh::to_vec(value).expect("writing to memory can't fail")
}

/// The height and id of an encoded block, from its header alone.
pub(crate) fn identify(block: &[u8]) -> io::Result<(Height, BlockId)> {
    let header = Header::deserialize(&mut &*block)?;
    Ok((header.height, header.id()))
}

fn checksum(start: &[u8], payload: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(start), payload)
}

/// The head of a record, taken apart and checked by itself.
struct Head {
    kind: Kind,
    length: usize,
    checksum: u32,
}

fn parse_head(head: &[u8; RECORD_HEAD_BYTES]) -> Result<Head, RecordFault> {
    let [byte, l0, l1, l2, l3, c0, c1, c2, c3] = *head;
    let kind = Kind::from_byte(byte).ok_or(RecordFault::Kind(byte))?;
    let length = u32::from_le_bytes([l0, l1, l2, l3]);
    if !kind.payload_bytes().contains(&(length as usize)) {
        return Err(RecordFault::Length(length));
    }
    Ok(Head { kind, length: length as usize, checksum: u32::from_le_bytes([c0, c1, c2, c3]) })
}

fn decode(kind: Kind, payload: Vec<u8>) -> Result<Record, RecordFault> {
    let content = |error: io::Error| RecordFault::Content(error.to_string());
    Ok(match kind {
        Kind::Header => Record::Header(borsh::from_slice(&payload).map_err(content)?),
        Kind::Block => {
            let (height, id) = identify(&payload).map_err(content)?;
            Record::Block { id, height, bytes: payload.into() }
        }
        Kind::Proposal => Record::Proposal(borsh::from_slice(&payload).map_err(content)?),
        Kind::Commit => Record::Commit(borsh::from_slice(&payload).map_err(content)?),
        Kind::Filler => Record::Filler,
    })
}

/// The certificate whose record is at the start of `bytes`, if one is.
pub(crate) fn certificate_at(bytes: &[u8]) -> Option<Certificate> {
    let (head, rest) = bytes.split_first_chunk::<RECORD_HEAD_BYTES>()?;
    let parsed = parse_head(head).ok().filter(|parsed| parsed.kind == Kind::Commit)?;
    let payload = rest.get(..parsed.length)?;
    if checksum(&head[..5], payload) != parsed.checksum {
        return None;
    }
    borsh::from_slice(payload).ok()
}

/// A reason there is no next record.
#[derive(Debug)]
pub(crate) enum ReadError {
    Io(io::Error),
    Fault(RecordFault),
}

/// Reads records one after the other.
pub(crate) struct RecordReader<R> {
    input: R,
    offset: u64,
}

impl<R: Read> RecordReader<R> {
    /// Reads from `input`, whose next byte is that at `offset`.
    pub(crate) fn new(input: R, offset: u64) -> Self {
        Self { input, offset }
    }

    /// The byte at which the next record begins; after an error, that at which the bad one does.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next record, or none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Record>, ReadError> {
        let mut head = [0; RECORD_HEAD_BYTES];
        match self.fill(&mut head)? {
            0 => return Ok(None),
            RECORD_HEAD_BYTES => (),
            _ => return Err(ReadError::Fault(RecordFault::Incomplete)),
        }
        let parsed = parse_head(&head).map_err(ReadError::Fault)?;
        let mut payload = vec![0; parsed.length];
        if self.fill(&mut payload)? < payload.len() {
            return Err(ReadError::Fault(RecordFault::Incomplete));
        }
        if checksum(&head[..5], &payload) != parsed.checksum {
            return Err(ReadError::Fault(RecordFault::Checksum));
        }
        let record = decode(parsed.kind, payload).map_err(ReadError::Fault)?;
        self.offset += (RECORD_HEAD_BYTES + parsed.length) as u64;
        Ok(Some(record))
    }

    /// Reads until the buffer is full or the input ends; returns how much was read.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, ReadError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.input.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Err(error) => return Err(ReadError::Io(error)),
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests;
