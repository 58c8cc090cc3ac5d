use super::*;
use crate::log::record::{Kind, encode, header_record, put};
use crate::testing::{Chain, open_small, options};

fn export(chain: &Chain) -> Vec<u8> {
    let mut bytes = header_record(chain.genesis.chain_id(), Height::new(1));
    for block in &chain.blocks {
        put(&mut bytes, Kind::Block, &block.bytes);
        put(&mut bytes, Kind::Commit, &encode(&block.certificate));
    }
    bytes
}

#[test]
fn an_archive_that_ends_early_is_an_error_and_not_a_shorter_one() {
    let chain = Chain::of(2);
    let whole = export(&chain);
    assert_eq!(Reader::new(&*whole).expect("an archive").filter(Result::is_ok).count(), 2);
    let mut reader = Reader::new(&whole[..whole.len() - 1]).expect("an archive");
    assert!(reader.next().is_some_and(|block| block.is_ok()));
    match reader.next() {
        Some(Err(ArchiveError::Damaged { height, reason: DamageReason::Record(RecordFault::Incomplete), .. })) => {
            assert_eq!(height, Height::new(2));
        }
        read => panic!("{read:?}"),
    }
    assert!(reader.next().is_none(), "nothing comes after an error");
}

#[test]
fn what_is_no_archive_or_not_in_order_is_told() {
    let chain = Chain::of(3);
    assert!(matches!(Reader::new(&b""[..]).map(|_| ()), Err(ArchiveError::Start(_))));
    assert!(matches!(Reader::new(&b"something else entirely"[..]).map(|_| ()), Err(ArchiveError::Start(_))));
    let last = |bytes: Vec<u8>| match Reader::new(&*bytes).expect("an archive").last() {
        Some(Err(ArchiveError::Damaged { reason, .. })) => reason,
        read => panic!("{read:?}"),
    };
    let mut gap = header_record(chain.genesis.chain_id(), Height::new(1));
    put(&mut gap, Kind::Block, &chain.blocks[1].bytes);
    assert!(matches!(last(gap), DamageReason::Height { .. }));
    let mut without_block = header_record(chain.genesis.chain_id(), Height::new(1));
    put(&mut without_block, Kind::Commit, &encode(&chain.blocks[0].certificate));
    assert!(matches!(last(without_block), DamageReason::MissingBlock));
    let mut two_headers = export(&chain);
    two_headers.extend(header_record(chain.genesis.chain_id(), Height::new(4)));
    assert!(matches!(last(two_headers), DamageReason::Order));
}

#[test]
fn undecided_blocks_and_proposals_are_skipped() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut chain = Chain::new();
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("new");
    for _ in 0..3 {
        for variant in 0..3 {
            let (record, bytes) = chain.proposal(variant);
            opened.writer.append_proposal(&record, &bytes).expect("the disk works");
        }
        chain.grow();
        chain.write_to(&mut opened);
    }
    let (record, bytes) = chain.proposal(0);
    opened.writer.append_proposal(&record, &bytes).expect("the disk works");
    let read: Vec<_> = open_dir(dir.path()).expect("a log").collect::<Result<_, _>>().expect("undamaged");
    assert_eq!(read.len(), 3);
    assert!(read.iter().zip(&chain.blocks).all(|(read, block)| read.bytes == block.bytes));
    let segment = std::fs::File::open(dir.path().join("log/00000001.log")).expect("a segment");
    assert!(Reader::new(segment).expect("a segment is an archive").all(|block| block.is_ok()));
}

#[test]
fn a_directory_without_a_log_is_told() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    assert!(matches!(open_dir(dir.path()).map(|_| ()), Err(ArchiveError::Empty(_))));
    std::fs::create_dir(dir.path().join("log")).expect("a temporary directory");
    assert!(matches!(open_dir(dir.path()).map(|_| ()), Err(ArchiveError::Empty(_))));
}
