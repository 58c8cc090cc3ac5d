use super::*;

fn placed(height: u64, index: u32, outcome: Outcome) -> Placed {
    Placed { id: TransactionId::new([9; 32]), height: Height::new(height), index, outcome }
}

#[test]
fn a_record_holds_every_transaction_that_fits_and_no_other() {
    let first = Height::new(7);
    let failed = Outcome::Failed { operation: u8::MAX, code: Code::Malformed };
    let last = 7 + u64::from(u32::MAX);
    for placed in [placed(7, 0, Outcome::Applied), placed(8, 65_535, failed), placed(last, 1, failed)] {
        let record = encode_record(&placed, first).expect("it fits");
        assert_eq!(decode_record(&record, first).expect("well-formed"), placed);
    }
    for placed in [placed(6, 0, failed), placed(7, 65_536, failed), placed(last + 1, 0, failed)] {
        assert_eq!(encode_record(&placed, first), None);
    }
    let mut unknown = encode_record(&placed(7, 0, failed), first).expect("it fits");
    unknown[38..40].copy_from_slice(&u16::MAX.to_le_bytes());
    assert!(decode_record(&unknown, first).is_err());
    assert!(decode_record(&[0xff; RECORD_BYTES], Height::new(u64::MAX)).is_err());
}

#[test]
fn a_search_finds_the_first_key_not_below_in_few_probes_however_the_keys_are_spread() {
    let even = |index: u64| index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut spread: Vec<u64> = (0..5_000).map(even).collect();
    spread.sort_unstable();
    let sets: [(Vec<u64>, u32); 6] = [
        (Vec::new(), 0),
        (vec![5], 1),
        (vec![5; 1_000], 21),
        ((0..10_000).collect(), 28),
        (spread, 14),
        ((0..64).map(|bit| 1 << bit).collect(), 13),
    ];
    for (keys, probes_max) in sets {
        let around = keys.iter().step_by(7).flat_map(|key| [key.saturating_sub(1), *key, key.saturating_add(1)]);
        for wanted in around.chain([0, 1, 6, u64::MAX - 1, u64::MAX]) {
            let mut probes = 0;
            let count = u32::try_from(keys.len()).expect("few");
            let found = first_not_below(count, wanted, |slot| {
                probes += 1;
                Ok(keys[slot as usize])
            });
            let expected = keys.partition_point(|key| *key < wanted);
            assert_eq!(found.expect("readable") as usize, expected, "{wanted}");
            assert!(probes <= probes_max, "{probes} probes among {count} keys for {wanted}");
        }
    }
}
