use lojal_types::limits::VALIDATORS_MAX;
use lojal_types::{Bounded, CommitSignature, Signature};

use super::*;

fn proposal() -> ProposalRecord {
    ProposalRecord {
        height: Height::new(7),
        round: 2,
        valid_round: Some(1),
        proposer: Address::new([5; 20]),
        block: BlockId::new([6; 32]),
    }
}

fn certificate(signatures: usize) -> Certificate {
    let one = CommitSignature { validator: Address::new([1; 20]), signature: Signature::new([2; 64]) };
    Certificate {
        height: Height::new(3),
        round: 0,
        block: BlockId::new([4; 32]),
        signatures: Bounded::new(vec![one; signatures]).expect("as many as allowed"),
    }
}

fn record(kind: Kind, payload: &[u8]) -> Vec<u8> {
    let mut record = Vec::new();
    put(&mut record, kind, payload);
    record
}

fn fault(bytes: &[u8]) -> RecordFault {
    match RecordReader::new(bytes, 0).next() {
        Err(ReadError::Fault(fault)) => fault,
        read => panic!("{read:?}"),
    }
}

#[test]
fn records_read_back_one_after_the_other_with_their_offsets() {
    let mut log = header_record(ChainId::new([9; 32]), Height::new(3));
    put(&mut log, Kind::Proposal, &encode(&proposal()));
    let commit_offset = log.len() as u64;
    put(&mut log, Kind::Commit, &encode(&certificate(1)));
    let mut reader = RecordReader::new(&*log, 0);
    let header = SegmentHeader { version: LOG_VERSION, chain_id: ChainId::new([9; 32]), first_height: Height::new(3) };
    assert_eq!(reader.next().expect("good"), Some(Record::Header(header)));
    assert_eq!(reader.next().expect("good"), Some(Record::Proposal(proposal())));
    assert_eq!(reader.offset(), commit_offset);
    assert_eq!(reader.next().expect("good"), Some(Record::Commit(certificate(1))));
    assert_eq!(reader.next().expect("the end"), None);
    assert_eq!(reader.offset(), log.len() as u64);
}

#[test]
fn the_bytes_of_a_record_stay_as_they_are() {
    let header = header_record(ChainId::new([9; 32]), Height::new(3));
    assert_eq!(header.len(), HEADER_RECORD_BYTES);
    assert_eq!(header[..5], [1, 44, 0, 0, 0]);
    assert_eq!(header[5..9], crc32c::crc32c(&[&header[..5], &header[9..]].concat()).to_le_bytes());
    assert_eq!(header[9..13], LOG_VERSION.to_le_bytes());
    assert_eq!(header[13..45], [9; 32]);
    assert_eq!(header[45..], 3_u64.to_le_bytes());
}

#[test]
fn the_bounds_of_every_kind_are_those_of_what_it_holds() {
    let proposals = [proposal(), ProposalRecord { valid_round: None, ..proposal() }].map(|one| encode(&one).len());
    assert_eq!(Kind::Proposal.payload_bytes(), proposals[1]..=proposals[0]);
    let commits = [1, VALIDATORS_MAX].map(|count| encode(&certificate(count)).len());
    assert_eq!(Kind::Commit.payload_bytes(), commits[0]..=commits[1]);
    for kind in [Kind::Header, Kind::Block, Kind::Proposal, Kind::Commit] {
        let (min, max) = kind.payload_bytes().into_inner();
        for wrong in [min - 1, max + 1] {
            let mut head = [0; RECORD_HEAD_BYTES];
            head[0] = kind as u8;
            head[1..5].copy_from_slice(&u32::try_from(wrong).expect("small").to_le_bytes());
            assert!(matches!(fault(&head), RecordFault::Length(_)), "{kind:?} {wrong}");
        }
    }
}

#[test]
fn every_kind_of_fault_is_told() {
    let whole = record(Kind::Proposal, &encode(&proposal()));
    for len in 1..whole.len() {
        assert_eq!(fault(&whole[..len]), RecordFault::Incomplete);
    }
    for at in 5..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        assert_eq!(fault(&flipped), RecordFault::Checksum, "byte {at}");
    }
    assert_eq!(fault(&[0; 9]), RecordFault::Kind(0));
    assert_eq!(fault(&[6; 9]), RecordFault::Kind(6));
    assert!(matches!(fault(&record(Kind::Commit, &[0; 132])), RecordFault::Content(_)));
}

#[test]
fn a_certificate_is_recognised_at_the_start_of_bytes_and_nothing_else_is() {
    let mut bytes = record(Kind::Commit, &encode(&certificate(2)));
    bytes.extend([1, 2, 3]);
    assert_eq!(certificate_at(&bytes), Some(certificate(2)));
    assert_eq!(certificate_at(&bytes[..100]), None);
    assert_eq!(certificate_at(&record(Kind::Proposal, &encode(&proposal()))), None);
    bytes[20] ^= 1;
    assert_eq!(certificate_at(&bytes), None);
}
