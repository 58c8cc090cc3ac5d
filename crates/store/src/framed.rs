//! Records in files of other crates: one after the other, each after its length and its checksum.

use borsh::{BorshDeserialize, BorshSerialize};

/// The length and the checksum before each record: two little-endian u32.
const PREFIX_BYTES: usize = 8;

/// The bytes of a record.
///
/// # Panics
/// If the record has 4 GiB or more.
pub fn write<T: BorshSerialize>(record: &T) -> Vec<u8> {
    let payload = borsh::to_vec(record).expect("writing to memory can't fail");
    let length = u32::try_from(payload.len()).expect("records are short");
    [&length.to_le_bytes()[..], &crc32c::crc32c(&payload).to_le_bytes(), &payload].concat()
}

/// The first record, and the length of it all; `None` if there is none of at most so many bytes.
pub fn read<T: BorshDeserialize>(bytes: &[u8], record_bytes_max: usize) -> Option<(T, usize)> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (checksum, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|length| *length <= record_bytes_max)?;
    let payload = rest.get(..length)?;
    if crc32c::crc32c(payload) != u32::from_le_bytes(*checksum) {
        return None;
    }
    Some((borsh::from_slice(payload).ok()?, PREFIX_BYTES.checked_add(length)?))
}

/// True if there is one record at most in these bytes, the first of which is no record's: a crash has left it
/// unfinished, and nothing was lost that came after it.
pub fn is_last<T: BorshDeserialize>(bytes: &[u8], record_bytes_max: usize) -> bool {
    let is_none = |at| read::<T>(&bytes[at..], record_bytes_max).is_none();
    bytes.len() <= PREFIX_BYTES.saturating_add(record_bytes_max) && (1..bytes.len()).all(is_none)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 64;

    #[test]
    fn a_record_reads_back_with_its_length_and_no_byte_of_it_can_be_another() {
        let bytes = write(&7_u64);
        assert_eq!(read::<u64>(&bytes, MAX), Some((7, bytes.len())));
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert_eq!(read::<u64>(&other, MAX), None, "byte {at}");
            assert_eq!(read::<u64>(&bytes[..at], MAX), None, "{at} bytes");
        }
        assert_eq!(read::<u64>(&bytes, 7), None, "longer than any record");
    }

    #[test]
    fn what_a_crash_has_left_is_the_last_and_what_records_follow_is_damage() {
        let (torn, whole) = (write(&1_u64)[..10].to_vec(), write(&2_u64));
        assert!(is_last::<u64>(&torn, MAX));
        assert!(!is_last::<u64>(&[torn, whole].concat(), MAX), "a record follows");
        assert!(!is_last::<u64>(&[1; 100], MAX), "more than a record");
    }
}
