//! The last part of a record, which later versions of the protocol add: without it the bytes are those of before.

use std::io::{Read, Result, Write};

use borsh::{BorshDeserialize, BorshSerialize};

/// Writes the last part of a record: nothing if there is none.
///
/// # Errors
/// Those of the writer.
pub fn write_tail<T: BorshSerialize, W: Write>(tail: &Option<T>, writer: &mut W) -> Result<()> {
    tail.as_ref().map_or(Ok(()), |tail| tail.serialize(writer))
}

/// Reads the last part of a record: none where nothing follows.
///
/// # Errors
/// Those of the reader, and bytes that are no such part.
pub fn read_tail<T: BorshDeserialize, R: Read>(reader: &mut R) -> Result<Option<T>> {
    let mut first = [0];
    if reader.read(&mut first)? == 0 {
        return Ok(None);
    }
    T::deserialize_reader(&mut first.as_slice().chain(reader)).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
    struct Longer {
        first: u16,
        #[borsh(serialize_with = "write_tail", deserialize_with = "read_tail")]
        rest: Option<(u8, u32)>,
    }

    #[test]
    fn a_record_without_a_last_part_has_the_bytes_of_before() {
        for (rest, bytes) in [(None, vec![1, 0]), (Some((2, 3)), vec![1, 0, 2, 3, 0, 0, 0])] {
            let longer = Longer { first: 1, rest };
            assert_eq!(borsh::to_vec(&longer).expect("in memory"), bytes);
            assert_eq!(borsh::from_slice::<Longer>(&bytes).expect("just written"), longer);
        }
        for cut in [vec![1, 0, 2], vec![1, 0, 2, 3, 0, 0, 0, 0]] {
            assert!(borsh::from_slice::<Longer>(&cut).is_err());
        }
    }
}
