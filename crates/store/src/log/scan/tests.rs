use lojal_types::{Address, BlockId, Bounded, CommitSignature, Signature};

use super::*;
use crate::log::record::{Kind, encode, put};

fn certificate(height: u64, signatures: usize) -> Certificate {
    let one = CommitSignature { validator: Address::new([1; 20]), signature: Signature::new([2; 64]) };
    let signatures = Bounded::new(vec![one; signatures]).expect("as many as allowed");
    Certificate { height: Height::new(height), round: 0, block: BlockId::new([4; 32]), signatures }
}

#[test]
fn certificates_are_found_wherever_they_are_and_only_of_later_heights() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("segment");
    // The largest one at every side of the border of what is read at once.
    for start in
        [BUFFER_BYTES - COMMIT_RECORD_BYTES_MAX, BUFFER_BYTES - 100, BUFFER_BYTES, BUFFER_BYTES + 1, 2 * BUFFER_BYTES]
    {
        let mut bytes = vec![4; start + 1];
        put(&mut bytes, Kind::Commit, &encode(&certificate(9, 64)));
        bytes.extend([0; 50]);
        put(&mut bytes, Kind::Commit, &encode(&certificate(5, 1)));
        std::fs::write(&path, &bytes).expect("a temporary directory");
        let len = bytes.len() as u64;
        let heights = |offset, bytes, height| -> Vec<u64> {
            let found = certificates_after(&Disk::real(), &path, offset, bytes, Height::new(height)).expect("readable");
            found.iter().map(|certificate| certificate.height.get()).collect()
        };
        assert_eq!(heights(0, u64::MAX, 5), [9, 5], "{start}");
        assert_eq!(heights(0, u64::MAX, 6), [9], "{start}");
        assert_eq!(heights(start as u64, u64::MAX, 6), [9], "{start}");
        assert_eq!(heights(start as u64 + 1, u64::MAX, 0), [5], "{start}");
        assert_eq!(heights(0, len - 1, 0), [9], "{start}");
        assert_eq!(heights(len, u64::MAX, 0), [0_u64; 0], "{start}");
    }
}
