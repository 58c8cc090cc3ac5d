use lojal_types::{Height, Signature};

use super::*;
use crate::testing::{key, prevote};

fn header() -> Record {
    let file = lojal_store::Disk::real().identity(std::path::Path::new("/")).expect("there is a root");
    Record::Header(Header { version: VERSION, key: key().public_key(), chain: None, file })
}

fn records() -> Vec<Record> {
    let state = State { height: Height::new(5), is_doubtful: true, ..State::default() };
    let signed = Signed { statement: prevote(6, 1, 3), signature: Signature::new([8; 64]) };
    vec![header(), Record::State(state), Record::Signed(signed)]
}

fn bytes(records: &[Record]) -> Vec<u8> {
    records.iter().flat_map(framed::write).collect()
}

#[test]
fn records_read_back_as_they_were_written() {
    assert_eq!(read(&bytes(&records())), Ok(records()));
    assert_eq!(read(&[]), Ok(Vec::new()));
    assert!(records().iter().all(|record| framed::write(record).len() <= RECORD_BYTES_MAX));
}

#[test]
fn the_end_may_be_torn_anywhere_and_the_beginning_nowhere() {
    let (whole, two) = (bytes(&records()), bytes(&records()[..2]));
    for length in two.len()..whole.len() {
        assert_eq!(read(&whole[..length]), Ok(records()[..2].to_vec()), "{length} bytes");
    }
    let first = framed::write(&header()).len();
    for length in 1..first {
        assert_eq!(read(&whole[..length]), Err(Damaged { offset: 0 }), "{length} bytes");
    }
}

#[test]
fn a_changed_byte_before_the_end_is_damage() {
    let many: Vec<Record> = [header()].into_iter().chain((0..20).map(|_| records()[2])).collect();
    let (whole, last_length) = (bytes(&many), framed::write(&records()[2]).len());
    for at in (0..whole.len()).step_by(7) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        match read(&changed) {
            Err(Damaged { offset }) => assert!(offset <= at && at < whole.len() - last_length, "byte {at}"),
            // Rot in the very last record looks like a crash while it was written.
            Ok(left) => assert!(left == many[..many.len() - 1] && at >= whole.len() - last_length, "byte {at}"),
        }
    }
}

#[test]
fn a_second_header_and_a_missing_one_are_damage() {
    let twice = bytes(&[header(), header(), records()[1]]);
    assert_eq!(read(&twice), Err(Damaged { offset: framed::write(&header()).len() }));
    assert_eq!(read(&bytes(&records()[1..])), Err(Damaged { offset: 0 }));
}
