use super::*;

#[test]
fn any_length_that_held_a_record_is_filled_with_records_that_say_nothing() {
    let payload_max = *Kind::Filler.payload_bytes().end();
    let record_max = RECORD_HEAD_BYTES + payload_max;
    let edges = [record_max - 1, record_max, record_max + 1, record_max + 8, record_max + 9, record_max + 10];
    for length in (9..200).chain(edges).chain([2 * record_max, 3 * record_max + 1]) {
        let mut bytes = Vec::new();
        fill(&mut bytes, length).expect("there is room for a record");
        assert_eq!(bytes.len(), length);
        let mut records = RecordReader::new(&bytes[..], 0);
        while records.offset() < length as u64 {
            assert_eq!(records.next().expect("a record"), Some(Record::Filler), "{length}");
        }
    }
    for length in 1..9 {
        assert_eq!(fill(&mut Vec::new(), length), None);
    }
    assert_eq!(fill(&mut Vec::new(), 0), Some(()));
}
