//! The records of an exported file, as `lojal_store::archive` reads them: (kind: u8, length of the payload: u32 LE,
//! CRC32C over kind, length and payload: u32 LE, payload).

use lojal_types::{Certificate, ChainId, Height};

/// The version of the format.
const VERSION: u32 = 1;
const KIND_HEADER: u8 = 1;
const KIND_BLOCK: u8 = 2;
const KIND_COMMIT: u8 = 4;

/// The record that a file starts with.
pub fn header(chain_id: ChainId, first_height: Height) -> Vec<u8> {
    record(KIND_HEADER, &encode(&(VERSION, chain_id, first_height)))
}

/// The records of a block and its certificate.
pub fn decided_block(bytes: &[u8], certificate: &Certificate) -> Vec<u8> {
    [record(KIND_BLOCK, bytes), record(KIND_COMMIT, &encode(certificate))].concat()
}

fn record(kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("blocks and certificates are far smaller than 4 GiB");
    let mut record = vec![kind];
    record.extend(length.to_le_bytes());
    let checksum = crc32c::crc32c_append(crc32c::crc32c(&record), payload);
    record.extend(checksum.to_le_bytes());
    record.extend(payload);
    record
}

fn encode(value: &impl borsh::BorshSerialize) -> Vec<u8> {
    borsh::to_vec(value).expect("writing to memory can't fail")
}
